"""What is wrong with an index is said a line each."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from small_index import LAW, items_of_looks, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.photo_index import NotBuiltError, PhotoIndex
from withsense_tf.index.upkeep.compact import compact_index
from withsense_tf.index.upkeep.switch_model import take_over
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.service import LawFiles


@pytest.fixture
def index(fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path) -> PhotoIndex:
    photos = tmp_path / "photos"
    return new_index(tmp_path / "index", fitted("hybrid"), items_of_looks(photos, 4), store, LAW)


def test_a_whole_index_has_no_problems_also_in_its_files(index: PhotoIndex) -> None:
    assert verify_index(index, files=True) == []


def test_an_index_without_a_model_is_not_built_yet(tmp_path: Path) -> None:
    with pytest.raises(NotBuiltError, match=r"a build has not ended.*index build"):
        verify_index(PhotoIndex.make(tmp_path / "empty"))


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("DELETE FROM law WHERE photo = 1", "1 live photos are not judged for the age limit of 16"),
        ("UPDATE photos SET fold = NULL WHERE id = 2", "1 live photos belong to no group"),
        ("INSERT INTO captions VALUES (99, 0, 'c', 'text', 1)", "1 rows of captions belong to no photo"),
        ("DELETE FROM words WHERE rowid = 3", "1 photos are found by other words than their captions'"),
        ("DELETE FROM facts WHERE photo = 3", "The columns that filters ask of 1 photos"),
        (
            "UPDATE captions SET text = 'Other .' WHERE photo = 1",
            "What is said of 1 photos is not what came in",
        ),
        ("UPDATE law SET votes = 7 WHERE photo = 4", "The verdicts on 1 photos are not those"),
        ("DELETE FROM rows WHERE photo = 2", "1 live photos have no vectors by model 1"),
        ("UPDATE generations SET captions = 0", "Model 1 counts fewer captions than it has"),
        ("UPDATE rows SET row = 77 WHERE photo = 2", "1 rows of model 1 lie behind its end"),
        ("UPDATE rows SET checksum = 1 - checksum WHERE photo = 2", "1 photos have vectors by model 1"),
        ("DELETE FROM photos WHERE id = 1", "Photos came, left or were let in again by another hand"),
    ],
)
def test_what_another_hand_changed_is_named(index: PhotoIndex, statement: str, expected: str) -> None:
    with index.catalog.writing() as tables:
        assert tables.execute(statement).rowcount > 0
    assert any(expected in problem for problem in verify_index(index))


def test_files_are_read_only_where_that_is_asked_for(index: PhotoIndex, looks: Path) -> None:
    photo = next((index.folder.parent / "photos").glob("look-2-*.png"))
    shutil.copy(next((index.folder.parent / "photos").glob("look-3-*.png")), photo)
    assert verify_index(index) == []
    (problem,) = verify_index(index, files=True)
    assert problem.startswith("The file of 002.png is not used: ")


@pytest.mark.parametrize(
    ("part", "told"),
    [("matcher", "Searches need none of them and answer"), ("form", "No search is answered")],
)
def test_files_of_the_model_that_changed_are_named_with_what_needs_them(
    index: PhotoIndex, part: str, told: str
) -> None:
    file = next(path for path in (index.folder / "generations" / "1" / part).rglob("*.json"))
    file.write_text(file.read_text() + " ")
    start = f"The files of model 1 are not those that the index was built with. {told}"
    assert any(problem.startswith(start) for problem in verify_index(index))


def test_a_model_before_the_present_one_that_changed_is_removed_by_compact(index: PhotoIndex) -> None:
    take_over(index, index.copy_model(1))
    with (index.folder / "generations" / "1" / "matcher" / "arrays.npz").open("ab") as file:
        file.write(b"x")
    for vectors in (index.folder / "generations" / "1" / "vectors").rglob("*.vectors"):
        vectors.write_bytes(b"")
    index = PhotoIndex(index.folder, index.store)
    problems = verify_index(index)
    removal = "To remove it, as it is the model before the present one, run: withsense index compact --index "
    assert f"index was built with. {removal}{index.folder}" in problems[0]
    assert all(removal in problem for problem in problems)
    compact_index(index)
    assert verify_index(index) == []


@pytest.mark.slow
@pytest.mark.closed
@pytest.mark.parametrize(
    ("by_people", "statement"),
    [
        (False, "DELETE FROM law WHERE photo = 1"),
        (True, "DELETE FROM law WHERE photo = 1"),
        (True, "UPDATE law SET restricted = 0, votes = 7 WHERE photo = 1"),
    ],
)
def test_the_advice_works_in_a_shell_as_it_is_printed(
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path: Path,
    by_people: bool,
    statement: str,
) -> None:
    photos = items_of_looks(tmp_path / "my photos", 4)
    table = tmp_path / "what people decided.csv"
    table.write_text("photo,digest,decision,by,reason\n000.png,,restrict,Ann,It shows a child.\n")
    policy = Policy.of_files(LawFiles(overrides=table if by_people else None))
    index = new_index(tmp_path / "an index", fitted("hybrid"), photos, store, policy)
    with index.catalog.writing() as tables:
        tables.execute(statement)
    (line,) = verify_index(index)
    program = f'withsense() {{ {shlex.quote(sys.executable)} -m withsense_tf "$@"; }}'
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WITHSENSE_")}
    subprocess.run(["sh", "-ec", f"{program}; {line.partition('Run: ')[2]}"], env=environment, check=True)
    index = PhotoIndex(index.folder)
    assert verify_index(index) == []
    with index.catalog.reading() as tables:
        assert IndexDoor(policy, tables, "DE").photo("000.png") != by_people
