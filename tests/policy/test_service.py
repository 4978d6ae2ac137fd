"""One way to the law of the service: options and variables name files, and what is named and not there is an error."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from withsense_tf.__main__ import app
from withsense_tf.data.dataset import Dataset
from withsense_tf.errors import DataError, DataWarning, SettingError, WithSenseError
from withsense_tf.policy.gate import Policy
from withsense_tf.policy.ownership import Ownership
from withsense_tf.policy.service import LawFiles

pytestmark = pytest.mark.closed
HEAD = "photo,digest,decision,by,reason\n"
RESTRICTED = HEAD + "ant.jpg,,restrict,A,a child\n"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COUNTRIES", "OVERRIDES", "CONSENTS", "AUDIT"):
        monkeypatch.delenv(f"WITHSENSE_{name}", raising=False)


def written(file: Path, text: str, at: int | None = None) -> Path:
    file.write_text(text)
    if at is not None:
        os.utime(file, ns=(at, at))
    return file


def test_the_environment_names_the_law_and_an_option_wins(
    tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WITHSENSE_OVERRIDES", str(written(tmp_path / "env.csv", RESTRICTED)))
    assert not Policy.of_service().gate(tiny).photo("ant.jpg")
    assert Policy.default().gate(tiny).photo("ant.jpg")
    option = written(tmp_path / "option.csv", HEAD)
    assert Policy.of_files(LawFiles.of_service(overrides=option)).gate(tiny).photo("ant.jpg")


@pytest.mark.parametrize("name", ["countries", "overrides", "consents", "audit"])
@pytest.mark.parametrize("value", ["", "  "])
def test_a_variable_that_is_empty_is_an_error_not_the_packages_law(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"WITHSENSE_{name.upper()}", value)
    with pytest.raises(SettingError, match=f"WITHSENSE_{name.upper()} is set and empty"):
        Policy.of_service()


@pytest.mark.parametrize("name", ["countries", "overrides"])
def test_a_file_that_is_named_and_not_there_or_no_file_is_an_error(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (tmp_path / "none", tmp_path):
        monkeypatch.setenv(f"WITHSENSE_{name.upper()}", str(place))
        with pytest.raises(SettingError, match=f"WITHSENSE_{name.upper()}=.*nothing may be shown"):
            Policy.of_service()
        with pytest.raises(SettingError, match=f"--{name} .*nothing may be shown"):
            LawFiles.of_service(**{name: place})
        with pytest.raises(WithSenseError, match="nothing may be shown"):
            Policy.default(**{name: place})


def test_a_register_that_is_not_there_permits_nothing_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WITHSENSE_CONSENTS", str(tmp_path / "none.jsonl"))
    with pytest.warns(DataWarning, match="no permission holds"):
        policy = Policy.of_service()
    assert policy.consents is not None
    assert not policy.consents.consents()
    monkeypatch.setenv("WITHSENSE_CONSENTS", str(tmp_path))
    with pytest.raises(SettingError, match="WITHSENSE_CONSENTS"):
        Policy.of_service()


@pytest.mark.parametrize("age", [0, 3600 * 10**9])
def test_overrides_that_change_within_a_tick_and_keep_their_size_are_seen(tmp_path: Path, age: int) -> None:
    file = written(tmp_path / "o.csv", RESTRICTED)
    at = file.stat().st_mtime_ns - age
    written(file, RESTRICTED, at)
    policy = Policy.default(overrides=file)
    known = [policy]
    for name in ("bee.jpg", "cat.jpg", "dog.jpg") * 5:
        written(file, RESTRICTED.replace("ant.jpg", name), at)
        now = policy.current()
        assert now.ownership.decided.restricts_name(name)
        assert now.version != known[-1].version
        assert now is policy.current()
        known.append(now)
    written(file, RESTRICTED, at)
    assert policy.current().version == policy.version


def test_countries_that_change_are_seen_and_what_breaks_or_goes_is_an_error(tmp_path: Path) -> None:
    file = written(tmp_path / "c.toml", '[[rules]]\ncountry="AA"\nrule="none"\n')
    policy = Policy.default(countries=file)
    assert policy.current() is policy
    written(file, '[[rules]]\ncountry="BB"\nrule="none"\n', file.stat().st_mtime_ns)
    assert policy.current().countries.rule("AA").rule == "children"
    written(file, "[[rules]]\n")
    for _ in range(2):
        with pytest.raises(DataError, match="expected at least country and rule"):
            policy.current()
    file.unlink()
    with pytest.raises(DataError, match="nothing may be shown"):
        policy.current()


def test_what_was_put_in_place_of_a_files_decisions_stays(tmp_path: Path) -> None:
    from dataclasses import replace

    file = written(tmp_path / "o.csv", RESTRICTED)
    policy = Policy.default(overrides=file)
    more = {
        **(policy.ownership.overrides or {}),
        "x": next(iter((policy.ownership.overrides or {}).values())),
    }
    own = replace(policy, ownership=Ownership(min_votes=2, overrides=more))
    assert own.current() is own
    written(file, HEAD)
    assert own.current().ownership.overrides == more
    assert own.current().ownership.min_votes == 2
    assert policy.current().ownership.overrides == {}


def test_a_gate_that_is_made_after_a_change_keeps_the_changed_law(tiny: Dataset, tmp_path: Path) -> None:
    file = written(tmp_path / "o.csv", HEAD)
    policy = Policy.default(overrides=file)
    assert policy.gate(tiny).photo("ant.jpg")
    written(file, RESTRICTED)
    assert not policy.gate(tiny).photo("ant.jpg")


def test_how_many_captions_must_speak_is_told_by_option_or_else_by_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert Policy.of_service().ownership.min_votes == 1
    monkeypatch.setenv("WITHSENSE_MIN_VOTES", "2")
    files = LawFiles.of_service()
    assert Policy.of_files(files).ownership.min_votes == 2
    assert files.told().endswith("min_votes: 2")
    assert LawFiles.of_service(min_votes=3).min_votes == 3
    assert Policy.of_files(files).version != Policy.of_files(LawFiles.of_service(min_votes=1)).version


@pytest.mark.parametrize("value", ["", "0", "-1", "1.5", "two", "²"])
def test_a_number_of_captions_that_is_none_is_an_error(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WITHSENSE_MIN_VOTES", value)
    with pytest.raises(SettingError, match=r"WITHSENSE_MIN_VOTES=.*from 1 up"):
        LawFiles.of_service()


def test_a_photo_of_which_one_caption_speaks_is_restricted_unless_two_must(folder: Path) -> None:
    for name in ("captions.csv", "train_dataset.csv"):
        path = folder / name
        path.write_text(path.read_text().replace("A bee, seen 2 times", "A toddler, seen 2 times"))
    runner = CliRunner()
    for votes, shown in (("1", True), ("2", False)):
        done = runner.invoke(app, ["policy", "photos", str(folder), "--min-votes", votes])
        assert done.exit_code == 0, done.output
        assert ("bee.jpg" in done.output) == shown
