from __future__ import annotations

import pytest

from withsense_tf.commands.index_reports import tell_along, tell_law


def test_a_matcher_of_another_law_or_of_none_is_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    tell_law("one", "one")
    assert capsys.readouterr().err == ""
    tell_law("one", "two")
    assert "trained under law one; the index keeps law two" in capsys.readouterr().err
    tell_law("", "two")
    assert "trained without the law" in capsys.readouterr().err


def test_of_what_was_taken_out_along_is_said_what_it_shows(capsys: pytest.CaptureFixture[str]) -> None:
    tell_along({"one.jpg": "", "page.jpg": "one.jpg", "copy.jpg": ""})
    assert capsys.readouterr().out == "Also taken out: page.jpg shows one.jpg.\n"
