"""The demonstration: what is missing is made, once."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from withsense_tf.__main__ import app
from withsense_tf.commands.demo import free_port, missing_steps, write_law
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.policy.countries import load_countries
from withsense_tf.search.search import whole_models


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    first = list(missing_steps(tmp_path, 100))
    assert [step.command[:2] for step in first] == [("data", "demo"), ("index", "build"), ("index", "build")]
    first[0].mark.touch()
    assert [step.command[0] for step in missing_steps(tmp_path, 100)] == ["index", "index"]


def test_one_country_of_the_demonstration_has_no_rule_and_the_others_keep_theirs(tmp_path: Path) -> None:
    write_law(tmp_path)
    countries = load_countries(tmp_path / "countries.toml")
    assert countries.rule("AQ").rule == "none"
    assert {name: countries.rule(name) for name in load_countries().names()} == {
        name: load_countries().rule(name) for name in load_countries().names()
    }
    assert countries.rule("DE").rule == "children"


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


@pytest.mark.slow
def test_a_small_demonstration_is_made_with_two_models(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["demo", "--folder", str(tmp_path), "--photos", "40", "--no-serve"])
    assert result.exit_code == 0, result.output
    with PhotoIndex(tmp_path / "index").catalog.reading() as tables:
        assert len(whole_models(tables)) == 2
