"""A photo as the query: one of the index by its name, or a file from outside, if the law lets it be asked by."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from withsense_tf.data.near_duplicates import near_to, read_look
from withsense_tf.errors import SettingError
from withsense_tf.matchers.forms import PHOTO, CosineForm, HybridForm, unit
from withsense_tf.search.departed import DEPARTED
from withsense_tf.search.generations import Generation
from withsense_tf.search.law import IndexDoor


@dataclass(frozen=True, eq=False)
class PhotoQuery:
    """A photo to search by: its name, if it is in the index, and its point."""

    name: str | None
    point: np.ndarray


def photo_query(
    generation: Generation, tables: sqlite3.Connection, door: IndexDoor, photo: str
) -> PhotoQuery | str:
    """Return what to search by, or the notice where the law forbids it.

    `photo` is the name of a photo of the index, or the path of a file. A file that is in the index under some name
    is that photo. Of others nobody has said what they show: the law takes them as photos without captions.
    """
    form = generation.form
    if PHOTO not in form.widths or not isinstance(form, (CosineForm, HybridForm)):
        raise SettingError(
            "This index cannot search by a photo: its matcher does not put photos and texts into one space. "
            "Build it with closed_form, two_tower, hybrid or a pretrained matcher."
        )
    if not door.knows(photo):
        file = Path(photo)
        if not file.is_file():
            raise SettingError(
                f"The index has no photo {photo!r}, and there is no such file: give the name of one, or a file."
            )
        with file.open("rb") as stream:
            content = hashlib.file_digest(stream, "sha256").hexdigest()
        same = tables.execute(
            "SELECT name FROM photos WHERE digest = ? AND writer IS NULL ORDER BY name", (content,)
        ).fetchall()
        if not same:
            return _foreign(generation, tables, door, file, content)
        # Under any name it must be allowed.
        notices = [door.photo_query(name).notice for (name,) in same]
        if refused := next((notice for notice in notices if notice is not None), None):
            return refused
        photo = same[0][0]
    answer = door.photo_query(photo)
    if not answer.allowed:
        return answer.notice or door.rule.message
    ((row,),) = tables.execute(
        "SELECT row FROM rows JOIN photos ON photos.id = rows.photo "
        "WHERE generation = ? AND name = ? AND writer IS NULL",
        (generation.number, photo),
    ).fetchall()
    return PhotoQuery(photo, unit(generation.vectors[PHOTO].get(np.array([row]))[0]))


def _foreign(
    generation: Generation,
    tables: sqlite3.Connection,
    door: IndexDoor,
    file: Path,
    content: str,
) -> PhotoQuery | str:
    found = tables.execute(
        "SELECT id, name, look, digest, writer FROM photos WHERE writer IS NULL OR writer = ?", (DEPARTED,)
    ).fetchall()
    like = [found[at] for at in near_to(read_look(file), [look for _, _, look, *_ in found])]
    gone = [photo for photo, _, _, digest, writer in found if writer is not None and digest == content]
    gone += [photo for photo, *_, writer in like if writer is not None]
    answer = door.outside(file, [name for _, name, *_, writer in like if writer is None], gone)
    if not answer.allowed:
        return answer.notice or door.rule.message
    from withsense_tf.encoders.store import VectorStore  # late: most searches need none, and it takes a while

    # In a store of its own, that goes with the answer: nothing of a stranger's photo is kept.
    matcher = generation.matcher(VectorStore())
    return PhotoQuery(None, unit(matcher.photo_rows([content], [file])[0]))
