from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_index import LAW, item_of, items_of_looks, new_whole_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.vectors.filters import parse_filter
from withsense_tf.matchers.base import Matcher
from withsense_tf.search import live_rows
from withsense_tf.search.live_rows import LiveRows, copies_of
from withsense_tf.search.row_ranking import RowRanking


@pytest.fixture(scope="module")
def index(
    fitted: Callable[[str], Matcher],
    store: VectorStore,
    looks: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> PhotoIndex:
    items = [
        *items_of_looks(looks, 6),
        replace(item_of(looks, "twin 1.png", 2, light=1), facts={"iso": 100.0}),
        item_of(looks, "twin 2.png", 2, light=2),
    ]
    folder = new_whole_index(tmp_path_factory.mktemp("live") / "index", fitted("hybrid"), items, store)
    return PhotoIndex(folder)


def ranking(rows: list[int]) -> RowRanking:
    scores = np.arange(len(rows), 0, -1).astype(float)
    return RowRanking(np.array(rows), scores, scores, None, None)


def test_a_ranking_that_is_walked_twice_is_looked_up_once_and_no_further_than_one_walks(
    index: PhotoIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_rows, "LOOKED_UP", 2)
    with index.catalog.reading() as tables:
        number, door = index.current(tables).number, IndexDoor(LAW, tables, "BB")
        live = LiveRows(tables, number, door, ranking([3, 99, 1, 0, 7]))
        statements: list[str] = []
        tables.set_trace_callback(statements.append)
        walk = iter(live)
        assert (next(walk)[0], next(walk)[0]) == (0, 2)
        begun = len(statements)
        assert [at for at, _ in live] == [0, 2, 3, 4]
        whole = len(statements)
        assert [photo.name for _, photo in live] == ["003.png", "001.png", "000.png", "twin 2.png"]
        assert all(door.knows(photo.name) for _, photo in live)
        assert begun < whole == len(statements)
        tables.set_trace_callback(None)


def test_copies_are_the_photos_of_a_group_that_meet_filters(index: PhotoIndex) -> None:
    with index.catalog.reading() as tables:
        number, door = index.current(tables).number, IndexDoor(LAW, tables, "BB")
        photos = [photo for _, photo in LiveRows(tables, number, door, ranking([2, 3]))]
        copies = copies_of(tables, number, door, photos, ())
        some = copies_of(tables, number, door, photos, (parse_filter("iso=100"),))
        assert copies_of(tables, number, door, [], ()) == {}
    names = [[copy.name for _, copy in copies[photo.number]] for photo in photos]
    assert names == [["002.png", "twin 1.png", "twin 2.png"], ["003.png"]]
    assert [row for row, _ in copies[photos[0].number]] == [2, 6, 7]
    assert [copy.name for _, copy in some[photos[0].number]] == ["twin 1.png"]
