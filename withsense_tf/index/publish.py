"""What a writer has staged -> live, in one transaction: readers see all of it or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from withsense_tf.data.pictures.near_duplicates import connect, near_pairs
from withsense_tf.index.catalog import get_state, set_state
from withsense_tf.index.departed import DEPARTED, depart, repeated
from withsense_tf.index.index_door import spread_law
from withsense_tf.index.integrity.census import put_census
from withsense_tf.index.lift import Restrictions

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
    live = dict(tables.execute("SELECT name, id FROM live"))
    changed = [live[name] for name in staged if name in live]
    gone = [live[name] for name in set(leaving) if name in live and name not in staged]
    if not staged and not gone and before is None:
        return Published(0, 0, 0, {})
    restrictions = before or Restrictions(tables)
    restrictions.keep_evidence(tables, [*changed, *gone])
    rows = _rows_of(tables, [*changed, *gone])
    # A photo whose texts alone changed has not left: what was said of it may have been wrong.
    retold = {
        photo
        for (photo,) in tables.execute(
            "SELECT live.id FROM live JOIN photos AS mine USING (name, digest) WHERE mine.writer = ?",
            (writer,),
        )
    }
    left = {*changed, *gone} - retold
    folds = _folds_of(tables, [*changed, *gone])
    # Whoever lifts what left says that it is no evidence.
    forget(tables, sorted(retold | (left if lift else depart(tables, left, changed))))
    tables.execute("UPDATE photos SET writer = NULL WHERE writer = ?", (writer,))
    forget(tables, repeated(tables))
    groups = _fold(tables, None if before else folds)
    spread_law(tables, groups, duplicates)
    if not lift:
        restrictions.check(tables)
    set_state(tables, version=get_state(tables, "version") + 1)
    put_census(tables)
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


def _folds_of(tables: sqlite3.Connection, photos: Sequence[int]) -> set[int]:
    """Return the numbers of the groups that photos are in."""
    return {
        fold
        for photo in photos
        for (fold,) in tables.execute("SELECT fold FROM photos WHERE id = ? AND fold IS NOT NULL", (photo,))
    }


def _fold(tables: sqlite3.Connection, touched: Collection[int] | None) -> list[list[int]]:
    """Give live photos that are copies of each other the same number, the lowest id of them.

    Return the groups of more than one photo, departed ones among them. Groups that are not `touched` stay as they are,
    and new photos are added to them; without it, all photos are compared.
    """
    found = tables.execute(
        "SELECT id, look, digest, fold, writer IS NULL FROM photos WHERE writer IS NULL OR writer = ? ORDER BY id",
        (DEPARTED,),
    ).fetchall()
    if not found:
        return []
    photos, live = np.array([photo for photo, *_ in found]), np.array([one[4] for one in found], bool)
    place = {photo: at for at, (photo, *_) in enumerate(found)}
    # A group has the number of one of its photos. That of a photo that left is touched.
    stale = {None, *(touched or ())}
    known = [
        (at, place[one[3]]) for at, one in enumerate(found) if touched is not None and one[3] not in stale
    ]
    new = set(range(len(found))) - {at for at, _ in known}
    _, first, twin = np.unique([digest for _, _, digest, *_ in found], return_index=True, return_inverse=True)
    links = [
        np.stack(near_pairs([look for _, look, *_ in found], None if touched is None else new)),
        np.stack([np.arange(len(found)), first[twin]]),
        np.array(known, np.int64).reshape(-1, 2).T,
    ]
    left, right = np.concatenate(links, axis=1)
    seen = live[left] & live[right]
    alike = connect(len(found), (left[seen], right[seen]))
    _, lowest, label = np.unique(alike, return_index=True, return_inverse=True)
    # Photos come in the order of their ids, so the first of a group has the lowest.
    folds = photos[lowest][label].tolist()
    moved = [(fold, one[0]) for fold, one in zip(folds, found, strict=True) if fold != one[3] and one[4]]
    tables.executemany("UPDATE photos SET fold = ? WHERE id = ?", moved)
    tables.executemany("UPDATE law SET seal = NULL WHERE photo = ?", [(photo,) for _, photo in moved])
    label = connect(len(found), (left, right))
    order = np.argsort(label, kind="stable")
    groups = np.split(photos[order], np.cumsum(np.bincount(label))[:-1])
    return [group.tolist() for group in groups if len(group) > 1]
