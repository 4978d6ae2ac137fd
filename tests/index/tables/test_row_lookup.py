from __future__ import annotations

import sqlite3

import numpy as np
import pytest
from table_rows import add_photo

from withsense_tf.index.tables import row_lookup
from withsense_tf.index.tables.facts_table import insert_facts
from withsense_tf.index.tables.photo_states import set_groups
from withsense_tf.index.tables.row_lookup import (
    caption_places,
    live_copies,
    live_photos_at,
    live_rows_among,
    row_of_live,
    rows_that_meet,
)
from withsense_tf.index.tables.rows_table import insert_rows
from withsense_tf.index.vectors.filters import parse_filter

MODEL = 1


@pytest.fixture(autouse=True)
def five(tables: sqlite3.Connection) -> None:
    """Add five photos of one group, each in the row of its id; the last is staged."""
    for number in range(5):
        photo = add_photo(tables, f"{4 - number}.png", writer="1-a" if number == 4 else None)
        insert_facts(tables, photo, {"iso": 100.0 * number})
        insert_rows(tables, MODEL, [(photo, photo, 10 * photo, number, 0)])
    set_groups(tables, [(1, photo) for photo in range(1, 6)])


def test_only_rows_of_live_photos_are_looked_up(tables: sqlite3.Connection) -> None:
    assert live_rows_among(tables, MODEL, np.array([5, 3, 9, 1])) == [1, 3]
    assert [photo[:4] for photo in live_photos_at(tables, MODEL, [5, 2], None)] == [(2, 0, 2, "3.png")]
    assert live_photos_at(tables, MODEL + 1, [2], None) == []
    assert row_of_live(tables, MODEL, "3.png") == 2
    with pytest.raises(ValueError, match="not enough values"):
        row_of_live(tables, MODEL, "0.png")


def test_more_rows_than_are_asked_for_at_once_come_back_all_the_same(
    tables: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = np.arange(1, 6)
    expected = live_rows_among(tables, MODEL, rows), caption_places(tables, MODEL, rows)
    monkeypatch.setattr(row_lookup, "LOOKED_UP", 2)
    assert (live_rows_among(tables, MODEL, rows), caption_places(tables, MODEL, rows)) == expected
    assert expected[1][3] == (30, 2)


def test_filters_choose_rows_and_copies(tables: sqlite3.Connection) -> None:
    where = (parse_filter("iso>=200"),)
    assert rows_that_meet(tables, MODEL, where).tolist() == [3, 4, 5]
    assert rows_that_meet(tables, MODEL, (parse_filter("iso>1000"),)).tolist() == []
    assert [name for _, name, *_ in live_copies(tables, MODEL, [1], where)] == ["1.png", "2.png"]
    assert [name for _, name, *_ in live_copies(tables, MODEL, [1, 2], ())] == [
        f"{number}.png" for number in range(1, 5)
    ]
    assert live_copies(tables, MODEL, [2], ()) == []
