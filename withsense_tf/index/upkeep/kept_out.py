"""Photos that were taken out of an index for good: they and copies of them stay out, whoever brings them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Final, NamedTuple

from withsense_tf.data.pictures.near_duplicates import near_to, shown_in
from withsense_tf.errors import SettingError, shown, some_of
from withsense_tf.index.integrity.census import put_census
from withsense_tf.index.item import Item
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.left_out_tables import (
    delete_kept_out,
    insert_kept_out,
    kept_out_photos,
    left_along,
)
from withsense_tf.index.tables.photos_table import LIVE_PHOTOS, live_looks, photo_digests

MOST_LISTED: Final = 10


def keep_out(index: PhotoIndex, names: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Note photos, copies of them, and photos that show one as kept out; they leave with the next ingest.

    Return the names that are to leave, each with the name of the photo that it shows, or "" where it is one of those
    or a copy; and the names that the index does not have. Of one that it kept out before, what shows it leaves, too.
    """
    since = datetime.now(UTC).isoformat(timespec="seconds")
    parts = list(dict.fromkeys(names))
    with index.catalog.writing() as tables:
        left_before, leaving = kept_out_photos(tables), _leaving(tables, parts)
        live_names = photo_digests(tables, LIVE_PHOTOS).keys()
        for name, one in leaving.items():
            insert_kept_out(tables, name, one.digest, one.look, since, one.along)
        # What left along with another, which may be let in again, stays out once it was asked for itself.
        guests = left_along(tables, {name for name, *_ in left_before}).keys() & set(parts) - live_names
        for name, digest, look in left_before:
            if name in guests:
                insert_kept_out(tables, name, digest, look, since, name)
        put_census(tables)
    return {name: one.shows for name, one in leaving.items()}, [n for n in parts if n not in live_names]


def who_leaves(tables: sqlite3.Connection, name: str) -> dict[str, str]:
    """Return the names that would leave with a photo, as `keep_out` does, and keep none of them out."""
    return {other: one.shows for other, one in _leaving(tables, [name]).items()}


class _Leaver(NamedTuple):
    """A photo that is to leave: what is kept of it, with which photo it leaves, and which one it shows, if any."""

    digest: str
    look: str
    along: str
    shows: str = ""


def _leaving(tables: sqlite3.Connection, parts: Sequence[str]) -> dict[str, _Leaver]:
    live = live_looks(tables)
    photos, live_names = [*live, *kept_out_photos(tables)], {name for name, *_ in live}
    copies, leaving = {part: _copies(part, photos) for part in parts}, dict[str, _Leaver]()
    for part in parts:
        for name, digest, look in copies[part]:
            if name in live_names and name not in leaving:
                leaving[name] = _Leaver(digest, look, name if name in parts else part)
    for part in parts:
        for whole, digest in _showing([look for *_, look in copies[part]], live):
            if whole not in leaving:
                # It shows others, too, which may stay: its own look would keep out what looks like it.
                leaving[whole] = _Leaver(digest, "", part, part)
    return leaving


def readmit(index: PhotoIndex, names: Iterable[str]) -> int:
    """Readmit photos that were kept out, and copies of them, with the next update; return how many.

    So are those that left with one of them, as they showed it; what shows another photo that is kept out stays out.
    A name that was not kept out is an error, and then none is readmitted.
    """
    wanted_names = list(dict.fromkeys(names))
    with index.catalog.writing() as tables:
        photos = kept_out_photos(tables)
        _check_kept_out(index, wanted_names, {name for name, *_ in photos})
        free = {twin for name in wanted_names for twin, *_ in _copies(name, photos)}
        free |= left_along(tables, free).keys()
        delete_kept_out(tables, free)
        put_census(tables)
        return len(free)


def _check_kept_out(index: PhotoIndex, names: Sequence[str], known_names: Set[str]) -> None:
    unknown = [name for name in names if name not in known_names]
    if not unknown:
        return
    near = get_close_matches(unknown[0], known_names, 1)
    listing = some_of([*map(shown, unknown)], MOST_LISTED)
    raise SettingError(
        f"{index.folder} keeps no photo out by the name of {listing}: expected names of photos that were taken "
        f"out with: index remove. {f'Did you mean {shown(near[0])}? ' if near else ''}Nothing was changed: leave out "
        "what is not known, and say the rest again."
    )


def _copies(name: str, photos: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return the photo of a name and its copies, each as name, digest and look."""
    copies = []
    for _, digest, look in [photo for photo in photos if photo[0] == name]:
        near = set(near_to(look, [other for *_, other in photos]).tolist())
        copies += [photo for at, photo in enumerate(photos) if at in near or photo[1] == digest]
    return copies


def _showing(looks: Sequence[str], photos: Sequence[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """Return the name and digest of each photo that shows one of some looks.

    What shows a photo that shows one is not looked for: by its look as a whole, it may show another part of that alone.
    """
    return [photos[at][:2] for at in shown_in(looks, [look for *_, look in photos]).tolist()]


def like_kept_out(index: PhotoIndex, looks: Mapping[str, str]) -> set[str]:
    """Return the names of photos, given with their looks, that are copies of photos that were kept out, or show one."""
    with index.catalog.reading() as tables:
        others = [look for *_, look in kept_out_photos(tables) if look]
    return {name for name, look in looks.items() if others and len(near_to(look, others, within=True))}


def without_kept_out(index: PhotoIndex, items: Sequence[Item]) -> tuple[list[Item], int]:
    """Return the photos that may come in, and how many may not."""
    with index.catalog.reading() as tables:
        photos = kept_out_photos(tables)
    names, digests = {name for name, *_ in photos}, {digest for _, digest, _ in photos}
    allowed_items = [item for item in items if item.name not in names and item.digest not in digests]
    return allowed_items, len(items) - len(allowed_items)
