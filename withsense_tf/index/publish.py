"""What a writer has staged -> live, in one transaction: readers see all of it or nothing."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from withsense_tf.data.pictures.near_duplicates import connect, relations
from withsense_tf.index.departed import depart, repeated_departed
from withsense_tf.index.integrity.census import put_census
from withsense_tf.index.lift import Restrictions
from withsense_tf.index.settled_law import spread_law
from withsense_tf.index.tables.law_table import drop_seals
from withsense_tf.index.tables.photo_states import (
    groups_of,
    latest_staged,
    live_and_departed_groups,
    live_with_same_file,
    make_live,
    parts_of,
    set_groups,
    set_parts,
    staged_by,
)
from withsense_tf.index.tables.photos_table import LIVE_PHOTOS, live_ids, photo_digests
from withsense_tf.index.tables.rows_table import rows_of_photos
from withsense_tf.index.tables.schema import forget_photos
from withsense_tf.index.tables.state_table import get_state, set_state


@dataclass(frozen=True)
class Publication:
    """How many photos came, changed, went, and have another name; the rows of each model that nobody needs any more."""

    new_photos: int
    changed_photos: int
    removed_photos: int
    renamed_photos: int
    rows: dict[int, list[int]]


def publish_photos(
    tables: sqlite3.Connection,
    writer: str,
    leaving: Collection[str],
    duplicates: bool,
    lift: bool = False,
    before: Restrictions | None = None,
) -> Publication:
    """Publish what `writer` has staged in the place of what was there, and take photos out by name.

    Where all photos were judged anew, `before` has what restricted them. Restrictions whose evidence left are lifted
    only with `lift`.
    """
    new_states = latest_staged(tables, writer)
    # Staged twice, as where two writers were at the same work: the later one counts.
    forget_photos(tables, sorted(staged_by(tables, writer) - set(new_states.values())))
    live = live_ids(tables)
    old_states = [live[name] for name in new_states if name in live]
    removed_photos = [live[name] for name in set(leaving) if name in live and name not in new_states]
    outgoing = [*old_states, *removed_photos]
    if not new_states and not outgoing and before is None:
        return Publication(0, 0, 0, 0, {})
    digests = photo_digests(tables, LIVE_PHOTOS)
    restrictions = before or Restrictions(tables)
    restrictions.keep_evidence(tables, outgoing)
    rows = rows_of_photos(tables, outgoing)
    groups = groups_of(tables, outgoing)
    _take_out(tables, writer, outgoing, old_states, lift)
    make_live(tables, writer)
    forget_photos(tables, repeated_departed(tables))
    spread_law(tables, _group_copies(tables, None if before else groups), parts_of(tables), duplicates)
    if not lift:
        restrictions.check(tables)
    set_state(tables, version=get_state(tables, "version") + 1)
    put_census(tables)
    renames = count_renames(digests, photo_digests(tables, LIVE_PHOTOS))
    new = len(new_states) - len(old_states) - renames
    return Publication(new, len(old_states), len(removed_photos) - renames, renames, rows)


def count_renames(before: Mapping[str, str], now: Mapping[str, str]) -> int:
    """Return how many photos are there under another name than before, by the digest of each name.

    >>> count_renames({"a": "1", "b": "2"}, {"b": "2", "c": "1", "d": "1"})
    1
    """
    came = Counter(now[name] for name in now.keys() - before.keys())
    return (came & Counter(before[name] for name in before.keys() - now.keys())).total()


def _take_out(
    tables: sqlite3.Connection, writer: str, outgoing: Sequence[int], old_states: Sequence[int], lift: bool
) -> None:
    """Turn outgoing photos into departed ones or forget them; of `old_states` another is staged by `writer`."""
    # A photo whose texts alone changed has not left: what was said of it may have been wrong.
    same_picture = live_with_same_file(tables, writer)
    leaving = set(outgoing) - same_picture
    # Whoever lifts what left says that it is no evidence.
    free = leaving if lift else depart(tables, leaving, old_states)
    forget_photos(tables, sorted(same_picture | free))


def _group_copies(tables: sqlite3.Connection, changed_groups: Collection[int] | None) -> list[list[int]]:
    """Number the groups of live photos that are copies of each other, by the lowest id of them; note which show others.

    Return the groups of more than one photo, and of those that show others, departed ones among them. Other groups
    than the changed ones stay as they are, and new photos are added to them; without these, all photos are compared.
    """
    photos = live_and_departed_groups(tables)
    if not photos:
        return []
    ids, live = np.array([photo for photo, *_ in photos]), np.array([one[4] for one in photos], bool)
    (ones, others), parts = _links(photos, changed_groups)
    shown_photos = _parts(tables, ids[parts], None if changed_groups is None else set(ids.tolist()))
    both_live = live[ones] & live[others]
    label = connect(len(photos), (ones[both_live], others[both_live]))
    _, lowest, label = np.unique(label, return_index=True, return_inverse=True)
    # Photos come in the order of their ids, so the first of a group has the lowest.
    numbers = ids[lowest][label].tolist()
    moves = [
        (number, photo)
        for number, (photo, _, _, before, is_live) in zip(numbers, photos, strict=True)
        if number != before and is_live
    ]
    set_groups(tables, moves)
    drop_seals(tables, [photo for _, photo in moves])
    label = connect(len(photos), (ones, others))
    order = np.argsort(label, kind="stable")
    groups = np.split(ids[order], np.cumsum(np.bincount(label))[:-1])
    return [group.tolist() for group in groups if len(group) > 1 or group[0] in shown_photos]


def _parts(
    tables: sqlite3.Connection, pairs: np.ndarray, here: Collection[int] | None
) -> dict[int, set[int]]:
    """Note which photos others show, and return them by these: `pairs` of ids, and what was known of those `here`."""
    before = parts_of(tables) if here is not None else {}
    parts = {whole: {one for one in some if one in here} for whole, some in before.items()} if here else {}
    for part, whole in pairs.T.tolist():
        parts.setdefault(whole, set()).add(part)
    set_parts(tables, parts)
    return parts


def _links(
    photos: Sequence[tuple[Any, ...]], changed_groups: Collection[int] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs of places of copies, (2, pairs): by look, by content, and by the groups that stay; and of parts."""
    place = {photo: at for at, (photo, *_) in enumerate(photos)}
    # A group has the number of one of its photos. That of a photo that left has changed.
    stale = {None, *(changed_groups or ())}
    stays = [
        (at, place[one[3]])
        for at, one in enumerate(photos)
        if changed_groups is not None and one[3] not in stale
    ]
    to_compare = set(range(len(photos))) - {at for at, _ in stays}
    _, first, twin = np.unique(
        [digest for _, _, digest, *_ in photos], return_index=True, return_inverse=True
    )
    by_look = relations([look for _, look, *_ in photos], None if changed_groups is None else to_compare)
    links = [
        by_look.copies,
        np.stack([np.arange(len(photos)), first[twin]]),
        np.array(stays, np.int64).reshape(-1, 2).T,
    ]
    return np.concatenate(links, axis=1), by_look.parts
