"""What copies and collages make of verdicts on live photos: a restricted one restricts what looks like or shows it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence

from withsense_tf.index.departed import DEPARTED_NAME, any_restricted
from withsense_tf.index.integrity.seal import BROKEN_VERDICT, SealedPhoto, sealed_photos, settle_seals
from withsense_tf.index.tables.law_table import (
    judged_limits,
    own_verdicts_of_live,
    settle_own_verdicts,
    settle_verdicts,
)
from withsense_tf.index.tables.photos_table import live_of_ids
from withsense_tf.index.tables.state_table import get_state
from withsense_tf.policy.photo_decisions import DUPLICATE, NO_CAPTIONS, SHOWS, PhotoDecision, spread


def decision_of(name: str, own: Sequence[object]) -> PhotoDecision:
    """Return the decision on a photo that the columns of a verdict tell."""
    restricted, source, by_hand, captions, votes, evidence = own
    return PhotoDecision(
        name, bool(restricted), str(source), int(str(captions)), int(str(votes)),
        tuple(json.loads(str(evidence))), bool(by_hand),
    )  # fmt: skip


def spread_law(
    tables: sqlite3.Connection,
    groups: Sequence[Sequence[int]],
    parts: Mapping[int, Collection[int]],
    duplicates: bool,
) -> None:
    """Settle the decisions on live photos: copies (`groups` of ids) of a restricted one, here or gone, are too.

    So are photos that show one: `parts` has what they show.
    """
    settle_own_verdicts(tables)
    # Those under which photos were judged, whatever else the tables say.
    limits = judged_limits(tables)
    for group in groups if duplicates else ():
        _spread_in_group(tables, group, limits, ())
    wholes = [(group, {part for photo in group for part in parts.get(photo, ())}) for group in groups]
    wholes = [(group, shown_photos) for group, shown_photos in wholes if shown_photos and duplicates]
    # A collage may show another one.
    before, now = -1, 0
    while before != now:
        before, now = now, sum(_spread_in_group(tables, group, limits, some) for group, some in wholes)
    settle_seals(tables)


def _spread_in_group(
    tables: sqlite3.Connection, group: Sequence[int], limits: Iterable[int], shown_photos: Collection[int]
) -> int:
    """Settle the decisions on copies, which show these photos; return how many were settled as others made them."""
    version = get_state(tables, "policy")
    photos = sealed_photos(tables, live_of_ids(group))
    departed_photos = set(group) - {one.photo for one in photos}
    limits_of = {one.item.name: one.broken_limits(version, settled=False) for one in photos}
    parts = sealed_photos(tables, live_of_ids(sorted(shown_photos))) if shown_photos else []
    departed_parts = set(shown_photos) - {one.photo for one in parts}
    count = 0
    for limit in limits:
        verdicts = own_verdicts_of_live(tables, group, limit)
        decisions = {name: decision_of(name, own) for name, _, *own in verdicts}
        for name, bad_limits in limits_of.items():
            if name not in decisions or limit in bad_limits:
                decisions[name] = PhotoDecision(name, True, BROKEN_VERDICT, 0, 0, ())
        before = dict(decisions)
        labels = dict.fromkeys(decisions, "")
        spread(decisions, labels)
        if any_restricted(tables, departed_photos, limit):
            # What is live is named first, as where nothing has left.
            spread(decisions, labels, f"{DUPLICATE}{DEPARTED_NAME}")
        if name := _restricted_name(parts, limit, version):
            spread(decisions, labels, f"{SHOWS}{name}")
        elif any_restricted(tables, departed_parts, limit):
            spread(decisions, labels, f"{SHOWS}{DEPARTED_NAME}")
        changes = [
            (decisions[name].restricted, decisions[name].source, photo, limit)
            for name, photo, *_ in verdicts
            if decisions[name] != before[name]
        ]
        settle_verdicts(tables, changes)
        count += len(changes)
    return count


def _restricted_name(photos: Iterable[SealedPhoto], limit: int, version: str | None) -> str:
    """Return the name of the first of some photos that is restricted, as it is settled now, for what is known of it."""
    for one in photos:
        verdict = one.verdict(limit)
        if verdict is None or one.is_broken(verdict, version, settled=False):
            return one.item.name
        if verdict.restricted != 0 and verdict.source != NO_CAPTIONS:
            return one.item.name
    return ""
