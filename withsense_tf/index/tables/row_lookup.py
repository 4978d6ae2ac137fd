"""What a search asks of rows: whose they are, which live photos they stand for, and which of them meet filters."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from withsense_tf.index.tables.facts_table import to_sql
from withsense_tf.index.tables.file_places import file_at, own_folder
from withsense_tf.index.tables.photos_table import marks
from withsense_tf.index.vectors.filters import Where

# Rows that are asked for at once.
LOOKED_UP: Final = 500


def row_of_live(tables: sqlite3.Connection, model: int, name: str) -> int:
    """Return the row that a model has of a live photo, by its name."""
    ((row,),) = tables.execute(
        "SELECT row FROM live CROSS JOIN rows ON rows.photo = live.id WHERE generation = ? AND name = ?",
        (model, name),
    ).fetchall()
    return int(row)


def live_rows_among(tables: sqlite3.Connection, model: int, rows: np.ndarray) -> list[int]:
    """Return those of the rows whose photos are live."""
    return [
        row
        for at in range(0, len(rows), LOOKED_UP)
        for (row,) in tables.execute(
            "SELECT row FROM rows JOIN live ON live.id = photo WHERE generation = ? "
            f"AND row IN ({_listing(rows[at : at + LOOKED_UP].tolist())})",
            (model,),
        )
    ]


def caption_places(tables: sqlite3.Connection, model: int, rows: np.ndarray) -> dict[int, tuple[int, int]]:
    """Return where the captions' vectors of each row begin, and how many they are."""
    return {
        row: (first, captions)
        for at in range(0, len(rows), LOOKED_UP)
        for row, first, captions in tables.execute(
            "SELECT row, first_caption, captions FROM rows WHERE generation = ? "
            f"AND row IN ({_listing(rows[at : at + LOOKED_UP].tolist())})",
            (model,),
        )
    }


def live_photos_at(
    tables: sqlite3.Connection, model: int, rows: Sequence[int], age_limit: int | None
) -> list[tuple[Any, ...]]:
    """Return the live photos that rows stand for: row, whether it is restricted, photo, name, path, group, digest.

    What is restricted is so at an age limit, as that was settled; where there is no limit, nothing is.
    """
    folder = own_folder(tables)
    photos = tables.execute(
        "SELECT row, coalesce(restricted = 1, 0), live.id, name, path, fold, digest FROM rows "
        "JOIN live ON live.id = rows.photo LEFT JOIN law ON law.photo = live.id AND age_limit = ? "
        f"WHERE generation = ? AND row IN ({marks(rows)})",
        (age_limit, model, *rows),
    )
    return [(*head, file_at(path, folder), group, digest) for *head, path, group, digest in photos]


def live_copies(
    tables: sqlite3.Connection, model: int, groups: Sequence[int], where: Where
) -> list[tuple[Any, ...]]:
    """Return the live photos of groups that meet filters, by name: photo, name, path, group, digest, pixels, row.

    Where nobody said how large a picture is, it has 0 pixels.
    """
    (condition, values), folder = to_sql(where), own_folder(tables)
    # CROSS JOIN: the groups first. SQLite by itself goes through all rows of the model.
    photos = tables.execute(
        "SELECT photo, name, path, fold, digest, coalesce((SELECT w.number * h.number FROM facts AS w JOIN facts AS h "
        "ON h.photo = w.photo AND h.name = 'height' WHERE w.photo = copy.photo AND w.name = 'width'), 0), row "
        "FROM (SELECT id AS photo, name, path, fold, row, digest FROM live "
        "CROSS JOIN rows ON rows.photo = live.id AND generation = ? "
        f"WHERE fold IN ({marks(groups)})) AS copy WHERE {condition} ORDER BY name",
        (model, *groups, *values),
    )
    return [(photo, name, file_at(path, folder), *others) for photo, name, path, *others in photos]


def rows_that_meet(tables: sqlite3.Connection, model: int, where: Where) -> np.ndarray:
    """Return the rows of a model whose photos, live or not, meet filters, in order, int64."""
    condition, values = to_sql(where)
    rows = tables.execute(
        f"SELECT row FROM rows WHERE generation = ? AND {condition} ORDER BY row", (model, *values)
    )
    return np.array([row for (row,) in rows], np.int64)


def _listing(rows: Sequence[int]) -> str:
    # Rows are numbers of this package's own, so that they may stand in the SQL.
    return ", ".join(map(str, rows))
