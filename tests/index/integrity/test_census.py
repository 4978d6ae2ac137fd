"""That photos came or went by another hand is seen by their number and their ids."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from table_rows import add_photo

from withsense_tf.index.integrity.census import census, check_census, put_census
from withsense_tf.index.tables.left_out_tables import delete_kept_out, insert_kept_out
from withsense_tf.index.tables.photo_states import DEPARTED_MARK, make_departed, make_live
from withsense_tf.index.tables.schema import forget_photos, make_tables, show_live


@pytest.fixture
def tables() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        make_tables(connection)
        show_live(connection)
        for name, writer in (("a.png", None), ("b.png", None), ("c.png", DEPARTED_MARK), ("d.png", "1-a")):
            add_photo(connection, name, writer=writer)
        insert_kept_out(connection, "e.png", "digest", "", "today")
        yield connection


def test_an_index_that_never_counted_has_nothing_to_compare(tables: sqlite3.Connection) -> None:
    assert census(tables) == [2, 3, 1, 3, 1]
    assert check_census(tables, Path("index")) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda tables: forget_photos(tables, [1]),
        lambda tables: forget_photos(tables, [3]),
        lambda tables: make_departed(tables, 2, "{}"),
        lambda tables: make_live(tables, "1-a"),
        lambda tables: delete_kept_out(tables, ["e.png"]),
        # As many as before, but others.
        lambda tables: (forget_photos(tables, [1]), add_photo(tables, "f.png")),
    ],
    ids=["a live one went", "a departed one went", "one departed", "one came", "one was let in", "exchanged"],
)
def test_photos_that_came_or_went_are_seen_until_they_are_counted(
    tables: sqlite3.Connection, change: Callable[[sqlite3.Connection], object]
) -> None:
    put_census(tables)
    assert check_census(tables, Path("index")) == []
    change(tables)
    assert len(check_census(tables, Path("index"))) == 1
    put_census(tables)
    assert check_census(tables, Path("index")) == []


def test_what_is_staged_is_not_counted(tables: sqlite3.Connection) -> None:
    put_census(tables)
    forget_photos(tables, [4])
    assert check_census(tables, Path("index")) == []
