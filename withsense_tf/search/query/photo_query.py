"""A photo as the query: one of the index by its name, or a file from outside, if the law lets it be asked by."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from withsense_tf.common.limits import is_file
from withsense_tf.data.pictures.near_duplicates import near_to, read_look, shown_in
from withsense_tf.data.pictures.photo_file import digest_of
from withsense_tf.errors import SettingError, shown
from withsense_tf.file_access import path_of
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.model_generation import Generation
from withsense_tf.index.tables.photo_states import live_and_departed_looks
from withsense_tf.index.tables.photos_table import live_names_of
from withsense_tf.index.tables.row_lookup import row_of_live
from withsense_tf.index.trail.restriction_reasons import kept_back
from withsense_tf.matchers.search_forms import PHOTO

# What makes an index search by photos; a reader of the page cannot.
NEEDS_ONE_SPACE: Final = " Build it with closed_form, two_tower, hybrid or a pretrained matcher."
NAME_OR_FILE: Final = ", and there is no such file: give the name of one, or a file."
NO_SUCH_QUERY: Final = (
    "This is no file, and no photo of the index that may be the query here: its name is not known, or the law "
    "keeps it back."
)


@dataclass(frozen=True, eq=False)
class PhotoQuery:
    """A photo to search by: its name, if it is not to be found, and its point; a file, or its whole, may be `here`."""

    name: str | None
    point: np.ndarray
    here: str | None = None


@dataclass(frozen=True)
class Refusal:
    """A photo that cannot be the query: the legal notice, and what else a person should know."""

    notice: str
    message: str | None = None


def photo_query(
    generation: Generation,
    tables: sqlite3.Connection,
    door: IndexDoor,
    photo: str,
    says: str = "",
    for_strangers: bool = True,
) -> PhotoQuery | Refusal:
    """Return what to search by, or a refusal where the law forbids it.

    `photo` is the name of a photo of the index, or the path of a file. A file that is in the index under some name
    is that photo, and a copy or a crop of a photo that may be shown is asked by that photo's point. The law judges
    others by what who asks `says` that they show and by the captions in the file; without either it takes them as
    photos without captions.

    `for_strangers`, a name that may not be the query is answered like one that the index does not have, also where a
    file of that name lies here: else everybody could ask which photos are restricted.
    """
    form = generation.form
    if PHOTO not in form.widths or not form.asks_photos:
        raise SettingError(
            "This index cannot search by a photo: its matcher does not put photos and texts into one space."
            f"{NEEDS_ONE_SPACE}"
        )
    # Half characters, as a command line in another encoding gives, cannot be asked of a database.
    name, here = photo.encode(errors="replace").decode(), None
    file = path_of(photo)
    if not door.photo(name, "search") and is_file(file):
        content = digest_of(file)
        same = live_names_of(tables, content)
        if not same:
            return _foreign(generation, tables, door, file, content, says, for_strangers)
        # Under any name it must be allowed.
        for one in same:
            if not (answer := door.photo_query(one)).allowed:
                return Refusal(
                    door.rule.message, None if for_strangers else kept_back(answer.rule, says=says)
                )
        name = same[0]
        # Who sends a file may ask whether it is here.
        here = name if all(map(door.lets_find, same)) else None
    elif not (answer := door.photo_query(name)).allowed:
        check_is_there(door, photo, for_strangers)
        return Refusal(
            door.rule.message, NO_SUCH_QUERY if for_strangers else kept_back(answer.rule, says=says)
        )
    return PhotoQuery(None if here else name, _own_point(generation, tables, name), here)


def _own_point(generation: Generation, tables: sqlite3.Connection, name: str) -> np.ndarray:
    row = row_of_live(tables, generation.number, name)
    return generation.form.point(generation.vectors[PHOTO].get(np.array([row]))[0])


def check_is_there(door: IndexDoor, photo: str, for_strangers: bool, advice: str = NAME_OR_FILE) -> None:
    """Raise where the index has no such photo; strangers are told only where nothing is restricted."""
    name = photo.encode(errors="replace").decode()
    if door.knows(name) or (for_strangers and door.rule.rule != "none"):
        return
    raise SettingError(f"The index has no photo {shown(photo)}{advice}")


def _foreign(
    generation: Generation,
    tables: sqlite3.Connection,
    door: IndexDoor,
    file: Path,
    content: str,
    says: str,
    for_strangers: bool,
) -> PhotoQuery | Refusal:
    photos = live_and_departed_looks(tables)
    own_look = read_look(file, content)
    like = [photos[at] for at in near_to(own_look, [look for _, _, look, *_ in photos], True)]
    departed_photos = [photo for photo, _, _, digest, live in photos if not live and digest == content]
    departed_photos += [photo for photo, *_, live in like if not live]
    answer = door.outside(file, content, [name for _, name, *_, live in like if live], departed_photos, says)
    if not answer.allowed:
        return Refusal(door.rule.message, None if for_strangers else kept_back(answer.rule, True))
    copies = [like[at] for at in near_to(own_look, [look for _, _, look, *_ in like])] if like else []
    here = _first_allowed(door, copies)
    # A small crop is no copy any more, but a part.
    whole = here or _first_allowed(
        door, [photos[at] for at in shown_in([own_look], [look for _, _, look, *_ in photos])]
    )
    if whole is not None:
        # A crop's own point may lie nearer to other photos than to that which it was cropped from.
        return PhotoQuery(None, _own_point(generation, tables, whole), whole)
    # Late: most searches need none, and it takes a while.
    from withsense_tf.encoders.vectors.passing_store import PassingStore

    # Nothing of a stranger's photo stays on a disk.
    matcher = generation.matcher(PassingStore())
    return PhotoQuery(None, generation.form.point(matcher.photo_rows([content], [file])[0]))


def _first_allowed(door: IndexDoor, photos: Sequence[tuple[int, str, str, str, bool]]) -> str | None:
    return next((name for _, name, *_, live in photos if live and door.lets_find(name)), None)
