"""What users brought to an index by way of a server: photos that no folder has, and captions beside a folder's own.

A folder that says nothing of them does not take them away. They leave by name (`index remove`), and their files are
erased then; or with their files.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from withsense_tf.data.pictures.photo_file import digest_of
from withsense_tf.index.catalog import TABLES
from withsense_tf.index.item import Item
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.stored_items import stored_items
from withsense_tf.index.tables.file_places import UPLOADS_FOLDER, own_folder
from withsense_tf.index.tables.left_out_tables import kept_out_photos
from withsense_tf.index.tables.photo_states import used_files
from withsense_tf.index.tables.photos_table import live_files, live_of_content, move_files
from withsense_tf.index.tables.state_table import get_state, set_state

# Where servers keep the photos that users brought.
FOLDERS: Final = "brought"
# What a server makes of photos lies beside that folder, by digest.
THUMBNAILS: Final = "thumbnails"
# How the ids of captions end that users added: who said it, and a number drawn by lot.
BY_USER: Final = re.compile(r"#by (?P<who>.+) [0-9a-f]{16}$", re.DOTALL)


def author(caption: str) -> str | None:
    """Return who said a caption, by its id, where a user of the API did.

    >>> author("a.jpg#by Ann 0123456789abcdef"), author("a.jpg#2")
    ('Ann', None)
    """
    match = BY_USER.search(caption)
    return None if match is None else match["who"]


def note_brought(index: PhotoIndex, folder: Path) -> None:
    """Note that photos in this folder were brought by users, and find those again that lie in it now."""
    new = str(folder.resolve())
    with index.catalog.reading() as tables:
        if new in (get_state(tables, FOLDERS) or []):
            return
    with index.catalog.writing() as tables:
        folders = get_state(tables, FOLDERS) or []
        if new not in folders:
            set_state(tables, **{FOLDERS: [*folders, new]})
            _find_again(tables, Path(new))


def _find_again(tables: sqlite3.Connection, folder: Path) -> None:
    """Write down where photos lie whose folder was moved: their names were drawn by lot, and their contents decide."""
    new_places = [
        (name, str(folder / name), digest)
        for name, path, digest in live_files(tables)
        if not Path(path).is_file() and (folder / name).is_file()
    ]
    move_files(tables, [(name, path) for name, path, digest in new_places if digest_of(Path(path)) == digest])


def brought_names(tables: sqlite3.Connection) -> set[str]:
    """Return the names of live photos that users brought; not of those whose files were taken out of their folder.

    Where the folder itself is not there, as on a disk that is not mounted, nobody took anything out of it.
    """
    folders, files = brought_folders(tables), live_files(tables)
    # Files that came in by way of a link may be written down with it.
    places = {parent: parent.resolve() for parent in {Path(path).parent for _, path, _ in files}}
    return {
        name
        for name, path, _ in files
        if not folders.isdisjoint((Path(path).parent, places[Path(path).parent]))
        and (Path(path).is_file() or not Path(path).parent.is_dir())
    }


def brought_folders(tables: sqlite3.Connection) -> set[Path]:
    """Return the folders where photos lie that users brought."""
    folders = {Path(one) for one in get_state(tables, FOLDERS) or []}
    if own := own_folder(tables):
        folders.add(own.joinpath(*UPLOADS_FOLDER))
    return folders


def erase_kept_out(index: PhotoIndex) -> None:
    """Erase the pictures made of photos that were taken out for good, and the files of those that users brought.

    Nothing is erased that a photo has, live or on its way. Whoever is stopped before, or may not erase a file, erases
    it when something comes in or leaves the next time.
    """
    with index.catalog.reading() as tables:
        if not _files_kept_out(tables):
            return
    # As the only writer, so that no photo comes in whose file is just being erased.
    with index.catalog.writing() as tables:
        places, digests = used_files(tables)
        for file, digest in _files_kept_out(tables):
            if str(file) not in places and digest not in digests:
                with suppress(OSError):
                    file.unlink(missing_ok=True)


def erase_brought(index: PhotoIndex, file: Path, digest: str) -> None:
    """Erase the file of a photo that a user brought and that left again, and the pictures made of no other photo."""
    with index.catalog.writing() as tables:
        places, digests = used_files(tables)
        pictures = [] if digest in digests else [picture for picture, _ in _pictures(file.parent, {digest})]
        for one in [*pictures, *([] if str(file) in places else [file])]:
            one.unlink(missing_ok=True)


def _files_kept_out(tables: sqlite3.Connection) -> list[tuple[Path, str]]:
    """Return the files of photos that were kept out, and the pictures made of them, each with the photo's digest."""
    own, photos = own_folder(tables), kept_out_photos(tables)
    folders = [
        folder for folder in brought_folders(tables) if photos and not _is_of_another_index(folder, own)
    ]
    uploads = [
        (folder / name, digest)
        for folder in folders
        for name, digest, _ in photos
        if Path(name).name == name and (folder / name).is_file()
    ]
    return [*(one for folder in folders for one in _pictures(folder, {one[1] for one in photos})), *uploads]


def _is_of_another_index(folder: Path, own: Path | None) -> bool:
    """Return whether a folder of uploads is that of another index, as where this one is a copy of it."""
    index = folder.parent.parent
    return index != own and folder == index.joinpath(*UPLOADS_FOLDER) and (index / TABLES).exists()


def _pictures(folder: Path, digests: Collection[str]) -> Iterator[tuple[Path, str]]:
    """Yield the pictures beside a folder that were made of photos with these digests, each with that."""
    for start in sorted({digest[:2] for digest in digests}):
        for picture in (folder.parent / THUMBNAILS / start).glob(f"{start}*-*"):
            digest = picture.name.partition("-")[0]
            if digest in digests:
                yield picture, digest


def with_captions_of_users(
    tables: sqlite3.Connection, live: Mapping[str, str], items: Sequence[Item]
) -> list[Item]:
    """Return photos as they are to be, as the index has them now; `live` has the tags of its live photos, by name.

    Who changes a photo and who gives it a caption may do so at the same time. So captions of users are added to a photo
    that is here already, and changed in no pixel; and to what only adds captions, all else. Of the latter, what is not
    here any more is left out: a caption brings no photo back.
    """
    return [
        now
        for item in items
        for now in [_as_now(tables, item) if item.adds_captions or item.name in live else item]
        if now is not None
    ]


def _as_now(tables: sqlite3.Connection, item: Item) -> Item | None:
    before = [one for _, one in stored_items(tables, live_of_content(item.name, item.digest))]
    if item.adds_captions:
        return _with_captions(replace(before[0], adds_captions=True), item) if before else None
    return _with_captions(item, before[0]) if before else item


def _with_captions(item: Item, other: Item) -> Item:
    """Return a photo with the captions of users that another state of it has."""
    own = {id_ for id_, _ in item.captions}
    more = [(id_, text) for id_, text in other.captions if id_ not in own and BY_USER.search(id_)]
    return replace(item, captions=(*item.captions, *more)) if more else item
