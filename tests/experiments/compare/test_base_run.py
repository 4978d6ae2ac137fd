from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import typer

from withsense_tf.errors import SettingError
from withsense_tf.experiments.compare.base_run import BaseRun
from withsense_tf.experiments.compare.config import Config

ROW = {"matcher": "towers", "split": "folds", "rmse": 0.18, "status": "ok"}
ROW |= {"seed": 0, "policy": "law 1", "folds": 2}
MODEL = ({"matcher": "two_tower", "label": "towers"},)


@pytest.fixture
def base(tmp_path: Path) -> BaseRun:
    file = tmp_path / "results.json"
    file.write_text(json.dumps({"rows": [ROW]}))
    run = BaseRun.of(file, ["rmse>0.01"], [])
    assert run is not None
    run.rows = list(run.base.rows)
    return run


def test_a_base_and_limits_belong_together(base: BaseRun) -> None:
    assert BaseRun.of(None, [], []) is None
    for file, limits in ((None, ["r@5<0"]), (base.file, [])):
        with pytest.raises(SettingError, match="belong together"):
            BaseRun.of(file, limits, [])


def test_a_row_that_is_worse_than_allowed_ends_with_exit_code_1(
    base: BaseRun, capsys: pytest.CaptureFixture[str]
) -> None:
    base.left_out = "Not compared with the base: 2 rows."
    base.judge([ROW | {"rmse": 0.185}])
    out, error = capsys.readouterr()
    assert out == f"1 row held against {base.file}: none is worse than rmse>0.01 allows.\n"
    assert error == "Not compared with the base: 2 rows.\n"
    with pytest.raises(typer.Exit) as end:
        base.judge([ROW | {"rmse": 0.2}])
    assert end.value.exit_code == 1
    assert f"Worse than {base.file}:\n  towers, folds: rmse 0.18 -> 0.2" in capsys.readouterr().err


def test_a_new_row_is_named_and_fails_nothing(base: BaseRun, capsys: pytest.CaptureFixture[str]) -> None:
    base.judge([ROW, {"matcher": "mine", "split": "folds", "rmse": 0.9, "status": "ok"}])
    out, error = capsys.readouterr()
    assert out == f"1 row held against {base.file}: none is worse than rmse>0.01 allows.\n"
    assert error == "New, held against nothing: mine (folds).\n"


@pytest.mark.closed
def test_names_that_the_base_has_not_are_refused_without_any_data(base: BaseRun) -> None:
    here = {"seed": "0", "policy": "law 1", "is_demo": False}
    base.check_settings(["mine", "towers"], Config("own", ("folds", "strict"), model=MODEL), **here)
    for label, split in (("mine", "folds"), ("towers", "strict")):
        with pytest.raises(SettingError, match=r"nothing to hold this run against\. It has towers \(folds\)"):
            base.check_settings([label], Config("own", (split,), model=MODEL), **here)


@pytest.mark.closed
@pytest.mark.parametrize(
    ("change", "here", "words"),
    [
        ({}, {"seed": "1"}, "seed 0 there, 1 here"),
        ({}, {"policy": "law 2"}, "policy law 1 there, law 2 here"),
        ({"folds": 3}, {}, "folds 2 there, 3 here"),
        ({"crowd": "share"}, {}, "crowd none there, share here"),
    ],
)
def test_settings_that_differ_are_refused_without_any_data(
    base: BaseRun, change: dict[str, Any], here: dict[str, str], words: str
) -> None:
    usual = {"seed": "0", "policy": "law 1", "is_demo": True}
    settings = Config("own", folds=2, model=MODEL)
    base.base = replace(base.base, config=asdict(settings))
    base.check_settings(["towers"], settings, **usual)
    with pytest.raises(SettingError, match=rf"cannot be compared with those of this run \({words}"):
        base.check_settings(["towers"], replace(settings, **change), **usual | here)


@pytest.mark.closed
def test_a_number_is_the_same_setting_however_it_is_written(base: BaseRun) -> None:
    settings = Config("own", folds=2, model=MODEL)
    base.base = replace(base.base, config=asdict(settings) | {"own_weight": 0})
    base.check_settings(["towers"], settings, seed="0", policy="law 1", is_demo=True)
    with pytest.raises(SettingError, match=r"own_weight 0 there, 0\.5 here"):
        base.check_settings(
            ["towers"], replace(settings, own_weight=0.5), seed="0", policy="law 1", is_demo=True
        )
