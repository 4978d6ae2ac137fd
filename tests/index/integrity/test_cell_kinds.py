"""Tables that were changed by hand are named as damaged, in words, and do not pass for whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from small_index import LAW, items_of_looks, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.judge_anew import judge_anew
from withsense_tf.index.upkeep.kept_out import keep_out, readmit
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.matchers.base import Matcher
from withsense_tf.search.search import Search

pytestmark = pytest.mark.closed


@pytest.fixture(scope="module")
def index(
    fitted: Callable[[str], Matcher],
    store: VectorStore,
    looks: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> PhotoIndex:
    folder = tmp_path_factory.mktemp("kinds") / "index"
    return new_index(folder, fitted("hybrid"), items_of_looks(looks, 4), store)


@pytest.fixture
def copy(index: PhotoIndex, tmp_path: Path) -> PhotoIndex:
    return PhotoIndex(shutil.copytree(index.folder, tmp_path / "copy"), index.store)


def by_hand(index: PhotoIndex, statement: str) -> None:
    with index.catalog.writing() as tables:
        assert tables.execute(statement).rowcount > 0


BROKEN = [
    "UPDATE photos SET facts = '['",
    "UPDATE photos SET facts = 3",
    f"UPDATE photos SET twins = '{'[' * 50_000}'",
    "UPDATE photos SET look = x'ff'",
    "UPDATE photos SET path = x'ff'",
    "UPDATE captions SET text = x'ff'",
    "UPDATE law SET own_source = x'ff'",
    "UPDATE rows SET row = row || 'x'",
    "UPDATE generations SET rows = 'x'",
    "UPDATE generations SET engine = '[]'",
    "UPDATE state SET value = '{}'",
    "UPDATE state SET value = 'x'",
]


@pytest.mark.parametrize("statement", BROKEN)
@pytest.mark.slow
def test_cells_of_another_kind_are_told_as_damage_and_never_in_frames_of_a_library(
    copy: PhotoIndex, statement: str
) -> None:
    by_hand(copy, statement)
    assert any("damaged" in line for line in verify_index(copy))
    # Who needs no such cell may go on.
    for ask in (
        lambda: Search(copy, policy=LAW)("a wall", minimum=0),
        lambda: judge_anew(copy, LAW, anyway=True),
    ):
        with suppress(DataError):
            ask()
    copy.close()


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DELETE FROM state WHERE name = 'current'", "the state current is missing"),
        ("UPDATE photos SET writer = 'me' WHERE name = '001.png'", "by another hand"),
        ("UPDATE facts SET text = 'x' WHERE name = 'camera'", "columns that filters ask"),
        ("INSERT INTO kept_out VALUES ('x.png', 'x', '', '', NULL)", "by another hand"),
    ],
)
def test_what_was_taken_out_or_changed_by_hand_does_not_pass_for_whole(
    copy: PhotoIndex, statement: str, told: str
) -> None:
    assert verify_index(copy) == []
    by_hand(copy, statement)
    assert any(told in line for line in verify_index(copy))


def test_who_removes_photos_and_lets_them_in_leaves_an_index_that_is_whole(copy: PhotoIndex) -> None:
    keep_out(copy, ["000.png"])
    assert verify_index(copy) == []
    readmit(copy, ["000.png"])
    assert verify_index(copy) == []
