"""What SQLite says -> what happened to the tables of an index, and what to do."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import warnings
from pathlib import Path
from typing import Final

from withsense_tf.errors import DataError, DiskError, WithSenseWarning, disk_trouble

# Where less is free, a disk is full for SQLite.
LEAST_ROOM: Final = 1 << 18

# What comes of cells that are not as they must be.
CELL_ERRORS: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
NO_FULL_TEXT: Final = "no such module: fts5"
# What to do about the errors of SQLite that say what happened.
ADVICE: Final = {
    sqlite3.SQLITE_FULL: " Its disk is full: make room.",
    sqlite3.SQLITE_READONLY: " It may not be written to: look at the rights of its files.",
    sqlite3.SQLITE_CANTOPEN: " Look at the rights of its files, and whether the disk is full.",
    sqlite3.SQLITE_IOERR: " Its disk cannot be read or written: is it full, or damaged?",
    sqlite3.SQLITE_BUSY: " Another process holds it: wait until that is done.",
    sqlite3.SQLITE_LOCKED: " Another process holds it: wait until that is done.",
}


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
    if code_of(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or str(error).startswith(
        "no such table"
    ):
        return DataError(f"{file} is damaged ({error}): build the index anew, or bring it back from a copy.")
    # Where there is no room even to read with a log, the tables are opened to be read alone.
    if code_of(error) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY):
        # SQLite asks for room in whole pages, and says no more of it than that it failed.
        room = shutil.disk_usage(file.parent).free
        if code_of(error) == sqlite3.SQLITE_FULL or room < LEAST_ROOM:
            full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file.parent))
            return DiskError(disk_trouble(full))
    if isinstance(error, sqlite3.OperationalError):
        return DataError(f"The index {file.parent} cannot be used: {error}.{ADVICE.get(code_of(error), '')}")
    # What was asked of the tables was wrong: they are whole.
    return error


def warn_of_format(folder: Path, before: int, now: int, first_reader: str) -> None:
    """Tell who opened an index, maybe only to look at it, that there is no way back but its back-up."""
    warnings.warn(
        f"{folder} was of format {before} and is of format {now} now: versions of the package before {first_reader} "
        "read it no more. To go back to one, take the index's back-up.",
        WithSenseWarning,
        stacklevel=4,
    )
