"""The law changes: all photos of an index are judged anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from withsense_tf.index.catalog import get_state, set_state
from withsense_tf.index.departed import let_stand, unspoken
from withsense_tf.index.index_door import age_limits, judge_items, put_law
from withsense_tf.index.integrity.seal import BROKEN, sealed_photos
from withsense_tf.index.item import Item
from withsense_tf.index.lift import Restrictions
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.publish import publish
from withsense_tf.policy.current_policy import Policy

# Photos that are judged at once.
BATCH = 1_000


def judge_anew(index: PhotoIndex, policy: Policy, lift: bool = False, anyway: bool = False) -> bool:
    """Judge all photos by the policy as it is now, where it changed or `anyway`; say whether they were judged.

    That a person's decision is no longer in its list lifts a restriction only with `lift`. What is said of a photo may
    have been changed by another hand: that is evidence that cannot be read. Such a photo comes in anew with the next
    update.
    """
    policy = policy.current()
    while True:
        with index.catalog.reading() as tables:
            if get_state(tables, "policy") == policy.version and not anyway:
                return False
            known = sealed_photos(tables, "photos")
        stored = [(one.photo, one.item if one.whole else _unread(one.item)) for one in known]
        decided = [(photos, judge_items(policy, [item for _, item in photos])) for photos in _parts(stored)]
        with index.catalog.writing() as tables:
            if get_state(tables, "policy") == policy.version and not anyway:
                return False  # another process was quicker
            here = {photo for (photo,) in tables.execute("SELECT id FROM photos")}
            if here - {photo for photo, _ in stored}:
                continue  # photos came in meanwhile, and must be judged too
            before = Restrictions(tables)
            standing = unspoken(tables)
            judged = here - standing
            tables.executemany("DELETE FROM law WHERE photo = ?", [(photo,) for photo in judged])
            for photos, found in decided:
                put_law(
                    tables, [(photo, item.name) for photo, item in photos if photo in judged], found, policy
                )
            let_stand(tables, standing, age_limits(policy), policy.version)
            changed = [(one.photo,) for one in known if not one.whole]
            tables.executemany("UPDATE photos SET tag = '' WHERE id = ?", changed)
            set_state(tables, policy=policy.version, limits=age_limits(policy))
            publish(tables, "", (), policy.ownership.duplicates, lift, before)
            return True


def _unread(item: Item) -> Item:
    return replace(item, unread=(*item.unread, ("index", BROKEN)))


def _parts(stored: Sequence[tuple[int, Item]]) -> Iterator[list[tuple[int, Item]]]:
    """Part the photos so that no part has a name twice: a live photo and its staged successor are two photos."""
    rest = list(stored)
    while rest:
        first: dict[str, tuple[int, Item]] = {}
        later = []
        for photo, item in rest:
            if item.name in first:
                later.append((photo, item))
            else:
                first[item.name] = (photo, item)
        photos = list(first.values())
        yield from (photos[at : at + BATCH] for at in range(0, len(photos), BATCH))
        rest = later
