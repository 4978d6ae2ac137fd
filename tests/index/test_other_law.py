"""Who has another law than the index is told what it was judged with, and a command that works as it is printed."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from run_command import law_variables, run
from small_index import items_of_looks, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataWarning, OtherLawError
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.judge_anew import judge_anew
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.service import LawFiles


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
    _, _, command = message.partition("python -m withsense_tf ")
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
    assert "WITHSENSE_OVERRIDES" in message
    assert "index judge" not in message
    overrides.unlink()
    assert "is not there any more; to judge its photos anew without it" in str(refusal(index, LawFiles()))


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
        judge_anew(index, Policy.of_files(LawFiles()), lift=True)
