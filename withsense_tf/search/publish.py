"""What a writer has staged -> live, in one transaction: readers see all of it or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from withsense_tf.policy.fingerprint import near_duplicates
from withsense_tf.search.catalog import get_state, set_state
from withsense_tf.search.law import spread_law
from withsense_tf.search.lift import Restrictions

OF_PHOTO: Final = (
    ("photos", "id"),
    ("captions", "photo"),
    ("facts", "photo"),
    ("law", "photo"),
    ("rows", "photo"),
)


@dataclass(frozen=True)
class Published:
    """How many photos came, changed and went, and the rows of each model that nobody needs any more."""

    added: int
    changed: int
    removed: int
    rows: dict[int, list[int]]


def publish(
    tables: sqlite3.Connection,
    writer: str,
    leaving: Collection[str],
    duplicates: bool,
    lift: bool = False,
    before: Restrictions | None = None,
) -> Published:
    """Put what `writer` has staged in the place of what was there, and take photos out by name.

    Where all photos were judged anew, `before` has what restricted them. Restrictions whose evidence left are lifted
    only with `lift`.
    """
    staged = dict(
        tables.execute("SELECT name, max(id) FROM photos WHERE writer = ? GROUP BY name", (writer,))
    )
    mine = tables.execute("SELECT id FROM photos WHERE writer = ?", (writer,)).fetchall()
    # Staged twice, as where two writers were at the same work: the later one counts.
    forget(tables, sorted({photo for (photo,) in mine} - set(staged.values())))
    live = dict(tables.execute("SELECT name, id FROM photos WHERE writer IS NULL"))
    changed = [live[name] for name in staged if name in live]
    gone = [live[name] for name in set(leaving) if name in live and name not in staged]
    if not staged and not gone and before is None:
        return Published(0, 0, 0, {})
    restrictions = before or Restrictions(tables)
    restrictions.keep_evidence(tables, [*changed, *gone])
    rows = _rows_of(tables, [*changed, *gone])
    forget(tables, [*changed, *gone])
    tables.execute("UPDATE photos SET writer = NULL WHERE writer = ?", (writer,))
    groups = _fold(tables)
    spread_law(tables, groups, duplicates)
    if not lift:
        restrictions.check(tables)
    set_state(tables, version=get_state(tables, "version") + 1)
    return Published(len(staged) - len(changed), len(changed), len(gone), rows)


def forget(tables: sqlite3.Connection, photos: Sequence[int]) -> None:
    """Take photos out of all tables, by id."""
    for table, column in OF_PHOTO:
        tables.executemany(f"DELETE FROM {table} WHERE {column} = ?", [(photo,) for photo in photos])


def _rows_of(tables: sqlite3.Connection, photos: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for photo in photos:
        for generation, row in tables.execute("SELECT generation, row FROM rows WHERE photo = ?", (photo,)):
            found.setdefault(generation, []).append(row)
    return found


def _fold(tables: sqlite3.Connection) -> list[list[int]]:
    """Give near-duplicates the same number, the lowest id of them; return the groups of more than one."""
    found = tables.execute("SELECT id, hash, fold FROM photos WHERE writer IS NULL ORDER BY id").fetchall()
    if not found:
        return []
    photos = np.array([photo for photo, _, _ in found])
    hashes = np.array([number for _, number, _ in found], np.int64).view(np.uint64)
    labels = near_duplicates(hashes)
    _, first, label = np.unique(labels, return_index=True, return_inverse=True)
    # Photos come in the order of their ids, so the first of a group has the lowest.
    folds = photos[first][label].tolist()
    moved = [(fold, photo) for fold, (photo, _, before) in zip(folds, found, strict=True) if fold != before]
    tables.executemany("UPDATE photos SET fold = ? WHERE id = ?", moved)
    tables.executemany("UPDATE law SET seal = NULL WHERE photo = ?", [(photo,) for _, photo in moved])
    order = np.argsort(label, kind="stable")
    groups = np.split(photos[order], np.cumsum(np.bincount(label))[:-1])
    return [group.tolist() for group in groups if len(group) > 1]
