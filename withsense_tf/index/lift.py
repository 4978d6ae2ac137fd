"""Restrictions that a change would lift because evidence left: nobody lifts them without saying so.

That a row of captions is gone, or a person's decision is no longer in its list, is no sign that the photo shows no
child. What a person allowed, what rules that changed no longer find, and what became readable may lift.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

from withsense_tf.errors import SettingError, some_of
from withsense_tf.index.item import Item
from withsense_tf.index.stored_items import stored_items
from withsense_tf.index.tables.law_table import live_permissions, live_restrictions
from withsense_tf.index.tables.photos_table import live_of_name, photo_of_id
from withsense_tf.policy.levels import age_limit_of
from withsense_tf.policy.photo_decisions import CLASSIFIER, DUPLICATE, NO_CAPTIONS, SHOWS

MOST_NAMED: Final = 100


class LiftError(SettingError):
    """A change would lift restrictions; it names their photos."""


@dataclass(frozen=True)
class _Restriction:
    photo: int
    own: bool
    by_hand: bool
    group: int | None
    source: str

    @property
    def other(self) -> str:
        """Return the photo that brought it, or its own source."""
        return self.source.removeprefix(DUPLICATE).removeprefix(SHOWS)


class Restrictions:
    """What restricts the live photos before a change, and the evidence of those that the change is about."""

    def __init__(self, tables: sqlite3.Connection) -> None:
        self._of = {
            (name, limit): _Restriction(photo, bool(own), bool(by_hand), group, source)
            for name, limit, photo, own, by_hand, group, source in live_restrictions(tables)
        }
        self._evidence: dict[str, Item] = {}

    def keep_evidence(self, tables: sqlite3.Connection, photos: Sequence[int]) -> None:
        """Keep the evidence on photos, given by id, that are about to change or to leave."""
        restricted_photos = {one.photo for one in self._of.values()}
        for photo in photos:
            if photo in restricted_photos:
                ((_, item),) = stored_items(tables, photo_of_id(photo))
                self._evidence[item.name] = item

    def check(self, tables: sqlite3.Connection) -> None:
        """Raise if the law that is settled now lifts a restriction whose evidence left."""
        photos = self._freed_photos(tables)
        if not photos:
            return
        raise LiftError(
            f"{len(photos):,} photos are restricted and would be shown, because what restricts them is gone: "
            f"{some_of(photos, MOST_NAMED)}. Are the captions and the lists of decisions whole? Nothing was "
            "changed. To let them be shown, say --lift."
        )

    def _freed_photos(self, tables: sqlite3.Connection) -> list[str]:
        # A person who allowed a photo has said the word.
        free = {(name, limit) for name, limit, by_hand in live_permissions(tables) if not by_hand}
        changes = {name: _Change.of(tables, item) for name, item in self._evidence.items()}
        now = free & self._of.keys()
        return sorted(
            {name for name, limit in now if self._evidence_left(name, limit, changes)}
            | self._unseen_photos(tables, free)
        )

    def _unseen_photos(self, tables: sqlite3.Connection, free: Set[tuple[str, int]]) -> set[str]:
        """Return the free copies of photos without captions that a judge restricted, and that none sees any more.

        Without the judge photos are judged under other levels, of the same age limits.
        """
        sources = {(name, limit): source for name, limit, *_, source in live_restrictions(tables)}
        copies: dict[tuple[str, int], list[str]] = {}
        for (name, limit), one in self._of.items():
            other = self._of.get((one.other, limit))
            if other is not None and other.source == CLASSIFIER:
                copies.setdefault((name, age_limit_of(limit)), []).append(one.other)
        return {
            name
            for name, limit in free
            for other in copies.get((name, age_limit_of(limit)), ())
            if sources.get((other, limit)) == NO_CAPTIONS
        }

    def _evidence_left(self, name: str, limit: int, changes: Mapping[str, _Change]) -> bool:
        before, change = self._of[name, limit], changes.get(name)
        if change is not None and change.other_picture:
            return False  # what was known of the one before says nothing of it
        if before.own and (before.by_hand or (change is not None and change.lost)):
            return True
        if before.other == before.source:
            return False
        if self._is_bare(before, limit):
            copies = (self._of[copy, limit] for copy in self._copies(before, limit))
            return any(copy.own and copy.source != NO_CAPTIONS for copy in copies)
        source = changes.get(before.other)
        if source is not None and (source.lost or source.other_picture):
            return True
        if any(changes[name].other_picture for name in self._copies(before, limit) & changes.keys()):
            return True  # a copy left by which it was one of the other, that may be here still
        return any(one.by_hand for (photo, _), one in self._of.items() if photo == before.other)

    def _is_bare(self, restriction: _Restriction, limit: int) -> bool:
        """Return whether a copy of which nobody knows anything brought a restriction, as in older indexes."""
        other = self._of.get((restriction.other, limit))
        return restriction.source.startswith(DUPLICATE) and other is not None and other.source == NO_CAPTIONS

    def _copies(self, restriction: _Restriction, limit: int) -> set[str]:
        """Return the names of the restricted photos of a group."""
        group = restriction.group
        return {
            name
            for (name, of_limit), one in self._of.items()
            if group is not None and one.group == group and of_limit == limit
        }


@dataclass(frozen=True)
class _Change:
    """What became of a photo: what of it is lost, and whether its name has another picture."""

    lost: bool
    other_picture: bool

    @classmethod
    def of(cls, tables: sqlite3.Connection, before: Item) -> _Change:
        items = stored_items(tables, live_of_name(before.name))
        if not items:
            return cls(True, True)
        ((_, now),) = items
        old, new = _texts(before), _texts(now)
        # What could not be read must have become a text, or must be unreadable still.
        none_missing = new.total() + len(now.unread) >= old.total() + len(before.unread)
        lost = bool(old - new) or not set(before.twins) <= set(now.twins) or not none_missing
        return cls(lost, now.digest != before.digest)


def _texts(item: Item) -> Counter[str]:
    return Counter(text for _, text in (*item.captions, *item.law_texts))
