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
from withsense_tf.index.stored_items import items_with_seals
from withsense_tf.index.tables.law_table import (
    SealedVerdict,
    own_verdicts,
    put_own_seal,
    put_seals_of_settled,
    sealed_verdicts,
    settled_without_seal,
)
from withsense_tf.index.tables.photos_table import PhotoSet, photo_of_id, photo_seals

# The source of a decision that its seal does not fit, as the audit log has it.
BROKEN_VERDICT: Final = "verdict was changed by another hand"


def seal_of(*cells: object) -> str:
    """Condense values of the tables."""
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()[:32]


def photo_seal(item: Item, look: str) -> str:
    """Seal a photo as it comes in: all that is known of it, and its look."""
    return seal_of(item.tag, look)


@dataclass(frozen=True)
class SealedPhoto:
    """A photo of the tables, whether it and its texts are as they came in, and what was decided on it."""

    photo: int
    item: Item
    seal: str
    whole: bool
    verdicts: Sequence[SealedVerdict] = ()

    def verdict(self, age_limit: int) -> SealedVerdict | None:
        """Return what was decided under an age limit, whole or not."""
        return next((one for one in self.verdicts if one.age_limit == age_limit), None)

    def is_broken(self, verdict: SealedVerdict, policy: str | None, settled: bool = True) -> bool:
        """Return whether a verdict on this photo is not the one that this policy gave on it.

        With `settled`, what near-duplicates made of it counts, too.
        """
        return (
            not self.whole
            or verdict.own_seal != seal_of(policy, self.seal, verdict.age_limit, *verdict.own)
            or (
                settled
                and verdict.seal
                != seal_of(verdict.own_seal, verdict.group, verdict.restricted, verdict.source)
            )
        )

    def broken_limits(self, policy: str | None, settled: bool = True) -> set[int]:
        """Return the age limits under which the verdict is not the one that this policy gave."""
        return {one.age_limit for one in self.verdicts if self.is_broken(one, policy, settled)}


def sealed_photos(tables: sqlite3.Connection, photos: PhotoSet) -> list[SealedPhoto]:
    """Return photos of the tables, by id."""
    items, verdicts = items_with_seals(tables, photos), sealed_verdicts(tables, photos)
    return [
        SealedPhoto(
            photo,
            item,
            seal,
            item.tag == tag and seal == photo_seal(item, item.look),
            verdicts.get(photo, ()),
        )
        for photo, item, tag, seal in items
    ]


def put_seals(tables: sqlite3.Connection, photos: Sequence[int], policy: str) -> None:
    """Seal the verdicts on photos by themselves, just after they were given."""
    for photo in photos:
        _, _, seal = photo_seals(tables, photo_of_id(photo))[photo]
        for limit, *own in own_verdicts(tables, photo):
            put_own_seal(tables, photo, limit, seal_of(policy, seal, limit, *own))


def settle_seals(tables: sqlite3.Connection) -> None:
    """Seal what was settled on live photos: what comes of it follows from their own verdicts."""
    put_seals_of_settled(
        tables,
        [(seal_of(*cells), photo, limit) for *cells, photo, limit in settled_without_seal(tables)],
    )
