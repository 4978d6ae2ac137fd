"""The table `rows`: where each model has the vectors of each photo and of its captions, and their checksum."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

ROWS_TABLE: Final = """
CREATE TABLE rows (
    generation INTEGER NOT NULL, row INTEGER NOT NULL, photo INTEGER NOT NULL, first_caption INTEGER NOT NULL,
    captions INTEGER NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (generation, row)
) WITHOUT ROWID;
CREATE INDEX rows_of_photo ON rows (photo, generation);
"""
# Rows of a model that it did not commit.
_BEHIND_END: Final = (
    "FROM rows WHERE generation = ? AND NOT row BETWEEN 0 AND (SELECT rows - 1 FROM generations WHERE id = ?)"
)


def insert_rows(
    tables: sqlite3.Connection, model: int, rows: Iterable[tuple[int, int, int, int, int]]
) -> None:
    """Write rows of a model, over those before: row, photo, first caption, number of captions, checksum."""
    tables.executemany(
        "INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?, ?)", [(model, *row) for row in rows]
    )


def delete_rows(tables: sqlite3.Connection, model: int, photos: Iterable[int]) -> None:
    """Forget the rows that a model has of photos."""
    tables.executemany(
        "DELETE FROM rows WHERE generation = ? AND photo = ?", [(model, photo) for photo in photos]
    )


def delete_rows_of_photo(tables: sqlite3.Connection, photo: int) -> None:
    """Forget the rows that all models have of a photo."""
    tables.execute("DELETE FROM rows WHERE photo = ?", (photo,))


def delete_rows_behind_end(tables: sqlite3.Connection, model: int) -> None:
    """Forget rows that lie behind the end of a model: what they name was never there."""
    tables.execute(f"DELETE {_BEHIND_END}", (model, model))


def count_rows_behind_end(tables: sqlite3.Connection, model: int) -> int:
    """Return how many rows lie behind the end of a model."""
    return int(tables.execute(f"SELECT count(*) {_BEHIND_END}", (model, model)).fetchone()[0])


def count_rows(tables: sqlite3.Connection, model: int) -> int:
    """Return how many rows of a model have a photo, live or not."""
    return int(tables.execute("SELECT count(*) FROM rows WHERE generation = ?", (model,)).fetchone()[0])


def count_live_rows(tables: sqlite3.Connection, model: int) -> int:
    """Return how many rows of a model have a live photo."""
    return int(
        tables.execute(
            "SELECT count(*) FROM rows JOIN live ON live.id = photo WHERE generation = ?", (model,)
        ).fetchone()[0]
    )


def all_rows(tables: sqlite3.Connection, model: int) -> np.ndarray:
    """Return the rows of a model that have a photo, live or not, in order, int64."""
    rows = tables.execute("SELECT row FROM rows WHERE generation = ? ORDER BY row", (model,))
    return np.fromiter((row for (row,) in rows), np.int64)


def live_rows(tables: sqlite3.Connection, model: int) -> np.ndarray:
    """Return the rows of a model that stand for live photos, in order, int64."""
    rows = tables.execute(
        "SELECT row FROM rows JOIN live ON live.id = photo WHERE generation = ? ORDER BY row",
        (model,),
    )
    return np.array([row for (row,) in rows], np.int64)


def row_ends(tables: sqlite3.Connection, model: int) -> tuple[int | None, int | None]:
    """Return the first and the last row of a model, or None for both."""
    # Both in one question would read all rows.
    first, last = (
        tables.execute(f"SELECT {end}(row) FROM rows WHERE generation = ?", (model,)).fetchone()[0]
        for end in ("min", "max")
    )
    return first, last


def caption_end(tables: sqlite3.Connection, model: int) -> int | None:
    """Return where the captions' vectors of a model end by its rows, or None where it has no row."""
    end: int | None = tables.execute(
        "SELECT max(first_caption + captions) FROM rows WHERE generation = ?", (model,)
    ).fetchone()[0]
    return end


def photos_of_model(tables: sqlite3.Connection, model: int) -> set[int]:
    """Return the photos, live or not, that a model has a row of."""
    return {photo for (photo,) in tables.execute("SELECT photo FROM rows WHERE generation = ?", (model,))}


def rows_of_photos(tables: sqlite3.Connection, photos: Iterable[int]) -> dict[int, list[int]]:
    """Return the rows that each model has of photos."""
    rows: dict[int, list[int]] = {}
    for photo in photos:
        for model, row in tables.execute("SELECT generation, row FROM rows WHERE photo = ?", (photo,)):
            rows.setdefault(model, []).append(row)
    return rows


def rows_of_model(tables: sqlite3.Connection, model: int, photos: Iterable[int]) -> dict[int, int]:
    """Return the rows that a model has of photos, each with its photo."""
    # As one value: there may be more of them than a question may have.
    return dict(
        tables.execute(
            "SELECT row, photo FROM rows WHERE photo IN (SELECT value FROM json_each(?)) AND generation = ?",
            (json.dumps(list(photos)), model),
        ).fetchall()
    )


def has_row(tables: sqlite3.Connection, model: int, photo: int) -> bool:
    """Return whether a model has a row of a photo."""
    row = tables.execute("SELECT 1 FROM rows WHERE photo = ? AND generation = ?", (photo, model))
    return row.fetchone() is not None


def is_row_of(tables: sqlite3.Connection, model: int, row: int, photo: int) -> bool:
    """Return whether a row of a model is that of a photo."""
    query = "SELECT 1 FROM rows WHERE generation = ? AND row = ? AND photo = ?"
    return tables.execute(query, (model, row, photo)).fetchone() is not None


def rows_with_digests(
    tables: sqlite3.Connection, model: int, rows: Sequence[int] | None = None
) -> list[tuple[Any, ...]]:
    """Return a model's rows, or some of them: row, photo, first caption, captions, checksum, digest of the file."""
    some = "" if rows is None else f"AND row IN ({', '.join(map(str, rows))}) "
    return tables.execute(
        "SELECT row, photo, first_caption, captions, checksum, digest FROM rows JOIN photos ON photos.id = photo "
        f"WHERE generation = ? {some}ORDER BY row",
        (model,),
    ).fetchall()
