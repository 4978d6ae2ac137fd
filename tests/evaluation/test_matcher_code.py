from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from withsense_tf.common import plugins
from withsense_tf.common.code_version import UNREAD, code_version
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.texts.caption_space import CaptionSpace
from withsense_tf.evaluation.matcher_code import matcher_code
from withsense_tf.matchers.concat.concat_linear import ConcatLinear
from withsense_tf.matchers.constant import Constant
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers

ENCODER = """
import numpy as np
from withsense_tf.encoders.base import TextEncoder


class Letters(TextEncoder):
    identity = "letters"

    def encode(self, texts):
        return np.zeros((len(texts), 1), np.float32)
"""


def test_a_matcher_of_this_package_has_the_version_of_this_package() -> None:
    assert matcher_code(Constant()) == code_version()
    assert matcher_code(ClosedFormTowers(photo="scene_net")) == code_version()


def test_an_encoder_of_others_counts_also_within_the_settings_of_another_one(
    mean_colour: PhotoEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "own_letters.py").write_text(ENCODER, encoding="utf-8")
    from own_letters import Letters  # type: ignore[import-not-found]  # the line before writes that module

    codes = [
        matcher_code(ConcatLinear("ridge", photo=mean_colour, text="tfidf")),
        matcher_code(ConcatLinear("ridge", photo="scene_net", text=Letters())),
        matcher_code(ClosedFormTowers(photo=["scene_net"], text=CaptionSpace(vectors=Letters()))),
    ]
    assert codes[0].startswith(f"{code_version()}; tests ")
    assert codes[1].startswith(f"{code_version()}; own_letters ")
    assert codes[2] == codes[1]
    monkeypatch.delitem(sys.modules, "own_letters")


def test_an_encoder_of_others_counts_where_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "own_letters.py").write_text(ENCODER, encoding="utf-8")
    group = "withsense_tf.text_encoders"
    entry = EntryPoint("letters", "own_letters:Letters", group)
    monkeypatch.setattr(
        plugins, "_entry_points", lambda asked, _: {"letters": [entry]} if asked == group else {}
    )
    for text in ("letters", "tfidf+letters"):
        assert f"{code_version()}; own_letters " in matcher_code(
            ConcatLinear("ridge", photo="scene_net", text=text)
        )
    monkeypatch.delitem(sys.modules, "own_letters")


def test_a_matcher_that_was_typed_in_has_unknown_code() -> None:
    typed = type("Typed", (Constant,), {"__module__": "__typed__"})
    assert matcher_code(typed()).endswith(UNREAD)
