"""The demonstration: what is missing is made, once."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from withsense_tf.__main__ import app
from withsense_tf.commands.demo import (
    AUTHORS,
    CAMERAS,
    _open,
    drawn_size,
    free_port,
    law_options,
    missing_steps,
    write_columns,
    write_law,
)
from withsense_tf.data.folder.problems import Problem
from withsense_tf.data.folder.tables import read_table
from withsense_tf.data.photo_facts import listed_facts
from withsense_tf.index.catalog import MARK, TABLES
from withsense_tf.index.photo_index import PhotoIndex, models_to_ask
from withsense_tf.policy.countries import load_countries
from withsense_tf.policy.current_policy import Policy


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    first = list(missing_steps(tmp_path, 100))
    assert [step.command[:2] for step in first] == [("data", "demo"), ("index", "build"), ("index", "build")]
    first[0].mark.touch()
    assert len(list(missing_steps(tmp_path, 100))) == 3  # a mark of nothing
    (tmp_path / "photos").mkdir()
    assert [step.command[0] for step in missing_steps(tmp_path, 100)] == ["index", "index"]
    for step in first:
        step.mark.touch()
    assert [step.command[0] for step in missing_steps(tmp_path, 100)] == ["index", "index"]
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / TABLES).touch()
    assert list(missing_steps(tmp_path, 100)) == []


def test_a_number_of_photos_that_changes_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "photos.done").write_text("240", encoding="utf-8")
    assert (drawn_size(tmp_path, 240), drawn_size(tmp_path, 500)) == ("", "240")
    (tmp_path / "photos.done").write_text("", encoding="utf-8")
    assert drawn_size(tmp_path, 500) == ""


@pytest.mark.parametrize("send", [os.killpg, os.kill], ids=["as Ctrl-C does", "to it alone"])
@pytest.mark.slow
def test_a_step_that_is_interrupted_ends_what_is_under_way_and_says_so(
    tmp_path: Path, send: Callable[[int, int], None]
) -> None:
    words = ["demo", "--folder", str(tmp_path), "--photos", "2000", "--no-serve"]
    with subprocess.Popen(
        [sys.executable, "-m", "withsense_tf", *words],
        start_new_session=True,
        stdout=subprocess.PIPE,
        text=True,
        # What was started in the background of a shell without jobs would pass on that it ignores Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout is not None
        assert "1 of 3" in process.stdout.readline()
        while not any((tmp_path / "photos").rglob("*.jpg")):
            assert process.poll() is None
            time.sleep(0.1)
        send(process.pid, signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 130
    assert not (tmp_path / "photos.done").exists()


def test_what_was_started_ends_with_the_demonstration(tmp_path: Path) -> None:
    # A step that waits for a file that never comes stands for the server.
    step = "import sys, time; open(sys.argv[-1], 'w').write(str(__import__('os').getpid())); time.sleep(600)"
    main = (
        "import sys; from withsense_tf.commands import demo; "
        f"demo.PROGRAM = (sys.executable, '-c', {step!r}); demo.run(('serve', {str(tmp_path / 'id')!r}))"
    )
    with subprocess.Popen([sys.executable, "-c", main]) as process:
        while not ((tmp_path / "id").exists() and (tmp_path / "id").read_text()):
            assert process.poll() is None
            time.sleep(0.05)
        process.terminate()
        process.wait(timeout=60)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "id").read_text()), 0)


@pytest.mark.parametrize("words", [("search", "two dogs"), ("serve",)])
def test_who_has_the_demonstrations_index_alone_gets_a_command_that_asks_it(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    made, missing = tmp_path / "demonstration", tmp_path / "index"
    refused = CliRunner().invoke(app, [*words, "--index", str(missing)])
    assert "demonstration's" not in str(refused.exception)
    (made / "index").mkdir(parents=True)
    (made / "index" / MARK).touch()
    message = str(CliRunner().invoke(app, [*words, "--index", str(missing)]).exception)
    assert f"{missing} is no index" in message
    _, _, command = message.partition("the demonstration's: withsense ")
    options = ["--index", str(made / "index"), *law_options(made)]
    assert shlex.split(command) == [*words, *options]


def test_one_country_of_the_demonstration_has_no_rule_and_the_others_keep_theirs(tmp_path: Path) -> None:
    write_law(tmp_path)
    countries = load_countries(tmp_path / "countries.toml")
    assert countries.rule("AQ").rule == "none"
    assert {name: countries.rule(name) for name in load_countries().names()} == {
        name: load_countries().rule(name) for name in load_countries().names()
    }
    assert countries.rule("DE").rule == "children"


def test_photos_of_the_demonstration_can_be_filtered_by_camera_day_and_author(tmp_path: Path) -> None:
    for name in ("train_images/a.jpg", "test_images/b.jpg"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    write_columns(tmp_path)
    problems: list[Problem] = []
    facts = listed_facts(
        read_table(tmp_path / "photos.csv", ("image",), header=True), {"a.jpg", "b.jpg"}, problems
    )
    assert problems == []
    assert all(set(one) == {"camera", "date", "author"} for one in facts.values())
    assert sorted(facts) == ["a.jpg", "b.jpg"]
    texts = Policy.default().texts(16)
    assert not any(texts.verdict(f"{name} {camera}").restricted for name in AUTHORS for camera in CAMERAS)


def test_what_reviewers_decided_stays(tmp_path: Path) -> None:
    write_law(tmp_path)
    (tmp_path / "overrides.csv").write_text(
        "photo,digest,decision,by,reason\na.jpg,,restrict,Ann,b\n", encoding="utf-8"
    )
    write_law(tmp_path)
    assert "Ann" in (tmp_path / "overrides.csv").read_text(encoding="utf-8")


def test_a_port_that_is_taken_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) > port
    assert 8000 <= free_port(65536) < 8020


def test_the_address_is_said_once_the_server_listens(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_browser() -> None:
        raise webbrowser.Error

    monkeypatch.setattr(webbrowser, "get", no_browser)
    looks = iter([False, False, True])
    monkeypatch.setattr("withsense_tf.commands.demo.is_served", lambda _: next(looks))
    monkeypatch.setattr("withsense_tf.commands.demo.time.sleep", lambda _: print("still loading"))
    _open(8123)
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["still loading", "still loading", "Open http://127.0.0.1:8123/ in a browser."]


def test_the_page_of_the_demonstration_is_served_without_a_line_for_each_request(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    commands: list[tuple[str, ...]] = []
    monkeypatch.setattr("withsense_tf.commands.demo.run", commands.append)
    monkeypatch.setattr("withsense_tf.commands.demo.missing_steps", lambda *_: [])
    (tmp_path / "photos.done").touch()
    assert CliRunner().invoke(app, ["demo", "--folder", str(tmp_path), "--no-browser"]).exit_code == 0
    assert commands[-1][0] == "serve"
    assert "--quiet" in commands[-1]


@pytest.mark.slow
def test_a_small_demonstration_is_made_with_two_models(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["demo", "--folder", str(tmp_path), "--photos", "40", "--no-serve"])
    assert result.exit_code == 0, result.output
    refused = CliRunner().invoke(app, ["search", "a dog", "--index", str(tmp_path / "index")])
    assert "--countries and --overrides are missing" in str(refused.exception)
    words = ["search", "a dog", "--index", str(tmp_path / "index"), *law_options(tmp_path)]
    assert CliRunner().invoke(app, words).exit_code == 0
    with PhotoIndex(tmp_path / "index").catalog.reading() as tables:
        assert len(models_to_ask(tables)) == 2
