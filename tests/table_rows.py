"""Rows of an index's tables that no photo file stands for."""

from __future__ import annotations

import sqlite3

from withsense_tf.index.tables.photos_table import insert_photo


def add_photo(tables: sqlite3.Connection, name: str, **cells: object) -> int:
    """Add a photo, live unless a `writer` is given, and return its id."""
    row = {
        "name": name,
        "tag": f"tag of {name}",
        "digest": f"digest of {name}",
        "path": f"/photos/{name}",
        "look": "",
        "facts": "{}",
        "twins": "[]",
        "writer": None,
        "staged": 0.0,
        "seal": "",
    }
    return insert_photo(tables, **(row | cells))
