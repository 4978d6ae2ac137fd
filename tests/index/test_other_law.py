"""Who has another law than the index is told what it was judged with, and a command that works as it is printed."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from own_rules import rule, rule_file
from run_command import finish, law_variables, run
from small_index import items_of_looks, new_index

from withsense_tf.__main__ import app
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataWarning, OtherLawError
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.integrity.table_errors import JUDGED_WITH, NOT_WRITTEN
from withsense_tf.index.other_law import options_of_index
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.state_table import set_state
from withsense_tf.index.upkeep.ingest import ingest, remove_for_good
from withsense_tf.index.upkeep.judge_anew import judge_anew
from withsense_tf.index.upkeep.status import index_status
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.photo_judge import ChildJudge
from withsense_tf.policy.service import LawFiles


class SureJudge(ChildJudge):
    """Finds no child."""

    identity = "none v1"

    def __call__(self, paths: list[Path]) -> np.ndarray:
        return np.zeros(len(paths))


@pytest.fixture
def overrides(tmp_path: Path) -> Path:
    """Return a table of one decision, in a folder whose name a shell would part."""
    folder = tmp_path / "of people"
    folder.mkdir()
    file = folder / "overrides.csv"
    file.write_text(
        "photo,digest,decision,by,reason\n000.png,,restrict,Ann,It shows a child.\n", encoding="utf-8"
    )
    return file


@pytest.fixture
def new(
    fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[LawFiles], PhotoIndex]:
    """Return what makes an index of two photos that was judged with some files."""
    for name in law_variables():
        monkeypatch.delenv(name, raising=False)
    items = items_of_looks(tmp_path / "photos", 2)
    return lambda files: new_index(
        tmp_path / "an index", fitted("hybrid"), items, store, Policy.of_files(files)
    )


def refusal(index: PhotoIndex, files: LawFiles) -> OtherLawError:
    with index.catalog.reading() as tables, pytest.raises(OtherLawError) as error:
        IndexDoor(Policy.of_files(files), tables)
    return error.value


def test_the_advice_is_a_command_that_works_as_it_is_printed(
    new: Callable[[LawFiles], PhotoIndex], overrides: Path
) -> None:
    index, files = new(LawFiles()), LawFiles(overrides=overrides, min_votes=2)
    message = str(refusal(index, files))
    _, _, command = message.partition("withsense ")
    assert "judged anew" in run(*shlex.split(command))
    with index.catalog.reading() as tables:
        assert not IndexDoor(Policy.of_files(files), tables, "DE").photo("000.png")


def test_who_has_not_the_files_that_an_index_was_judged_with_is_told_which_and_not_to_judge(
    new: Callable[[LawFiles], PhotoIndex], overrides: Path
) -> None:
    index = new(LawFiles(overrides=overrides, min_votes=2))
    message = str(refusal(index, LawFiles(overrides=overrides)))
    assert "judged with --min-votes 2" in message
    message = str(refusal(index, LawFiles()))
    assert f"--overrides '{overrides}'" in message
    assert f"export WITHSENSE_OVERRIDES='{overrides}' WITHSENSE_MIN_VOTES=2" in message
    assert "--overrides and --min-votes are missing" in message
    assert "index judge" not in message
    overrides.unlink()
    assert "is not there any more; to judge its photos anew without it" in str(refusal(index, LawFiles()))


def test_an_index_of_which_nobody_wrote_down_its_files_says_so_before_it_is_judged_without(
    new: Callable[[LawFiles], PhotoIndex], overrides: Path
) -> None:
    index, files = new(LawFiles()), LawFiles(overrides=overrides)
    assert NOT_WRITTEN not in str(refusal(index, files)) + index_status(index).as_text()
    with index.catalog.writing() as tables:
        set_state(tables, **{JUDGED_WITH: None})  # as version 0.1.0 left it
    assert NOT_WRITTEN in str(refusal(index, files))
    assert NOT_WRITTEN in index_status(index).as_text()
    # Also where the law is the same.
    run("index", "judge", "--all", "--index", str(index.folder))
    assert NOT_WRITTEN not in index_status(PhotoIndex(index.folder)).as_text()


def test_what_everybody_may_read_tells_no_path(
    new: Callable[[LawFiles], PhotoIndex], overrides: Path, tmp_path: Path
) -> None:
    index = new(LawFiles(overrides=overrides))
    told = [refusal(index, LawFiles()).advice]
    judge_anew(index, Policy.of_files(LawFiles(overrides=overrides, min_votes=3)))
    told.append(refusal(index, LawFiles(overrides=overrides)).advice)
    assert all("--overrides FILE" in text or "--min-votes NUMBER" in text for text in told)
    assert not any(str(tmp_path) in text for text in told)


def test_who_judges_without_what_an_index_was_judged_with_is_warned(
    new: Callable[[LawFiles], PhotoIndex], overrides: Path
) -> None:
    index = new(LawFiles(overrides=overrides))
    with pytest.warns(DataWarning, match="--overrides"):
        judge_anew(index, Policy.of_files(LawFiles()), lift=True, by_less=True)


def state(index: PhotoIndex) -> str:
    with index.catalog.reading() as tables:
        return str(sorted(tables.execute("SELECT name, value FROM state").fetchall()))


@pytest.mark.closed
@pytest.mark.parametrize("what", ["overrides", "languages", "countries", "photo_judge"])
def test_what_brings_an_index_up_to_date_by_less_than_before_changes_nothing(
    what: str,
    new: Callable[[LawFiles], PhotoIndex],
    overrides: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("withsense_tf.policy.countries.SureJudge", SureJudge, raising=False)
    index = new(LawFiles(**{what: _law_of(what, overrides, tmp_path)}))
    before, bare = state(index), Policy.of_files(LawFiles())
    option = f"--{what.replace('_', '-')}"
    for change in (
        lambda: ingest(index, [], bare),
        lambda: ingest(index, [], bare, others="replace"),
        lambda: remove_for_good(index, ["000.png"], bare),
        lambda: judge_anew(index, bare),
    ):
        with pytest.raises(
            OtherLawError, match=rf"(?s)by less.*{option}.*Nothing was changed.*--lift.*index judge"
        ):
            change()
        assert state(index) == before
    with pytest.warns(DataWarning, match=f"{option}.*before, and now without"):
        ingest(index, [], bare, lift=True)
    assert state(index) != before


def _law_of(what: str, overrides: Path, tmp_path: Path) -> Path | str:
    """Return the value of an option of the law."""
    folder = tmp_path / "languages"
    folder.mkdir()
    (folder / "xx.toml").write_text(rule_file(rule("zzz")).content.decode(), encoding="utf-8")
    countries = tmp_path / "countries.toml"
    countries.write_text('[[rules]]\ncountry = "BB"\nrule = "children"\n', encoding="utf-8")
    return {
        "overrides": overrides,
        "languages": folder,
        "countries": countries,
        "photo_judge": "withsense_tf.policy.countries:SureJudge",
    }[what]


def test_a_policy_of_python_that_has_what_an_index_was_judged_with_lacks_nothing(
    new: Callable[[LawFiles], PhotoIndex], overrides: Path
) -> None:
    index = new(LawFiles(overrides=overrides))
    whole = Policy.of_files(LawFiles(overrides=overrides))
    with pytest.raises(OtherLawError, match="--overrides"):
        ingest(index, [], Policy(whole.countries))
    ingest(index, [], Policy(whole.countries, replace(whole.ownership, uncaptioned="allow")))


def test_what_judges_more_strictly_than_before_is_warned_of_and_done(
    new: Callable[[LawFiles], PhotoIndex],
) -> None:
    index = new(LawFiles(min_votes=2))
    with pytest.warns(DataWarning, match="--min-votes"):
        ingest(index, [], Policy.of_files(LawFiles()))


def test_the_command_says_what_is_missing_before_it_reads_a_folder(
    new: Callable[[LawFiles], PhotoIndex], overrides: Path, tmp_path: Path
) -> None:
    index = new(LawFiles(overrides=overrides))
    before = state(index)
    with pytest.raises(OtherLawError, match="by less than before"):
        finish(app, "index", "update", str(tmp_path / "photos"), "--index", str(index.folder))
    assert state(index) == before


def test_the_options_of_an_index_are_told_while_its_files_are_as_they_were(
    new: Callable[[LawFiles], PhotoIndex], overrides: Path
) -> None:
    index = new(LawFiles(overrides=overrides, min_votes=2))
    options = {"--overrides": str(overrides), "--min-votes": "2"}
    with index.catalog.reading() as tables:
        assert options_of_index(tables) == (options, True)
        text = overrides.read_text(encoding="utf-8")
        overrides.write_text(text.replace("restrict", "allow"), encoding="utf-8")
        assert options_of_index(tables) == (options, False)
        overrides.unlink()
        assert options_of_index(tables) == ({}, False)
