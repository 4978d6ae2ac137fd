from __future__ import annotations

import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from withsense_tf.testing import check

BROKEN = '''
import numpy as np
from withsense_tf.matchers.constant import Constant


class Outside(Constant):
    def predict(self, pairs):
        return super().predict(pairs) + 2


class Fickle(Constant):
    def predict(self, pairs):
        super().predict(pairs)
        return np.random.default_rng().random(len(pairs))


class Beside(Constant):
    """Its numbers hang on what stands beside a pair."""

    def _score(self, pairs):
        return np.linspace(0, 1, len(pairs))


class Silent(Constant):
    """It says nothing where it is asked before it was fitted."""

    def predict(self, pairs):
        return np.zeros(len(pairs))


class Forgetful(Constant):
    LEARNED = ()
'''


def invoke(name: str) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(check.main)
    result = CliRunner().invoke(app, [name])
    return result.exit_code, result.output + str(result.exception or "")


@pytest.mark.parametrize("name", ["constant", "closed_form"])
def test_a_matcher_of_this_package_keeps_the_contract(name: str) -> None:
    code, printed = invoke(name)
    assert code == 0, printed
    assert printed.count("ok  ") == 6
    assert "keeps the contract" in printed


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Outside", "from 0 to 1"),
        ("Fickle", "asked twice"),
        ("Beside", "must not depend on the other pairs"),
        ("Silent", "predict before fit"),
        ("Forgetful", "learned attributes"),
    ],
)
def test_a_broken_one_is_told_what_it_breaks(
    name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_matchers.py").write_text(BROKEN, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    code, printed = invoke(f"broken_matchers:{name}")
    sys.modules.pop("broken_matchers")
    assert code == 1
    assert "breaks the contract" in printed
    assert said in printed
