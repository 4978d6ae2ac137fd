"""The table `state`: what an index says of itself, a name and a value of JSON a row."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, Final

from withsense_tf.common.limits import parse_json

STATE_TABLE: Final = """
CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


def get_state(tables: sqlite3.Connection, name: str) -> Any:
    """Return the value under a name, or None."""
    row = tables.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
    return None if row is None else parse_json(row[0])


def set_state(tables: sqlite3.Connection, **values: Any) -> None:
    """Write values under their names, over those before."""
    tables.executemany(
        "INSERT INTO state VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [(name, json.dumps(value)) for name, value in values.items()],
    )


def written_state(tables: sqlite3.Connection) -> dict[str, Any]:
    """Return every value under its name, as it is written, whatever it is."""
    return dict(tables.execute("SELECT name, value FROM state").fetchall())
