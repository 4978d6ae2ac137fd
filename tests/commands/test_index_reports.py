from __future__ import annotations

import pytest
import typer

from withsense_tf.commands.index_reports import says_how_to_go_on, tell_gone, tell_law


def test_who_stops_a_build_is_told_how_it_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        says_how_to_go_on(stop)()
    assert "the same command goes on" in capsys.readouterr().err


def test_a_matcher_of_another_law_or_of_none_is_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    tell_law("one", "one")
    assert capsys.readouterr().err == ""
    tell_law("one", "two")
    assert "trained under law one; the index keeps law two" in capsys.readouterr().err
    tell_law("", "two")
    assert "trained without the law" in capsys.readouterr().err


def test_of_what_was_taken_out_along_is_said_what_it_shows(capsys: pytest.CaptureFixture[str]) -> None:
    tell_gone(["one.jpg"], {"one.jpg": "", "page.jpg": "one.jpg", "copy.jpg": ""}, [])
    assert capsys.readouterr().out == "Also taken out: page.jpg shows one.jpg.\n"


def test_who_asks_again_is_told_that_it_was_done_and_only_what_never_was_in_is_an_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell_gone(["one.jpg", "one.jpg"], {"page.jpg": "one.jpg"}, [])
    assert capsys.readouterr().out.splitlines() == [
        "Also taken out: page.jpg shows one.jpg.",
        "one.jpg was taken out already; what still shows it leaves now.",
    ]
    with pytest.raises(typer.Exit):
        tell_gone(["one.jpg", "nobody.jpg"], {"one.jpg": ""}, ["nobody.jpg"])
    assert capsys.readouterr().err == "Not in the index: nobody.jpg.\n"
