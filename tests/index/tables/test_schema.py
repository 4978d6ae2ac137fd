"""All tables together."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from table_rows import add_photo

import withsense_tf
from withsense_tf.index.tables.captions_table import insert_texts
from withsense_tf.index.tables.rows_table import insert_rows
from withsense_tf.index.tables.schema import (
    JSON_COLUMNS,
    OF_PHOTO,
    SCHEMA,
    cells,
    cells_of_other_types,
    count_orphans,
    damage,
    forget_photos,
    make_tables,
)


def test_tables_are_made_once(tables: sqlite3.Connection) -> None:
    add_photo(tables, "a.png")
    make_tables(tables)
    assert list(cells(tables, "photos", "name")) == ["a.png"]


def test_all_tables_that_name_photos_are_emptied_with_them(tables: sqlite3.Connection) -> None:
    named = {
        table
        for (table,) in tables.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if any(column == "photo" for _, column, *_ in tables.execute(f"PRAGMA table_info({table})"))
    }
    assert {*named, "photos", "words"} == OF_PHOTO.keys()
    first, second = add_photo(tables, "a.png"), add_photo(tables, "b.png")
    for photo in (first, second):
        insert_texts(tables, photo, [("c", "text", 1)])
        insert_rows(tables, 1, [(photo, photo, 0, 0, 0)])
    forget_photos(tables, [first])
    assert [
        list(cells(tables, table, column)) for table, column in (("photos", "id"), ("rows", "photo"))
    ] == [
        [second],
        [second],
    ]
    assert set(count_orphans(tables).values()) == {0}


def test_rows_of_no_photo_are_counted_by_table(tables: sqlite3.Connection) -> None:
    insert_rows(tables, 1, [(0, 7, 0, 0, 0), (1, 8, 0, 0, 0)])
    assert count_orphans(tables) == {"captions": 0, "words": 0, "facts": 0, "law": 0, "rows": 2}


def test_a_cell_of_another_type_is_found_and_an_empty_one_only_where_none_may_be(
    tables: sqlite3.Connection,
) -> None:
    photo = add_photo(tables, "a.png")
    assert list(cells_of_other_types(tables)) == []
    tables.execute("UPDATE photos SET fold = 'a group', path = x'00' WHERE id = ?", (photo,))
    assert sorted(cells_of_other_types(tables)) == [
        ("photos", "fold", "INTEGER", 1),
        ("photos", "path", "TEXT", 1),
    ]


def test_columns_of_json_are_columns_of_text(tables: sqlite3.Connection) -> None:
    for table, column in JSON_COLUMNS:
        kinds = {name: kind for _, name, kind, *_ in tables.execute(f"PRAGMA table_info({table})")}
        assert kinds[column] == "TEXT"


def test_whole_tables_have_no_damage_and_a_zeroed_page_is_one(tmp_path: Path) -> None:
    file = tmp_path / "tables.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        make_tables(connection)
        for number in range(30):
            add_photo(connection, f"{number}.png")
        assert damage(connection) == []
    whole = file.read_bytes()
    for at in range(4096, len(whole), 4096):
        file.write_bytes(whole[:at] + bytes(4096) + whole[at + 4096 :])
        with closing(sqlite3.connect(file)) as connection:
            try:
                lines = damage(connection)
            except sqlite3.DatabaseError:
                continue  # which the catalog turns into a line of its own
            assert lines


def test_nobody_else_writes_sql_of_these_tables() -> None:
    package = Path(withsense_tf.__file__).parent
    names = "|".join(re.findall(r"CREATE (?:VIRTUAL )?TABLE (\w+)", SCHEMA))
    query = re.compile(rf"\b(FROM|INTO|UPDATE|JOIN) ({names}|live)\b")
    others = [path for path in package.rglob("*.py") if path.parent != package / "index" / "tables"]
    writers = {path.name for path in others if query.search(path.read_text(encoding="utf-8"))}
    # One makes up photos that no file stands for, and is no part of a product; the other tells what is to be run for
    # damaged vectors, too, which know no tables.
    assert writers <= {"bench_start.py", "table_errors.py"}


@pytest.mark.parametrize("table", ["photos", "law", "rows", "facts"])
def test_no_table_is_made_twice(table: str) -> None:
    assert SCHEMA.count(f"CREATE TABLE {table} (") == 1
