from __future__ import annotations

import sqlite3

from withsense_tf.index.tables.models_table import (
    add_to_caption_count,
    add_to_row_count,
    all_models,
    caption_count,
    delete_model,
    find_equal_models,
    find_model,
    insert_model,
    model_name,
    model_numbers,
    row_count,
)
from withsense_tf.index.tables.rows_table import count_rows, insert_rows


def test_a_new_model_has_no_rows_until_they_are_committed(tables: sqlite3.Connection) -> None:
    model = insert_model(tables, "ridge", "abc", "{}", "2026-01-01", "def")
    assert (row_count(tables, model), caption_count(tables, model)) == (0, 0)
    add_to_row_count(tables, model, 3)
    add_to_row_count(tables, model, 2)
    add_to_caption_count(tables, model, 7)
    assert (row_count(tables, model), caption_count(tables, model)) == (5, 7)
    assert all_models(tables) == [(model, "ridge", "abc", "{}", 5, "2026-01-01")]
    assert model_name(tables, model) == "ridge"


def test_models_are_equal_by_identity_and_engine(tables: sqlite3.Connection) -> None:
    first, _, third = (insert_model(tables, "m", "abc", engine, "", "") for engine in ("{}", "[]", "{}"))
    assert find_equal_models(tables, "abc", "{}") == [first, third]
    assert find_equal_models(tables, "abd", "{}") == []


def test_a_model_that_is_deleted_takes_its_rows_and_no_others_and_gives_its_number_to_none(
    tables: sqlite3.Connection,
) -> None:
    first, second = (insert_model(tables, "m", "abc", "{}", "", "form") for _ in range(2))
    for model in (first, second):
        insert_rows(tables, model, [(0, 1, 0, 0, 5)])
    delete_model(tables, second)
    assert find_model(tables, second) is None
    assert find_model(tables, first) == ("abc", "form", "{}")
    assert (count_rows(tables, first), count_rows(tables, second)) == (1, 0)
    assert insert_model(tables, "m", "abc", "{}", "", "") > second
    assert second not in model_numbers(tables)
