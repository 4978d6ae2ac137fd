"""The tables `quarantine`, of photos that cannot be used, and `kept_out`, of those that were taken out for good."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from typing import Final

KEPT_OUT_TABLE: Final = """
CREATE TABLE kept_out (name TEXT PRIMARY KEY, digest TEXT NOT NULL, look TEXT NOT NULL,
    since TEXT NOT NULL, along TEXT);
"""
QUARANTINE_TABLE: Final = """
CREATE TABLE quarantine (name TEXT PRIMARY KEY, path TEXT NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL,
    found TEXT NOT NULL);
"""
# The kind of an upload that shows, or is a copy of, what was taken out for good.
TAKEN_OUT: Final = "taken_out"


def insert_quarantine(tables: sqlite3.Connection, rows: Iterable[tuple[str, str, str, str, str]]) -> None:
    """Write down photos that cannot be used, over what was said of them: name, path, kind, reason, day."""
    tables.executemany("INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?, ?, ?)", rows)


def clear_quarantine(tables: sqlite3.Connection, names: Collection[str] | None = None) -> None:
    """Forget why some photos, or all, could not be used."""
    if names is None:
        # An upload lies in no folder that is looked through anew.
        tables.execute("DELETE FROM quarantine WHERE kind != ?", (TAKEN_OUT,))
    else:
        tables.executemany("DELETE FROM quarantine WHERE name = ?", [(name,) for name in names])


def quarantined_photos(tables: sqlite3.Connection) -> list[tuple[str, str, str, str, str]]:
    """Return the photos that cannot be used, by name: name, path, kind, reason, day."""
    return tables.execute("SELECT name, path, kind, reason, found FROM quarantine ORDER BY name").fetchall()


def add_along(tables: sqlite3.Connection) -> None:
    """Add the column of the photo with which each left to tables of a version before, which do not know it."""
    if "along" not in {column for _, column, *_ in tables.execute("PRAGMA table_info(kept_out)")}:
        tables.execute("ALTER TABLE kept_out ADD COLUMN along TEXT")


def insert_kept_out(
    tables: sqlite3.Connection, name: str, digest: str, look: str, since: str, along: str | None = None
) -> None:
    """Write down that a photo, and what looks like it, stays out, and `along` with which photo it left: itself, too."""
    row = (name, digest, look, since, along)
    tables.execute("INSERT OR REPLACE INTO kept_out VALUES (?, ?, ?, ?, ?)", row)


def delete_kept_out(tables: sqlite3.Connection, names: Iterable[str]) -> None:
    """Forget that photos stay out, and what was refused as copies of any."""
    tables.executemany("DELETE FROM kept_out WHERE name = ?", [(name,) for name in names])
    tables.execute("DELETE FROM quarantine WHERE kind = ?", (TAKEN_OUT,))


def kept_out_photos(tables: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Return the name, digest and look of each photo that stays out."""
    return tables.execute("SELECT name, digest, look FROM kept_out").fetchall()


def kept_out_since(tables: sqlite3.Connection) -> dict[str, str]:
    """Return since when each photo stays out."""
    return dict(tables.execute("SELECT name, since FROM kept_out").fetchall())


def left_along(tables: sqlite3.Connection, names: Collection[str]) -> dict[str, str]:
    """Return the photos that were taken out along with some, each with that one: copies of it, and what showed it.

    A version before did not write it down: there, what left at the same time and has no look showed one of them.
    """
    rows = tables.execute("SELECT name, look, since, along FROM kept_out ORDER BY rowid").fetchall()
    times = {since: name for name, look, since, along in rows if along is None and look and name in names}
    old = {
        name: times[since]
        for name, look, since, along in rows
        if along is None and not look and since in times
    }
    return old | {name: along for name, _, _, along in rows if along in names and along != name}


def count_kept_out(tables: sqlite3.Connection) -> int:
    """Return how many photos stay out."""
    return int(tables.execute("SELECT count(*) FROM kept_out").fetchone()[0])
