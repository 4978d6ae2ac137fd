"""All tables of an index together: how they are made, and what is query of every one of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any, Final

from withsense_tf.index.tables.captions_table import CAPTIONS_TABLE
from withsense_tf.index.tables.facts_table import FACTS_TABLE
from withsense_tf.index.tables.law_table import LAW_TABLE
from withsense_tf.index.tables.left_out_tables import KEPT_OUT_TABLE, QUARANTINE_TABLE, add_along
from withsense_tf.index.tables.models_table import MODELS_TABLE
from withsense_tf.index.tables.photos_table import LIVE_VIEW, PHOTOS_TABLE, add_parts
from withsense_tf.index.tables.rows_table import ROWS_TABLE
from withsense_tf.index.tables.state_table import STATE_TABLE
from withsense_tf.index.tables.words_table import WORDS_TABLE

SCHEMA: Final = "".join(
    (
        STATE_TABLE,
        MODELS_TABLE,
        PHOTOS_TABLE,
        CAPTIONS_TABLE,
        LAW_TABLE,
        ROWS_TABLE,
        KEPT_OUT_TABLE,
        QUARANTINE_TABLE,
        FACTS_TABLE,
        WORDS_TABLE,
    )
)
# Tables with rows of a photo, and the column that names it.
OF_PHOTO: Final = {
    "photos": "id",
    "captions": "photo",
    "words": "rowid",
    "facts": "photo",
    "law": "photo",
    "rows": "photo",
}
# Columns of JSON, and what it must be.
JSON_COLUMNS: Final = {
    ("photos", "facts"): dict,
    ("photos", "twins"): list,
    ("photos", "parts"): list,
    ("law", "evidence"): list,
    ("generations", "engine"): dict,
}
# By the kind of a column, what SQLite may say of a cell of it.
CELL_TYPES: Final = {"TEXT": ("text",), "INTEGER": ("integer",), "REAL": ("real", "integer")}


def make_tables(connection: sqlite3.Connection) -> None:
    """Make the tables where there are none; the caller's transaction makes them count."""
    if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        for statement in SCHEMA.split(";"):
            connection.execute(statement)


def add_columns(connection: sqlite3.Connection) -> None:
    """Add what tables of a version before lack."""
    add_parts(connection)
    add_along(connection)


def show_live(connection: sqlite3.Connection) -> None:
    """Make the view of live photos for a connection, and read the file: opening it proves nothing."""
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    # In memory: reading must need no room on the disk.
    connection.execute("PRAGMA temp_store = MEMORY")
    # 32 MB of pages stay read: a search looks the captions' words of some thousand photos up.
    connection.execute("PRAGMA cache_size = -32000")
    connection.execute(LIVE_VIEW)


def forget_photos(tables: sqlite3.Connection, photos: Iterable[int]) -> None:
    """Take photos out of all tables, by id."""
    keys = [(photo,) for photo in photos]
    for table, column in OF_PHOTO.items():
        tables.executemany(f"DELETE FROM {table} WHERE {column} = ?", keys)


def count_orphans(tables: sqlite3.Connection) -> dict[str, int]:
    """Return, by table, how many rows belong to no photo."""
    return {
        table: tables.execute(
            f"SELECT count(*) FROM {table} WHERE {column} NOT IN (SELECT id FROM photos)"
        ).fetchone()[0]
        for table, column in OF_PHOTO.items()
        if table != "photos"
    }


def damage(tables: sqlite3.Connection) -> list[str]:
    """Return what SQLite finds wrong with the file, a line each."""
    lines = [line for (line,) in tables.execute("PRAGMA integrity_check")]
    return [] if lines == ["ok"] else lines


def cells_of_other_types(tables: sqlite3.Connection) -> Iterator[tuple[str, str, str, int]]:
    """Yield table, column, its kind and how many of its cells are of another: SQLite takes anything anywhere."""
    names = [name for (name,) in tables.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in names:
        for _, column, kind, not_null, _, key in tables.execute(f"PRAGMA table_info('{table}')").fetchall():
            types = CELL_TYPES.get(kind)
            if types is None:
                continue
            types = types if not_null or key else (*types, "null")
            marks = ", ".join("?" * len(types))
            query = f"SELECT count(*) FROM {table} WHERE typeof({column}) NOT IN ({marks})"
            (count,) = tables.execute(query, types).fetchone()
            if count:
                yield table, column, kind, count


def cells(tables: sqlite3.Connection, table: str, column: str) -> Iterator[Any]:
    """Yield the cells of a column."""
    return (cell for (cell,) in tables.execute(f"SELECT {column} FROM {table}"))
