"""The photos of an index, read back from its tables."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from withsense_tf.search.items import Item


def stored_items(
    tables: sqlite3.Connection, where: str, values: Sequence[object] = ()
) -> list[tuple[int, Item]]:
    """Return photos of the tables, by id, as they once came; `where` says which."""
    found = tables.execute(
        f"SELECT id, name, path, digest, facts, twins FROM photos {where} ORDER BY id", values
    ).fetchall()
    return [
        (
            photo,
            Item(
                name,
                Path(path),
                digest,
                texts_of(tables, photo, 1),
                texts_of(tables, photo, 0),
                json.loads(facts),
                tuple(json.loads(twins)),
            ),
        )
        for photo, name, path, digest, facts, twins in found
    ]


def texts_of(tables: sqlite3.Connection, photo: int, counts: int) -> tuple[tuple[str, str], ...]:
    """Return the texts of a photo: its captions, or with `counts` 0 those that only the law reads."""
    asked = "SELECT caption, text FROM captions WHERE photo = ? AND counts = ? ORDER BY number"
    return tuple((caption, text) for caption, text in tables.execute(asked, (photo, counts)))
