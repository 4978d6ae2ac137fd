"""The law changes: all photos of an index are judged anew."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from withsense_tf.errors import DataWarning
from withsense_tf.index.catalog import TABLES
from withsense_tf.index.departed import let_stand
from withsense_tf.index.integrity.seal import BROKEN_VERDICT, sealed_photos
from withsense_tf.index.integrity.table_errors import check_writable
from withsense_tf.index.item import Item
from withsense_tf.index.lift import Restrictions
from withsense_tf.index.other_law import check_no_less, missing_options, note_options, put_options
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.photo_verdicts import judge_items, level_keys, put_law
from withsense_tf.index.publish import publish_photos
from withsense_tf.index.tables.law_table import delete_verdicts, departed_by_pixels
from withsense_tf.index.tables.photos_table import ALL_PHOTOS, clear_tags, photo_ids
from withsense_tf.index.tables.state_table import get_state, set_state
from withsense_tf.policy.current_policy import Policy

# Photos that are judged at once.
BATCH = 1_000


def judge_anew(
    index: PhotoIndex, policy: Policy, lift: bool = False, anyway: bool = False, by_less: bool = False
) -> bool:
    """Judge all photos by the policy as it is now, where it changed or `anyway`; say whether they were judged.

    That a person's decision is no longer in its list lifts a restriction only with `lift`, and without what the index
    was judged with, such as a list of decisions or a judge of photos, it is judged only `by_less`. What is said of a
    photo may have been changed by another hand: that is evidence that cannot be read. Such a photo comes in anew with
    the next update.
    """
    policy = policy.current()
    _check_no_less(index, policy, by_less)
    while True:
        with index.catalog.reading() as tables:
            if get_state(tables, "policy") == policy.version and not anyway:
                break
            states = sealed_photos(tables, ALL_PHOTOS)
        check_writable(index.folder / TABLES)
        items = [(one.photo, one.item if one.whole else _unreadable(one.item)) for one in states]
        parts = [
            (part, judge_items(policy, [item for _, item in part], index.store)) for part in _parts(items)
        ]
        with index.catalog.writing() as tables:
            if get_state(tables, "policy") == policy.version and not anyway:
                break  # another process was quicker
            if not by_less:
                check_no_less(tables, policy)
            here = photo_ids(tables, ALL_PHOTOS)
            if here - {photo for photo, _ in items}:
                continue  # photos came in meanwhile, and must be judged too
            before = Restrictions(tables)
            standing = departed_by_pixels(tables)
            judged_photos = here - standing
            delete_verdicts(tables, judged_photos)
            for part, decisions in parts:
                photos = [(photo, item.name) for photo, item in part if photo in judged_photos]
                put_law(tables, photos, decisions, policy)
            let_stand(tables, standing, level_keys(policy), policy.version)
            clear_tags(tables, [one.photo for one in states if not one.whole])
            missing = missing_options(tables, policy)
            set_state(tables, policy=policy.version, limits=level_keys(policy))
            put_options(tables, policy)
            publish_photos(tables, "", (), policy.ownership.duplicates, lift, before)
        _warn_of(missing)
        return True
    if by_less:
        note_options(index.catalog, policy)
    return False


def check_may_judge(index: PhotoIndex, policy: Policy, by_less: bool = False) -> None:
    """Raise before any work where an index may only be read, or would be judged by less than it was unless meant so."""
    check_writable(index.folder / TABLES)
    _check_no_less(index, policy, by_less)


def _check_no_less(index: PhotoIndex, policy: Policy, by_less: bool) -> None:
    if not by_less:
        with index.catalog.reading() as tables:
            check_no_less(tables, policy.current())


def _warn_of(missing: Mapping[str, str]) -> None:
    if missing:
        names = ", ".join(f"{name} {value}" for name, value in missing.items())
        warnings.warn(
            f"This index was judged with {names} before, and now without. Who serves it with that answers nothing "
            "until its photos are judged so again: give the same here.",
            DataWarning,
            stacklevel=3,
        )


def _unreadable(item: Item) -> Item:
    return replace(item, unread=(*item.unread, ("index", BROKEN_VERDICT)))


def _parts(items: Sequence[tuple[int, Item]]) -> Iterator[list[tuple[int, Item]]]:
    """Part the photos so that no part has a name twice: a live photo and its staged successor are two photos."""
    rest = list(items)
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
