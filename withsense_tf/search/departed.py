"""Photos that left an index and still say of what looks like them that it must not be shown.

Taking a photo out, losing or damaging its file must not free its copies. So of a photo that was restricted for what is
known of it, its digest, look, texts, columns and verdict stay, and are judged with all others when the law changes.
Nothing is kept of other photos that leave, nor of those of which nobody had said anything.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from withsense_tf.search.catalog import get_state
from withsense_tf.search.seal import broken_limits, put_seals, sealed_photos

# Stands where staged photos have their writer: no reader of live photos and no writer takes such a photo for its own.
DEPARTED: Final = "departed"
# What searchers read in the place of its name.
UNNAMED: Final = "a photo that is not here any more"


def depart(tables: sqlite3.Connection, photos: Iterable[int]) -> set[int]:
    """Keep what must be known of photos that leave, by id; return those of which nothing need be."""
    free = set()
    for photo in photos:
        evidence = tables.execute(
            "SELECT 1 FROM law WHERE photo = ? AND own_restricted AND own_source != 'no captions'", (photo,)
        ).fetchone()
        if evidence is None:
            free.add(photo)
            continue
        for table in ("facts", "rows"):
            tables.execute(f"DELETE FROM {table} WHERE photo = ?", (photo,))
        tables.execute(
            "UPDATE photos SET writer = ?, path = '', staged = NULL, fold = NULL WHERE id = ?",
            (DEPARTED, photo),
        )
    return free


def repeated(tables: sqlite3.Connection) -> list[int]:
    """Return departed photos that are there once more, live or departed later, with all that is said of them."""
    found = tables.execute(
        "SELECT gone.id FROM photos AS gone JOIN photos AS other ON other.name = gone.name AND other.tag = gone.tag "
        "WHERE gone.writer = ? AND (other.writer IS NULL OR (other.writer = ? AND other.id > gone.id))",
        (DEPARTED, DEPARTED),
    )
    return sorted({photo for (photo,) in found})


def count_departed(tables: sqlite3.Connection) -> int:
    """Return how many departed photos still count against their copies under some age limit."""
    asked = "SELECT count(DISTINCT photo) FROM law JOIN photos ON photos.id = photo WHERE writer = ? AND own_restricted"
    return int(tables.execute(asked, (DEPARTED,)).fetchone()[0])


def any_restricted(tables: sqlite3.Connection, photos: Collection[int], age_limit: int) -> bool:
    """Tell whether one of these departed photos, given by id, is restricted.

    One that was not judged is, and so is one whose verdict was changed by another hand.
    """
    if not photos:
        return False
    verdicts = dict(
        tables.execute(
            "SELECT photo, own_restricted FROM law JOIN photos ON photos.id = photo WHERE writer = ? AND age_limit = ?",
            (DEPARTED, age_limit),
        ).fetchall()
    )
    return any(verdicts.get(photo, True) for photo in photos) or bool(_broken(tables, photos, {age_limit}))


def _broken(tables: sqlite3.Connection, photos: Collection[int], limits: Collection[int]) -> set[int]:
    """Return those of some photos whose verdict under one of these age limits is not the one that was given."""
    policy = get_state(tables, "policy")
    marks = ", ".join("?" * len(photos))
    known = sealed_photos(tables, f"WHERE id IN ({marks})", sorted(photos))
    return {one.photo for one in known if broken_limits(tables, one, policy, settled=False) & set(limits)}


def unspoken(tables: sqlite3.Connection) -> set[int]:
    """Return departed photos whose pixels alone were judged: nobody can look at them again, so the verdict stands."""
    asked = "SELECT photo FROM law JOIN photos ON photos.id = photo WHERE writer = ? AND own_source = 'classifier'"
    return {photo for (photo,) in tables.execute(asked, (DEPARTED,))}


def let_stand(
    tables: sqlite3.Connection, photos: Collection[int], policy: str, limits: Sequence[int]
) -> None:
    """Let the strictest verdict on each of these photos stand under all age limits of a new policy."""
    broken = _broken(tables, photos, limits)
    columns = "own_source, by_hand, captions, votes, evidence"
    for photo in photos:
        for limit in limits:
            tables.execute(
                f"INSERT OR IGNORE INTO law (photo, age_limit, own_restricted, {columns}) "
                f"SELECT photo, ?, own_restricted, {columns} FROM law WHERE photo = ? "
                "ORDER BY own_restricted DESC LIMIT 1",
                (limit, photo),
            )
    # What was changed by another hand gets no seal that fits.
    put_seals(tables, sorted(set(photos) - broken), policy)
