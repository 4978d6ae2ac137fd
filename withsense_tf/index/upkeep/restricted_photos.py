"""Which photos of an index may not be shown, and why, in a sentence for whoever brings them."""

from __future__ import annotations

import sqlite3
from collections import Counter
from typing import Final

from withsense_tf.errors import some_of
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.law_table import live_restrictions
from withsense_tf.index.tables.photos_table import live_ids
from withsense_tf.index.tables.words_table import photos_with_words
from withsense_tf.index.trail.restriction_reasons import reason_of, what_helps
from withsense_tf.policy.levels import age_limit_of
from withsense_tf.policy.photo_decisions import NO_CAPTIONS

MOST_NAMED: Final = 3


def restricted_count(index: PhotoIndex) -> int:
    """Return how many live photos are restricted under the strictest rule."""
    with index.catalog.reading() as tables:
        limits = Counter(row[1] for row in live_restrictions(tables))
    return max(limits.values(), default=0)


def none_may_be_shown(tables: sqlite3.Connection, door: IndexDoor) -> str:
    """Say that none of the photos may be shown by the rule in force, why, and what helps; "" where one may be."""
    sources = [row[-1] for row in live_restrictions(tables) if row[1] == door.limit]
    if len(sources) < len(live_ids(tables)) or door.permitted_digests:
        return ""
    # A search needs no tables of data sets, whose library takes long to load.
    from withsense_tf.data.plain_folder.sources import UNLESS

    reasons = "; ".join(dict.fromkeys(map(reason_of, sources)))
    why = f"None of the {len(sources):,} photos may be shown here ({reasons})"
    return f"{why} {UNLESS}" if NO_CAPTIONS in sources else f"{why}. {what_helps()}"


def told_restrictions(index: PhotoIndex) -> str:
    """Return how many live photos are restricted under the strictest rule, why, and how one of them may be shown.

    Some are named; "" where none is restricted. It is for those who look after the index, not for those who search.
    """
    with index.catalog.reading() as tables:
        rows, photos = live_restrictions(tables), photos_with_words(tables)
    # Under which rule most are restricted, the strictest one's is.
    key = max((count, key) for key, count in Counter(row[1] for row in rows).items())[1] if rows else 0
    limit = age_limit_of(key)
    names: dict[str, list[str]] = {}
    for name, age_limit, photo, *_, source in rows:
        if age_limit == key:
            # What has words and no caption has keywords.
            names.setdefault(reason_of(source, photo in photos), []).append(name)
    if not names:
        return ""
    groups = sorted(names.items(), key=lambda group: -len(group[1]))
    counts = ", ".join(f"{len(some):,} {reason}" for reason, some in groups)
    whole = sum(map(len, names.values()))
    lines = [f"{whole:,} restricted: {counts}. They are not shown where persons under {limit} are protected."]
    for reason, some in groups:
        lines.append(f"  {reason}: {some_of(sorted(some), MOST_NAMED)}")
    return "\n".join([*lines, what_helps()])
