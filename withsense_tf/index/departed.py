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

from withsense_tf.index.integrity.seal import photo_seal, put_seals, sealed_photos
from withsense_tf.index.item import BY_MACHINES
from withsense_tf.index.stored_items import stored_items
from withsense_tf.index.tables.facts_table import delete_facts
from withsense_tf.index.tables.law_table import (
    copy_strictest_verdict,
    is_restricted_by_evidence,
    own_restriction,
)
from withsense_tf.index.tables.photo_states import departed_again, departed_contents, make_departed
from withsense_tf.index.tables.photos_table import photo_of_id, reseal_photo
from withsense_tf.index.tables.rows_table import delete_rows_of_photo
from withsense_tf.index.tables.state_table import get_state
from withsense_tf.index.tables.words_table import delete_words

# What searchers read in the place of its name.
DEPARTED_NAME: Final = "a photo that is not here any more"


def depart(tables: sqlite3.Connection, photos: Iterable[int], old_states: Collection[int] = ()) -> set[int]:
    """Turn photos that leave into departed ones, by id; return those of which nothing need be kept.

    Of those in `old_states` another state comes in: so what was changed by another hand is mended.
    """
    free = set()
    policy = get_state(tables, "policy")
    for photo in photos:
        (state,) = sealed_photos(tables, photo_of_id(photo))
        is_broken = bool(state.broken_limits(policy, settled=False))
        is_mended = photo in old_states and not state.whole
        if is_mended or not (is_broken or is_restricted_by_evidence(tables, photo)):
            free.add(photo)
            continue
        delete_facts(tables, photo)
        delete_rows_of_photo(tables, photo)
        delete_words(tables, photo)
        # What only says when and by what it was taken is no evidence.
        facts = {
            name: value for name, value in state.item.facts.items() if name.casefold() not in BY_MACHINES
        }
        make_departed(tables, photo, json.dumps(facts))
        if not is_broken:
            # What was changed by another hand stays so, and restricts.
            item = replace(state.item, facts=facts)
            reseal_photo(tables, photo, item.tag, photo_seal(item, item.look))
            put_seals(tables, [photo], policy)
    return free


def repeated_departed(tables: sqlite3.Connection) -> list[int]:
    """Return departed photos that are there once more, live or departed later, with all that was said of them."""
    pairs = departed_again(tables)
    return sorted({photo for photo, other in pairs if _texts(tables, photo) <= _texts(tables, other)})


def _texts(tables: sqlite3.Connection, photo: int) -> set[tuple[str, ...]]:
    ((_, item),) = stored_items(tables, photo_of_id(photo))
    return {*item.captions, *item.law_texts, *item.unread, *((twin,) for twin in item.twins)}


def count_departed(tables: sqlite3.Connection) -> int:
    """Return how many contents of departed photos still count against their copies under some age limit.

    What is here under another name, as where its folder was renamed, has not left, though what its name said counts.
    """
    limits = get_state(tables, "limits") or []
    contents = departed_contents(tables).values()
    return sum(any(any_restricted(tables, photos, limit) for limit in limits) for photos in contents)


def any_restricted(tables: sqlite3.Connection, photos: Iterable[int], age_limit: int) -> bool:
    """Return whether one of these departed photos is restricted; one whose verdict is missing or changed is."""
    policy = get_state(tables, "policy")
    for photo in photos:
        restriction = own_restriction(tables, photo, age_limit)
        (state,) = sealed_photos(tables, photo_of_id(photo))
        if restriction in (None, True) or age_limit in state.broken_limits(policy, settled=False):
            return True
    return False


def let_stand(tables: sqlite3.Connection, photos: Iterable[int], limits: Sequence[int], policy: str) -> None:
    """Copy the strictest verdict on each of these photos to all age limits, as one of this policy."""
    before = get_state(tables, "policy")
    for photo in photos:
        (state,) = sealed_photos(tables, photo_of_id(photo))
        if state.broken_limits(before, settled=False):
            continue  # and restricts
        for limit in limits:
            copy_strictest_verdict(tables, photo, limit)
        put_seals(tables, [photo], policy)
