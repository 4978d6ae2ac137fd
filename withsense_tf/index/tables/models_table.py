"""The table `generations`: the models of an index, with the engine of their vectors and how many of these count."""

from __future__ import annotations

import sqlite3
from typing import Any, Final

from withsense_tf.errors import DataError

MODELS_TABLE: Final = """
CREATE TABLE generations (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, identity TEXT NOT NULL, engine TEXT NOT NULL,
    rows INTEGER NOT NULL, captions INTEGER NOT NULL, made TEXT NOT NULL, form TEXT NOT NULL
);
"""


def insert_model(
    tables: sqlite3.Connection, name: str, identity: str, engine: str, day: str, form: str
) -> int:
    """Add a model that has no vectors yet, and return its number."""
    number = tables.execute(
        "INSERT INTO generations (name, identity, engine, rows, captions, made, form) "
        "VALUES (?, ?, ?, 0, 0, ?, ?)",
        (name, identity, engine, day, form),
    ).lastrowid
    if number is None:
        raise DataError("The tables gave no number to a new model.")
    return number


def delete_model(tables: sqlite3.Connection, model: int) -> None:
    """Forget a model and its rows."""
    tables.execute("DELETE FROM rows WHERE generation = ?", (model,))
    tables.execute("DELETE FROM generations WHERE id = ?", (model,))


def find_model(tables: sqlite3.Connection, model: int) -> tuple[str, str, str] | None:
    """Return the identity, the identity of the search form and the engine of a model, or None."""
    row: tuple[str, str, str] | None = tables.execute(
        "SELECT identity, form, engine FROM generations WHERE id = ?", (model,)
    ).fetchone()
    return row


def find_equal_models(tables: sqlite3.Connection, identity: str, engine: str) -> list[int]:
    """Return the numbers of the models that have this identity and this engine."""
    rows = tables.execute("SELECT id FROM generations WHERE identity = ? AND engine = ?", (identity, engine))
    return [int(number) for (number,) in rows]


def model_name(tables: sqlite3.Connection, model: int) -> str:
    """Return the name of a model's matcher."""
    return str(tables.execute("SELECT name FROM generations WHERE id = ?", (model,)).fetchone()[0])


def model_numbers(tables: sqlite3.Connection) -> list[int]:
    """Return the numbers of all models."""
    return [number for (number,) in tables.execute("SELECT id FROM generations")]


def all_models(tables: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Return the number, name, identity, engine, rows and day of each model, by number."""
    return tables.execute(
        "SELECT id, name, identity, engine, rows, made FROM generations ORDER BY id"
    ).fetchall()


def row_count(tables: sqlite3.Connection, model: int) -> int:
    """Return how many rows of a model are committed, those of photos that are gone included."""
    return int(tables.execute("SELECT rows FROM generations WHERE id = ?", (model,)).fetchone()[0])


def add_to_row_count(tables: sqlite3.Connection, model: int, count: int) -> None:
    """Commit so many rows more."""
    tables.execute("UPDATE generations SET rows = rows + ? WHERE id = ?", (count, model))


def caption_count(tables: sqlite3.Connection, model: int) -> int:
    """Return how many vectors of single captions are committed, those of photos that are gone included."""
    return int(tables.execute("SELECT captions FROM generations WHERE id = ?", (model,)).fetchone()[0])


def add_to_caption_count(tables: sqlite3.Connection, model: int, count: int) -> None:
    """Commit so many vectors of single captions more."""
    tables.execute("UPDATE generations SET captions = captions + ? WHERE id = ?", (count, model))
