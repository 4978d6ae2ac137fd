"""What SQLite says -> what happened to the tables of an index, and what to do."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sqlite3
import warnings
from collections.abc import Collection, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from withsense_tf.common.limits import is_file, parse_json
from withsense_tf.errors import (
    DataError,
    DiskError,
    RightsError,
    WithSenseError,
    WithSenseWarning,
    disk_trouble,
)
from withsense_tf.file_access import has_right, no_rights, no_writing
from withsense_tf.printed_commands import index_command

# Where the state of the tables has by which options an index was judged.
JUDGED_WITH: Final = "law_files"
# Where nobody wrote them down, as version 0.1.0 did not; there are no files of these names.
PLACES: Final = {
    "--overrides": "FILE",
    "--countries": "FILE",
    "--languages": "FOLDER",
    "--photo-judge": "JUDGE",
}
NOT_WRITTEN: Final = (
    f"By which files of the law it was judged is not written down: give all of them ({', '.join(PLACES)}), or what "
    "they alone restrict is shown."
)
# Where less is free, a disk is full for SQLite.
LEAST_ROOM: Final = 1 << 18

CELL_ERRORS: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
NO_FULL_TEXT: Final = "no such module: fts5"
# What is said of tables that lost a part, or that have a text in which bytes changed; that text stands behind.
DAMAGE: Final = re.compile(
    r"(no such (table|column)|Could not decode to UTF-8).*?(?= with text|$)", re.DOTALL
)
# What to do about tables that cannot be read: a build would read them first, so that it is of no use in their folder.
ANEW: Final = (
    "Bring the folder of the index back from a copy, or build another one, with the options of the law that it had: "
    "withsense index build FOLDER --index NEW_FOLDER"
)
ADVICE: Final = {
    sqlite3.SQLITE_FULL: " Its disk is full: make room.",
    sqlite3.SQLITE_CANTOPEN: " Look at the rights of its files, and whether the disk is full.",
    sqlite3.SQLITE_IOERR: " Its disk cannot be read or written: is it full, or damaged?",
    sqlite3.SQLITE_BUSY: " Another process holds it: wait until that is done.",
    sqlite3.SQLITE_LOCKED: " Another process holds it: wait until that is done.",
}


class ReadOnlyIndexError(DataError):
    """An index may only be read here; `place` is the folder or file of it that may not be written to."""

    def __init__(self, place: Path) -> None:
        super().__init__(f"The index cannot be changed: {no_writing(place)}")


def code_of(error: sqlite3.Error) -> int:
    """Return the lowest byte, which says what happened; the others say more of it. Some errors have no code."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def explain(error: sqlite3.DatabaseError, file: Path) -> Exception:
    """Return what an error of SQLite means to the user; the error itself where the question was wrong."""
    if str(error).startswith(NO_FULL_TEXT):
        return DataError(
            f"The index {file.parent} cannot be used: it needs an SQLite that searches full texts (FTS5), and the one "
            f"that this process has, {sqlite3.sqlite_version}, does not ({error}). TensorFlow brings such a one: "
            "import withsense_tf (or sqlite3) before tensorflow, and start Python or the notebook's kernel anew."
        )
    lost_part = DAMAGE.match(str(error))
    if lost_part or code_of(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        what = lost_part.group() if lost_part else error
        return DataError(f"{file} is damaged ({what}). {ANEW}")
    # Where there is no room even to read with a log, the tables are opened to be read alone.
    if code_of(error) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY):
        # SQLite asks for room in whole pages, and says no more of it than that it failed.
        room = shutil.disk_usage(file.parent).free
        if code_of(error) == sqlite3.SQLITE_FULL or room < LEAST_ROOM:
            full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file.parent))
            return DiskError(disk_trouble(full))
    if isinstance(error, sqlite3.OperationalError):
        place = read_only_place(file)
        if code_of(error) == sqlite3.SQLITE_READONLY or (place and code_of(error) == sqlite3.SQLITE_CANTOPEN):
            return ReadOnlyIndexError(place or file.parent)
        return DataError(f"The index {file.parent} cannot be used: {error}.{ADVICE.get(code_of(error), '')}")
    return error


def no_index(folder: Path, own: Collection[str] = ()) -> WithSenseError:
    """Return what is to be raised where a folder is no index: what is there instead but its `own` files, what to do.

    With files of its own and others it was one.
    """
    try:
        names = [] if is_file(folder) else sorted(part.name for part in folder.iterdir())
    except PermissionError as error:
        return RightsError(no_rights(error, folder))
    except (OSError, ValueError):  # there is nothing, or no system can have such a name
        names = []
    others = [f"a folder that has {name}" for name in names if name not in own]
    if others and len(others) < len(names):
        return DataError(
            f"{folder} is not whole: it has tables of an index, and index.json is missing. {ANEW}"
        )
    if is_file(folder) or others:
        return DataError(
            f"{folder} is no index, but {others[0] if others else 'a file'}. Name the folder of an index (--index), or "
            "make one where nothing is yet: withsense index build FOLDER --index NEW_FOLDER"
        )
    return DataError(
        f"{folder} is no index. Make one with: {index_command(folder, 'build', 'FOLDER')} (in Python "
        "ws.PhotoIndex.make makes an empty one, for ws.build_index)"
    )


def index_remedy(index: str | Path, *words: object) -> str:
    """Write a command for an index, with the options by which it was judged."""
    options = _judged_with(Path(index))
    places = " (leave out what it was judged without)" * (options is PLACES)
    return index_command(index, *words, options=options) + places


def repair(place: Path) -> str:
    """Say what makes every kind of damage good of an index, also a file that is gone, by a folder or file of it."""
    index = next((folder for folder in (place, *place.parents) if (folder / "index.json").exists()), "INDEX")
    return f"Run: {index_remedy(index, 'verify', '--repair')}"


def _judged_with(index: Path) -> Mapping[str, object]:
    # Vectors, of which this is said too, know no catalog.
    file = (index / "catalog.sqlite").absolute()
    if not file.exists():
        return {}
    # The latter reads what may not be written to.
    for how in ("mode=rw", "immutable=1"):
        with (
            suppress(sqlite3.Error, ValueError),
            closing(sqlite3.connect(f"{file.as_uri()}?{how}", uri=True)) as tables,
        ):
            state = dict(tables.execute("SELECT * FROM state").fetchall())
            options = parse_json(state.get(JUDGED_WITH, "null"))
            if isinstance(options, dict):
                return options
            # What was never judged needs none.
            return PLACES if state.get("policy", "null") != "null" else {}
    return PLACES


def how_to_open(index: Path) -> str:
    """Say what to do with an index that cannot be opened where it may only be read."""
    return f"Open it once where it may be written to: {index_command(index, 'status')}"


def read_only_place(file: Path) -> Path | None:
    """Return the folder of the tables, or which of their files, may not be written to by who runs this, if any."""
    places = (file.parent, *(Path(f"{file}{end}") for end in ("", "-wal", "-shm")))
    return next((one for one in places if has_right(one, os.F_OK) and not has_right(one, os.W_OK)), None)


def check_writable(file: Path) -> None:
    """Raise where the tables may only be read: who changes an index is told so before the work."""
    if place := read_only_place(file):
        raise ReadOnlyIndexError(place)


def warn_of_format(folder: Path, before: int, now: int, first_reader: str) -> None:
    """Tell who opened an index, maybe only to look at it, that there is no way back but its back-up."""
    warnings.warn(
        f"{folder} was of format {before} and is of format {now} now: versions of the package before {first_reader} "
        "read it no more. To go back to one, take the index's back-up.",
        WithSenseWarning,
        stacklevel=4,
    )
