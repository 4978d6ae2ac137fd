from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import typer
from run_command import runner

from withsense_tf.__main__ import app
from withsense_tf.app.settings import AppSettings
from withsense_tf.commands.index_reports import (
    says_how_to_go_on,
    tell_gone,
    tell_law,
    tell_problems,
    tell_who_needs,
    warn_of_gone_photos,
)
from withsense_tf.commands.serve import check
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.photos_table import insert_photo
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.service import LawFiles


def test_who_stops_a_build_is_told_how_it_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        says_how_to_go_on(stop)()
    assert "the same command goes on" in capsys.readouterr().err


def test_status_and_a_server_say_that_the_photos_are_gone_until_they_are_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = PhotoIndex.make(tmp_path / "index")
    photo = tmp_path / "photos" / "a.png"
    texts = {"name": photo.name, "tag": "", "digest": "", "path": str(photo), "look": "", "facts": "{}"}
    with index.catalog.writing() as tables:
        insert_photo(tables, **texts, twins="[]", writer=None, staged=None, seal="")
    show = ["index", "status", "--index", str(index.folder)]
    ask_all: tuple[Callable[[], None], ...] = (
        partial(warn_of_gone_photos, index.catalog),
        lambda: typer.echo(runner.invoke(app, show).stderr, err=True, nl=False),
        partial(check, AppSettings(index.folder)),
    )
    for ask in ask_all:
        ask()
        told = " ".join(capsys.readouterr().err.split())
        assert told.startswith(f"Warning: The folder {photo.parent} is gone: what was there is found")
    photo.parent.mkdir()
    photo.touch()
    for ask in ask_all:
        ask()
        assert capsys.readouterr().err == ""


def test_a_matcher_of_another_law_or_of_none_is_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    tell_law("one", "one")
    assert capsys.readouterr().err == ""
    tell_law("one", "two")
    assert "trained under law one; the index keeps law two" in capsys.readouterr().err
    tell_law("", "two")
    assert "trained without the law" in capsys.readouterr().err


def test_of_what_was_taken_out_along_is_said_what_it_shows(capsys: pytest.CaptureFixture[str]) -> None:
    tell_gone(["one.jpg"], {"one.jpg": "", "page.jpg": "one.jpg", "copy.jpg": ""}, [])
    assert capsys.readouterr().out == (
        "Also taken out: page.jpg shows one.jpg.\nAlso taken out: copy.jpg is a copy.\n"
    )


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


def test_problems_are_counted_and_are_json_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        tell_problems(Path("there"), ["One row is lost."], json=False)
    assert capsys.readouterr().out == "One row is lost.\nProblems: 1.\n"
    tell_problems(Path("there"), [], json=True)
    assert json.loads(capsys.readouterr().out) == {"index": "there", "ok": True, "problems": []}


@pytest.mark.closed
def test_who_judged_by_decisions_is_told_that_servers_need_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "o.csv"
    table.write_text("photo,digest,decision,by,reason\n")
    tell_who_needs(Policy.of_files(LawFiles(overrides=table)))
    error = capsys.readouterr().err
    assert f"--overrides {table}" in error
    assert "503" in error
