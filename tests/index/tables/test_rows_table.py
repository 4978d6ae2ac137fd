from __future__ import annotations

import sqlite3

import pytest
from table_rows import add_photo

from withsense_tf.index.tables.models_table import add_to_row_count, insert_model
from withsense_tf.index.tables.rows_table import (
    all_rows,
    caption_end,
    count_live_rows,
    count_rows,
    count_rows_behind_end,
    delete_rows,
    delete_rows_behind_end,
    delete_rows_of_photo,
    has_row,
    insert_rows,
    is_row_of,
    live_rows,
    photos_of_model,
    row_ends,
    rows_of_photos,
    rows_with_digests,
)


@pytest.fixture
def model(tables: sqlite3.Connection) -> int:
    """Return a model with rows of a live photo (1), of a staged one (2) and of none (3)."""
    number = insert_model(tables, "m", "", "{}", "", "")
    for name, writer in (("a.png", None), ("b.png", "1-a")):
        add_photo(tables, name, writer=writer)
    insert_rows(tables, number, [(0, 2, 0, 3, 10), (4, 1, 3, 2, 11), (7, 3, 5, 0, 12)])
    add_to_row_count(tables, number, 5)
    return number


def test_live_rows_are_those_of_photos_that_readers_see(tables: sqlite3.Connection, model: int) -> None:
    assert all_rows(tables, model).tolist() == [0, 4, 7]
    assert live_rows(tables, model).tolist() == [4]
    assert (count_rows(tables, model), count_live_rows(tables, model)) == (3, 1)
    assert photos_of_model(tables, model) == {1, 2, 3}


def test_ends_are_none_where_a_model_has_no_row(tables: sqlite3.Connection, model: int) -> None:
    assert (row_ends(tables, model), caption_end(tables, model)) == ((0, 7), 5)
    assert (row_ends(tables, model + 1), caption_end(tables, model + 1)) == ((None, None), None)
    assert all_rows(tables, model + 1).tolist() == []


def test_rows_behind_the_end_are_counted_and_deleted(tables: sqlite3.Connection, model: int) -> None:
    insert_rows(tables, model, [(-1, 9, 0, 0, 0)])
    assert count_rows_behind_end(tables, model) == 2
    delete_rows_behind_end(tables, model)
    assert all_rows(tables, model).tolist() == [0, 4]
    assert count_rows_behind_end(tables, model) == 0


def test_rows_come_with_the_digest_of_a_photo_that_is_there(tables: sqlite3.Connection, model: int) -> None:
    assert [row[0] for row in rows_with_digests(tables, model)] == [0, 4]
    assert rows_with_digests(tables, model, [4, 7]) == [(4, 1, 3, 2, 11, "digest of a.png")]


def test_rows_are_found_and_deleted_by_photo(tables: sqlite3.Connection, model: int) -> None:
    insert_rows(tables, model + 1, [(0, 1, 0, 0, 0), (1, 2, 0, 0, 0)])
    assert rows_of_photos(tables, [1, 99]) == {model: [4], model + 1: [0]}
    assert is_row_of(tables, model, 4, 1)
    assert not is_row_of(tables, model, 0, 1)
    delete_rows(tables, model, [1])
    assert (has_row(tables, model, 1), has_row(tables, model + 1, 1)) == (False, True)
    delete_rows_of_photo(tables, 2)
    assert rows_of_photos(tables, [1, 2]) == {model + 1: [0]}
