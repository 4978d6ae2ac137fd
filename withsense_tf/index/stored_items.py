"""The photos of an index, and the rows that a model has of them, read back from its tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from withsense_tf.common.limits import parse_json
from withsense_tf.index.item import Item

# What a row of the table `captions` holds: a text for the law alone, a caption, or where one cannot be read.
OTHER_TEXTS, CAPTIONS, UNREAD = 0, 1, 2
# Live photos of which a model, given by its number, has no vectors.
LACKING: Final = "live WHERE id NOT IN (SELECT photo FROM rows WHERE generation = ?)"


def stored_items(
    tables: sqlite3.Connection, source: str, values: Sequence[object] = ()
) -> list[tuple[int, Item]]:
    """Return photos of the tables, by id, as they once came; `source` says which, as `live WHERE name = ?`."""
    found = tables.execute(
        f"SELECT id, name, path, digest, facts, twins, look FROM {source} ORDER BY id", values
    ).fetchall()
    return [
        (
            photo,
            Item(
                name,
                Path(path),
                digest,
                texts_of(tables, photo, CAPTIONS),
                texts_of(tables, photo, OTHER_TEXTS),
                parse_json(facts),
                tuple(parse_json(twins)),
                texts_of(tables, photo, UNREAD),
                look,
            ),
        )
        for photo, name, path, digest, facts, twins, look in found
    ]


def texts_of(tables: sqlite3.Connection, photo: int, counts: int) -> tuple[tuple[str, str], ...]:
    """Return the texts of a photo of one kind: its captions, those that only the law reads, or what cannot be read."""
    asked = "SELECT caption, text FROM captions WHERE photo = ? AND counts = ? ORDER BY number"
    return tuple((caption, text) for caption, text in tables.execute(asked, (photo, counts)))


def row_count(tables: sqlite3.Connection, model: int) -> int:
    """Return how many rows of a model are committed, those of photos that are gone included."""
    return int(tables.execute("SELECT rows FROM generations WHERE id = ?", (model,)).fetchone()[0])


def live_rows(tables: sqlite3.Connection, model: int) -> np.ndarray:
    """Return the rows of a model that stand for live photos, in order, int64."""
    found = tables.execute(
        "SELECT row FROM rows JOIN live ON live.id = photo WHERE generation = ? ORDER BY row",
        (model,),
    )
    return np.array([row for (row,) in found], np.int64)


def count_lacking(tables: sqlite3.Connection, model: int) -> int:
    """Return how many live photos have no vectors by a model."""
    return int(tables.execute(f"SELECT count(*) FROM {LACKING}", (model,)).fetchone()[0])
