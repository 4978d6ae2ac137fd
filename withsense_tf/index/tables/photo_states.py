"""What the column `writer` of the table `photos` says: a photo is staged by a writer, live, or departed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, Final

from withsense_tf.common.limits import parse_json
from withsense_tf.index.tables.file_places import file_at, own_folder, place_of
from withsense_tf.index.tables.photos_table import WITHOUT_PATCHES

# Stands where staged photos have their writer: no reader of live photos and no writer takes such a photo for its own.
DEPARTED_MARK: Final = "departed"


def latest_staged(tables: sqlite3.Connection, writer: str) -> dict[str, int]:
    """Return the id of the photo of each name that a writer staged last."""
    return dict(
        tables.execute(
            "SELECT name, max(id) FROM photos WHERE writer = ? GROUP BY name", (writer,)
        ).fetchall()
    )


def staged_by(tables: sqlite3.Connection, writer: str) -> set[int]:
    """Return all photos that a writer staged."""
    return {photo for (photo,) in tables.execute("SELECT id FROM photos WHERE writer = ?", (writer,))}


def not_live(tables: sqlite3.Connection) -> list[tuple[int, str, str]]:
    """Return the id, name and tag of each photo that is staged or departed."""
    return tables.execute("SELECT id, name, tag FROM photos WHERE writer IS NOT NULL").fetchall()


def staged_before(tables: sqlite3.Connection, at: float) -> list[int]:
    """Return the photos that were staged before a time and never published."""
    rows = tables.execute("SELECT id FROM photos WHERE writer IS NOT NULL AND staged < ?", (at,))
    return [photo for (photo,) in rows]


def writers_since(tables: sqlite3.Connection, at: float) -> list[str]:
    """Return the writers that staged a photo at a time or later."""
    rows = tables.execute(
        "SELECT DISTINCT writer FROM photos WHERE writer IS NOT NULL AND staged >= ?", (at,)
    )
    return [writer for (writer,) in rows]


def count_staged(tables: sqlite3.Connection) -> int:
    """Return how many photos wait to be published."""
    return int(
        tables.execute(
            "SELECT count(*) FROM photos WHERE writer IS NOT NULL AND writer != ?", (DEPARTED_MARK,)
        ).fetchone()[0]
    )


def used_files(tables: sqlite3.Connection) -> tuple[set[str], set[str]]:
    """Return where the files of all photos lie that are live or staged, and their digests."""
    folder = own_folder(tables)
    rows = tables.execute(
        "SELECT path, digest FROM photos WHERE writer IS NULL OR writer != ?", (DEPARTED_MARK,)
    ).fetchall()
    return {file_at(path, folder) for path, _ in rows}, {digest for _, digest in rows}


def staged_like_live(tables: sqlite3.Connection, writer: str) -> list[int]:
    """Return the photos that a writer staged though live ones of the same name and tag are there."""
    rows = tables.execute(
        "SELECT mine.id FROM photos AS mine JOIN live ON live.name = mine.name AND live.tag = mine.tag "
        f"WHERE mine.writer = ? AND NOT ({WITHOUT_PATCHES})",
        (writer,),
    )
    return [photo for (photo,) in rows]


def live_with_same_file(tables: sqlite3.Connection, writer: str) -> set[int]:
    """Return the live photos whose name and file a writer staged once more."""
    rows = tables.execute(
        "SELECT live.id FROM live JOIN photos AS mine USING (name, digest) WHERE mine.writer = ?", (writer,)
    )
    return {photo for (photo,) in rows}


def take_over_staged(tables: sqlite3.Connection, writer: str, photos: Iterable[tuple[int, str]]) -> None:
    """Assign photos to a writer, given as id and path."""
    folder = own_folder(tables)
    tables.executemany(
        "UPDATE photos SET writer = ?, path = ? WHERE id = ?",
        [(writer, place_of(path, folder), photo) for photo, path in photos],
    )


def make_live(tables: sqlite3.Connection, writer: str) -> None:
    """Publish the photos that a writer staged."""
    tables.execute("UPDATE photos SET writer = NULL WHERE writer = ?", (writer,))


def make_departed(tables: sqlite3.Connection, photo: int, facts: str) -> None:
    """Mark a photo as departed, with the facts, as JSON, that stay evidence."""
    tables.execute(
        "UPDATE photos SET writer = ?, path = '', facts = ?, staged = NULL, fold = NULL WHERE id = ?",
        (DEPARTED_MARK, facts, photo),
    )


def departed_contents(tables: sqlite3.Connection) -> dict[str, list[int]]:
    """Return the departed photos by their digest, but for those that are live under any name."""
    contents: dict[str, list[int]] = {}
    rows = tables.execute(
        "SELECT digest, id FROM photos WHERE writer = ? AND digest NOT IN (SELECT digest FROM live)",
        (DEPARTED_MARK,),
    )
    for digest, photo in rows:
        contents.setdefault(digest, []).append(photo)
    return contents


def departed_again(tables: sqlite3.Connection) -> list[tuple[int, int]]:
    """Return departed photos, each beside one of its name and file that is live or departed later."""
    return tables.execute(
        "SELECT gone.id, other.id FROM photos AS gone JOIN photos AS other USING (name, digest) "
        "WHERE gone.writer = ? AND (other.writer IS NULL OR (other.writer = ? AND other.id > gone.id))",
        (DEPARTED_MARK, DEPARTED_MARK),
    ).fetchall()


def live_and_departed_looks(tables: sqlite3.Connection) -> list[tuple[int, str, str, str, bool]]:
    """Return the id, name, look and digest of each live or departed photo, and whether it is live."""
    rows = tables.execute(
        "SELECT id, name, look, digest, writer FROM photos WHERE writer IS NULL OR writer = ?",
        (DEPARTED_MARK,),
    )
    return [(photo, name, look, digest, writer is None) for photo, name, look, digest, writer in rows]


def live_and_departed_groups(tables: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Return live and departed photos by id: id, look, digest, the number of its group, and whether it is live."""
    return tables.execute(
        "SELECT id, look, digest, fold, writer IS NULL FROM photos WHERE writer IS NULL OR writer = ? ORDER BY id",
        (DEPARTED_MARK,),
    ).fetchall()


def groups_of(tables: sqlite3.Connection, photos: Iterable[int]) -> set[int]:
    """Return the numbers of the groups that photos are in."""
    return {
        group
        for photo in photos
        for (group,) in tables.execute("SELECT fold FROM photos WHERE id = ? AND fold IS NOT NULL", (photo,))
    }


def set_groups(tables: sqlite3.Connection, groups: Iterable[tuple[int, int]]) -> None:
    """Write the groups of photos, given as the group's number and the photo."""
    tables.executemany("UPDATE photos SET fold = ? WHERE id = ?", groups)


def parts_of(tables: sqlite3.Connection) -> dict[int, list[int]]:
    """Return, for live and departed photos that show others, as collages do, which photos these are, by id."""
    rows = tables.execute("SELECT id, parts FROM photos WHERE parts != '[]' ORDER BY id")
    return {photo: parse_json(parts) for photo, parts in rows}


def set_parts(tables: sqlite3.Connection, parts: Mapping[int, Iterable[int]]) -> None:
    """Write which photos others show, in the place of what was said of any."""
    tables.execute("UPDATE photos SET parts = '[]' WHERE parts != '[]'")
    rows = [(json.dumps(sorted(some)), photo) for photo, some in parts.items()]
    tables.executemany("UPDATE photos SET parts = ? WHERE id = ?", rows)


def count_and_sum(tables: sqlite3.Connection) -> list[int]:
    """Return how many photos are live and the sum of their ids, and the same of departed ones."""
    here = "SELECT count(*), coalesce(sum(id), 0) FROM photos WHERE writer IS ?"
    of_live, of_departed = (tables.execute(here, (writer,)).fetchone() for writer in (None, DEPARTED_MARK))
    return [*of_live, *of_departed]
