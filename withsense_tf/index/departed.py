"""Photos that left an index and still say of what looks like them that it must not be shown.

Taking a photo out, losing or damaging its file must not free its copies. So of a photo that was restricted for what is
known of it, its digest, look, texts and verdict stay, and are judged with all others when the law changes. Nothing is
kept of other photos that leave, nor of those of which nobody had said anything.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

from withsense_tf.index.catalog import get_state
from withsense_tf.index.integrity.seal import broken_limits, photo_seal, put_seals, sealed_photos
from withsense_tf.index.item import BY_MACHINES
from withsense_tf.index.stored_items import stored_items

# Stands where staged photos have their writer: no reader of live photos and no writer takes such a photo for its own.
DEPARTED: Final = "departed"
# What searchers read in the place of its name.
UNNAMED: Final = "a photo that is not here any more"


def depart(tables: sqlite3.Connection, photos: Iterable[int], replaced: Collection[int] = ()) -> set[int]:
    """Keep what must be known of photos that leave, by id; return those of which nothing need be.

    Of those that are `replaced` another state comes in: so what was changed by another hand is mended.
    """
    free = set()
    policy = get_state(tables, "policy")
    for photo in photos:
        (known,) = sealed_photos(tables, "photos WHERE id = ?", (photo,))
        broken = bool(broken_limits(tables, known, policy, settled=False))
        asked = "SELECT 1 FROM law WHERE photo = ? AND own_restricted AND own_source != 'no captions'"
        mended = photo in replaced and not known.whole
        if mended or (not broken and tables.execute(asked, (photo,)).fetchone() is None):
            free.add(photo)
            continue
        for table in ("facts", "rows"):
            tables.execute(f"DELETE FROM {table} WHERE photo = ?", (photo,))
        facts = known.item.facts.items()
        # What only says when and by what it was taken is no evidence.
        told = {name: value for name, value in facts if name.casefold() not in BY_MACHINES}
        tables.execute(
            "UPDATE photos SET writer = ?, path = '', facts = ?, staged = NULL, fold = NULL WHERE id = ?",
            (DEPARTED, json.dumps(told), photo),
        )
        if not broken:
            # What was changed by another hand stays so, and restricts.
            left = replace(known.item, facts=told)
            seal = photo_seal(left, left.look)
            tables.execute("UPDATE photos SET tag = ?, seal = ? WHERE id = ?", (left.tag, seal, photo))
            put_seals(tables, [photo], policy)
    return free


def repeated(tables: sqlite3.Connection) -> list[int]:
    """Return departed photos that are there once more, live or departed later, with all that was said of them."""
    found = tables.execute(
        "SELECT gone.id, other.id FROM photos AS gone JOIN photos AS other USING (name, digest) "
        "WHERE gone.writer = ? AND (other.writer IS NULL OR (other.writer = ? AND other.id > gone.id))",
        (DEPARTED, DEPARTED),
    ).fetchall()
    return sorted({gone for gone, other in found if _told(tables, gone) <= _told(tables, other)})


def _told(tables: sqlite3.Connection, photo: int) -> set[tuple[str, ...]]:
    ((_, item),) = stored_items(tables, "photos WHERE id = ?", (photo,))
    return {*item.captions, *item.law_texts, *item.unread, *((twin,) for twin in item.twins)}


def count_departed(tables: sqlite3.Connection) -> int:
    """Return how many departed photos still count against their copies under some age limit."""
    limits = get_state(tables, "limits") or []
    gone = [photo for (photo,) in tables.execute("SELECT id FROM photos WHERE writer = ?", (DEPARTED,))]
    return sum(any(any_restricted(tables, [photo], limit) for limit in limits) for photo in gone)


def any_restricted(tables: sqlite3.Connection, photos: Iterable[int], age_limit: int) -> bool:
    """Tell whether one of these departed photos, by id, is restricted; one whose verdict is missing or changed is."""
    policy = get_state(tables, "policy")
    for photo in photos:
        asked = "SELECT own_restricted FROM law WHERE photo = ? AND age_limit = ?"
        found = tables.execute(asked, (photo, age_limit)).fetchone()
        (known,) = sealed_photos(tables, "photos WHERE id = ?", (photo,))
        if found is None or found[0] or age_limit in broken_limits(tables, known, policy, settled=False):
            return True
    return False


def unspoken(tables: sqlite3.Connection) -> set[int]:
    """Return departed photos whose pixels alone were judged: nobody can look at them again, so the verdict stands."""
    asked = "SELECT photo FROM law JOIN photos ON photos.id = photo WHERE writer = ? AND own_source = 'classifier'"
    return {photo for (photo,) in tables.execute(asked, (DEPARTED,))}


def let_stand(tables: sqlite3.Connection, photos: Iterable[int], limits: Sequence[int], policy: str) -> None:
    """Let the strictest verdict on each of these photos stand under all age limits, as one of this policy."""
    columns = "own_source, by_hand, captions, votes, evidence"
    before = get_state(tables, "policy")
    for photo in photos:
        (known,) = sealed_photos(tables, "photos WHERE id = ?", (photo,))
        if broken_limits(tables, known, before, settled=False):
            continue  # and restricts
        for limit in limits:
            tables.execute(
                f"INSERT OR IGNORE INTO law (photo, age_limit, own_restricted, {columns}) "
                f"SELECT photo, ?, own_restricted, {columns} FROM law WHERE photo = ? "
                "ORDER BY own_restricted DESC LIMIT 1",
                (limit, photo),
            )
        put_seals(tables, [photo], policy)
