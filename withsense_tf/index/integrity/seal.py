"""Checksums over photos, what is said of them, and the verdicts: a change by another hand is seen, and counts against.

A *seal* says of a photo that it and its texts are those that came in, and of a verdict that it is the one that these
rules gave on that photo. It has no key: it finds accidents and changes by hand. Who can write to the tables and knows
this code can make seals too; against them only the rights of the folder help.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from withsense_tf.index.item import Item
from withsense_tf.index.stored_items import stored_items

# The source of a decision that its seal does not fit, as the audit log has it.
BROKEN: Final = "verdict was changed by another hand"
# What makes a photo's own verdict: a decision by itself, before near-duplicates are seen to.
OWN: Final = "age_limit, own_restricted, own_source, by_hand, captions, votes, evidence"


def seal_of(*told: object) -> str:
    """Condense values of the tables."""
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def photo_seal(item: Item, look: str) -> str:
    """Seal a photo as it comes in: all that is known of it, and its look."""
    return seal_of(item.tag, look)


@dataclass(frozen=True)
class Sealed:
    """A photo of the tables, and whether it and its texts are as they came in."""

    photo: int
    item: Item
    seal: str
    whole: bool


def sealed_photos(tables: sqlite3.Connection, source: str, values: Sequence[object] = ()) -> list[Sealed]:
    """Return photos of the tables, by id; `source` says which, as `live WHERE name = ?`."""
    stored = stored_items(tables, source, values)
    seals = {
        photo: told for photo, *told in tables.execute(f"SELECT id, tag, look, seal FROM {source}", values)
    }
    return [
        Sealed(photo, item, seal, item.tag == tag and seal == photo_seal(item, look))
        for photo, item in stored
        for tag, look, seal in [seals[photo]]
    ]


def put_seals(tables: sqlite3.Connection, photos: Sequence[int], policy: str) -> None:
    """Seal the verdicts on photos by themselves, just after they were given."""
    for photo in photos:
        (seal,) = tables.execute("SELECT seal FROM photos WHERE id = ?", (photo,)).fetchone()
        for limit, *own in tables.execute(f"SELECT {OWN} FROM law WHERE photo = ?", (photo,)).fetchall():
            tables.execute(
                "UPDATE law SET own_seal = ?, seal = NULL WHERE photo = ? AND age_limit = ?",
                (seal_of(policy, seal, limit, *own), photo, limit),
            )


def settle_seals(tables: sqlite3.Connection) -> None:
    """Seal what was settled on live photos: what comes of it follows from their own verdicts."""
    found = tables.execute(
        "SELECT own_seal, fold, restricted, law.source, photo, age_limit FROM law JOIN live ON live.id = photo "
        "WHERE law.seal IS NULL"
    ).fetchall()
    tables.executemany(
        "UPDATE law SET seal = ? WHERE photo = ? AND age_limit = ?",
        [(seal_of(*told), photo, limit) for *told, photo, limit in found],
    )


def broken_limits(
    tables: sqlite3.Connection, known: Sealed, policy: str | None, settled: bool = True
) -> set[int]:
    """Return the age limits under which the verdict on a photo is not the one that this policy gave on it.

    With `settled`, what near-duplicates made of it counts, too.
    """
    found = tables.execute(
        f"SELECT law.seal, own_seal, fold, restricted, source, {OWN} FROM law JOIN photos ON photos.id = photo "
        "WHERE photo = ?",
        (known.photo,),
    ).fetchall()
    return {
        own[0]
        for seal, own_seal, fold, restricted, source, *own in found
        if not known.whole
        or own_seal != seal_of(policy, known.seal, *own)
        or (settled and seal != seal_of(own_seal, fold, restricted, source))
    }
