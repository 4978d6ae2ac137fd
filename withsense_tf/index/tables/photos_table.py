"""The table `photos`: each photo with what is known of it, and the view `live` of those that readers may see."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from withsense_tf.errors import DataError
from withsense_tf.index.tables.file_places import file_at, own_folder, place_of

PHOTOS_TABLE: Final = """
CREATE TABLE photos (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, tag TEXT NOT NULL, digest TEXT NOT NULL,
    path TEXT NOT NULL, look TEXT NOT NULL, facts TEXT NOT NULL, twins TEXT NOT NULL DEFAULT '[]',
    parts TEXT NOT NULL DEFAULT '[]', writer TEXT, staged REAL, fold INTEGER, seal TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX live_photos ON photos (name) WHERE writer IS NULL;
CREATE INDEX photo_names ON photos (name, tag);
CREATE INDEX photo_folds ON photos (fold);
"""
# What readers may see: no writer is at work on it, and it has not departed.
LIVE_VIEW: Final = "CREATE TEMP VIEW live AS SELECT * FROM photos WHERE writer IS NULL"


# Looks of a version before: crops and collages are not found by them.
WITHOUT_PATCHES: Final = "live.look != '' AND instr(live.look, '.') = 0"


@dataclass(frozen=True)
class PhotoSet:
    """Some photos of the tables: what a question is about."""

    source: str
    values: tuple[object, ...] = ()


ALL_PHOTOS: Final = PhotoSet("photos")
LIVE_PHOTOS: Final = PhotoSet("live")


def photo_of_id(photo: int) -> PhotoSet:
    """Return the set of one photo, live or not."""
    return PhotoSet("photos WHERE id = ?", (photo,))


def photos_of_ids(photos: Sequence[int]) -> PhotoSet:
    """Return the set of some photos, live or not."""
    return PhotoSet(f"photos WHERE id IN ({marks(photos)})", tuple(photos))


def live_of_name(name: str) -> PhotoSet:
    """Return the set of the live photo of a name."""
    return PhotoSet("live WHERE name = ?", (name,))


def live_of_names(names: Sequence[str]) -> PhotoSet:
    """Return the set of the live photos of some names."""
    return PhotoSet(f"live WHERE name IN ({marks(names)})", tuple(names))


def live_of_content(name: str, digest: str) -> PhotoSet:
    """Return the set of the live photo of a name, if its file has this digest."""
    return PhotoSet("live WHERE name = ? AND digest = ?", (name, digest))


def live_of_ids(photos: Sequence[int]) -> PhotoSet:
    """Return the set of those of some photos that are live."""
    return PhotoSet(f"live WHERE id IN ({marks(photos)})", tuple(photos))


def live_without_rows(model: int) -> PhotoSet:
    """Return the set of live photos of which a model has no vectors."""
    return PhotoSet("live WHERE id NOT IN (SELECT photo FROM rows WHERE generation = ?)", (model,))


def live_without_verdict(age_limit: int) -> PhotoSet:
    """Return the set of live photos that are not judged for an age limit."""
    return PhotoSet(
        "live WHERE id NOT IN (SELECT photo FROM law WHERE age_limit = ? AND restricted NOT NULL)",
        (age_limit,),
    )


LIVE_WITHOUT_GROUP: Final = PhotoSet("live WHERE fold IS NULL")


def ids_of(photos: PhotoSet) -> str:
    """Return the ids of a set of photos as a part of a question, which needs the set's values beside its own."""
    return f"SELECT id FROM {photos.source}"


def marks(photos: Sequence[object]) -> str:
    """Return a question mark for each value: SQLite knows such a question again, and reads it once."""
    return ", ".join("?" * len(photos))


def count_photos(tables: sqlite3.Connection, photos: PhotoSet) -> int:
    """Return how many photos are in a set."""
    return int(tables.execute(f"SELECT count(*) FROM {photos.source}", photos.values).fetchone()[0])


def photo_ids(tables: sqlite3.Connection, photos: PhotoSet) -> set[int]:
    """Return the ids of a set of photos."""
    return {photo for (photo,) in tables.execute(ids_of(photos), photos.values)}


def photo_records(tables: sqlite3.Connection, photos: PhotoSet) -> list[tuple[Any, ...]]:
    """Return photos by id: id, name, path, digest, facts and twins as JSON, look, tag, seal."""
    folder = own_folder(tables)
    rows = tables.execute(
        f"SELECT id, name, path, digest, facts, twins, look, tag, seal FROM {photos.source} ORDER BY id",
        photos.values,
    )
    return [(id_, name, file_at(path, folder), *others) for id_, name, path, *others in rows]


def photo_seals(tables: sqlite3.Connection, photos: PhotoSet) -> dict[int, tuple[str, str, str]]:
    """Return the tag, look and seal of photos, by id."""
    rows = tables.execute(f"SELECT id, tag, look, seal FROM {photos.source}", photos.values)
    return {photo: (tag, look, seal) for photo, tag, look, seal in rows}


def live_tags(tables: sqlite3.Connection) -> dict[str, str]:
    """Return the tag of each live photo, by name."""
    return dict(tables.execute("SELECT name, tag FROM live").fetchall())


def add_parts(tables: sqlite3.Connection) -> None:
    """Add the column of the photos that others show to tables of a version before."""
    if "parts" not in {column for _, column, *_ in tables.execute("PRAGMA table_info(photos)")}:
        tables.execute("ALTER TABLE photos ADD COLUMN parts TEXT NOT NULL DEFAULT '[]'")


def live_without_patches(tables: sqlite3.Connection) -> set[str]:
    """Return the names of live photos whose look is one of a version before."""
    return {name for (name,) in tables.execute(f"SELECT name FROM live WHERE {WITHOUT_PATCHES}")}


def live_ids(tables: sqlite3.Connection) -> dict[str, int]:
    """Return the id of each live photo, by name."""
    return dict(tables.execute("SELECT name, id FROM live").fetchall())


def live_files(tables: sqlite3.Connection, most: int = -1) -> list[tuple[str, str, str]]:
    """Return the name, path and digest of each live photo, or of at most so many, by name."""
    folder = own_folder(tables)
    rows = tables.execute("SELECT name, path, digest FROM live ORDER BY name LIMIT ?", (most,))
    return [(name, file_at(path, folder), digest) for name, path, digest in rows]


def live_looks(tables: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Return the name, digest and look of each live photo, by name."""
    return tables.execute("SELECT name, digest, look FROM live ORDER BY name").fetchall()


def live_twins(tables: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Return the name, digest and twins, as JSON, of each live photo."""
    return tables.execute("SELECT name, digest, twins FROM live").fetchall()


def photo_digests(tables: sqlite3.Connection, photos: PhotoSet) -> dict[str, str]:
    """Return the digests of the files of photos, by name."""
    rows = tables.execute(f"SELECT name, digest FROM {photos.source}", photos.values)
    return {name: str(digest) for name, digest in rows}


def live_names_of(tables: sqlite3.Connection, digest: str) -> list[str]:
    """Return the names of the live photos whose file has this digest, in order."""
    rows = tables.execute("SELECT name FROM live WHERE digest = ? ORDER BY name", (digest,))
    return [name for (name,) in rows]


def live_names_like(tables: sqlite3.Connection, name: str) -> list[str]:
    """Return the names of the other live photos that are copies of the one with a name, in order."""
    rows = tables.execute(
        "SELECT name FROM live WHERE fold = (SELECT fold FROM live WHERE name = ?) AND name != ? ORDER BY name",
        (name, name),
    )
    return [other for (other,) in rows]


def digests_of_live(tables: sqlite3.Connection, digests: Sequence[str]) -> set[str]:
    """Return those of some digests that the file of a live photo has."""
    # As one value: there may be more of them than a question may have.
    rows = tables.execute(
        "SELECT DISTINCT digest FROM live WHERE digest IN (SELECT value FROM json_each(?))",
        (json.dumps(digests),),
    )
    return {digest for (digest,) in rows}


def insert_photo(tables: sqlite3.Connection, **cells: object) -> int:
    """Add a photo with cells of its columns, and return its id."""
    photo = tables.execute(
        "INSERT INTO photos (name, tag, digest, path, look, facts, twins, writer, staged, seal) VALUES "
        "(:name, :tag, :digest, :path, :look, :facts, :twins, :writer, :staged, :seal)",
        cells | {"path": place_of(str(cells["path"]), own_folder(tables))},
    ).lastrowid
    if photo is None:
        raise DataError("The tables gave no number to a new photo.")
    return photo


def move_files(tables: sqlite3.Connection, paths: Iterable[tuple[str, str]]) -> None:
    """Write down where the files of live photos lie now, given as name and path."""
    folder = own_folder(tables)
    places = [(name, place_of(path, folder)) for name, path in paths]
    tables.executemany(
        "UPDATE photos SET path = ? WHERE name = ? AND path != ? AND writer IS NULL",
        [(place, name, place) for name, place in places],
    )


def reseal_photo(tables: sqlite3.Connection, photo: int, tag: str, seal: str) -> None:
    """Write the tag and seal of what is known of a photo now."""
    tables.execute("UPDATE photos SET tag = ?, seal = ? WHERE id = ?", (tag, seal, photo))


def clear_tags(tables: sqlite3.Connection, photos: Iterable[int]) -> None:
    """Mark photos as changed, so that they come in anew with the next update."""
    tables.executemany("UPDATE photos SET tag = '' WHERE id = ?", [(photo,) for photo in photos])
