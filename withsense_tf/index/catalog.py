"""The file with the tables of an index, and the transactions in which it is read and changed.

The tables are in one SQLite file (`tables` says which, and what is asked of them), which writers change in
transactions: a reader sees all of a change or nothing of it, and a process that is killed leaves none behind. A photo
is *staged* while it is being worked on, and *live* once a writer publishes all it has staged. A photo that changes is a
new one here, so that its old state stands until then. Of some photos that left, the verdict stays: see `departed`.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from withsense_tf.common.atomic_files import DRAFT, whole_file
from withsense_tf.common.limits import is_file, read_json
from withsense_tf.errors import DataError, SettingError, WithSenseError
from withsense_tf.index.integrity.cell_kinds import wrong_cells
from withsense_tf.index.integrity.table_errors import (
    ANEW,
    CELL_ERRORS,
    code_of,
    explain,
    how_to_open,
    no_index,
    warn_of_format,
)
from withsense_tf.index.tables.schema import add_columns, make_tables, show_live
from withsense_tf.index.tables.words_table import make_words_anew

FORMAT: Final = 7
# Up to format 6, the table of words had no keywords; up to 5, it did not say with which photo another one left; up to
# 4, looks had no patches, so that it sees no crops and collages of its photos before they come again with an update; up
# to 3, it had no table of words. What is missing is made at the first opening.
OLDEST: Final = 3
FIRST_READER: Final = "0.2.0"  # of the package's versions, of this format
KIND: Final = "withsense index"
MARK, TABLES = "index.json", "catalog.sqlite"
# A writer holds the lock for a batch or a publication; of a million photos, the latter takes a while.
PATIENCE_SECONDS: Final = 600.0
MOST_REMEMBERED: Final = 50_000  # things found out of one state, by each thread: some 25 megabytes


class Tables(sqlite3.Connection):
    """A connection that remembers what was found out of the tables as they are: a change of them is a new beginning."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._state: tuple[object, ...] = ()
        self._memory: dict[Any, Any] = {}

    def memory(self, owner: object) -> dict[Any, Any]:
        """Return what is remembered of this state of the tables for an owner; empty if they or it are new."""
        # The first number changes with what other connections commit, the second with what this one writes.
        ((version,),) = self.execute("PRAGMA data_version").fetchall()
        state = (version, self.total_changes, owner)
        if state != self._state:
            self._state, self._memory = state, {}
        elif len(self._memory) > MOST_REMEMBERED:
            # The older half goes; what is asked for often is found out again.
            self._memory = dict(islice(self._memory.items(), MOST_REMEMBERED // 2, None))
        return self._memory


class Catalog:
    """The tables of one index folder; threads and processes may share it."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._file = self.folder / TABLES
        version = _check_mark(self.folder)
        if version != FORMAT:
            _bring_up(self.folder, version)
        self._local = threading.local()

    @classmethod
    def make(cls, folder: str | Path) -> Catalog:
        """Make the tables of a new index, or open those that are there."""
        root = Path(folder)
        if not (root / MARK).exists():
            if is_file(root):
                raise no_index(root)
            root.mkdir(0o700, parents=True, exist_ok=True)  # it has what is withheld
            parts = [part.name for part in root.iterdir()]
            foreign = [name for name in parts if name not in _OWN_FILES and not name.endswith(DRAFT)]
            # Looked for once more: another process may be making the same index.
            if foreign and not (root / MARK).exists():
                raise no_index(root, _OWN_FILES)
            try:
                _make_file(root / TABLES)
            except sqlite3.DatabaseError as error:
                raise explain(error, root / TABLES) from error
            # Last, and by renaming, so that a folder with a mark has all its tables.
            _write_mark(root)
        return cls(root)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection that sees one state of the tables, whatever is written meanwhile."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection that alone may write; what it wrote is there at the end, or not at all on an error."""
        if self._reads():
            raise SettingError(
                "The index cannot be written to amid a reading on the same thread: end the reading first, or write "
                "on a thread of its own."
            )
        with self._transaction("BEGIN IMMEDIATE") as connection:
            self._local.writes = True
            yield connection

    def _reads(self) -> bool:
        """Return whether this thread is amid a reading, whose end would keep nothing that was written in it."""
        connection = getattr(self._local, "connection", None)
        return connection is not None and connection.in_transaction and not self._local.writes

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._connection()
            if connection.in_transaction:
                # Part of what this thread is doing already.
                yield connection
                return
            self._local.writes = False
            connection.execute(begin)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                _roll_back(connection)
                raise
        except sqlite3.DatabaseError as error:
            trouble = explain(error, self._file)
            if trouble is error:
                raise
            raise trouble from error
        except CELL_ERRORS as error:
            if isinstance(error, WithSenseError):
                raise
            self._check_cells(error)
            raise
        finally:
            # The next reading may find room again, and what was written meanwhile.
            if not getattr(self._local, "lasting", True) and not self._local.connection.in_transaction:
                self.close()

    def _check_cells(self, error: Exception) -> None:
        """Blame the tables for an error that comes of what is in them."""
        if wrong := wrong_cells(self._connection()):
            raise DataError(f"{wrong[0]} {ANEW}") from error

    def _connection(self) -> sqlite3.Connection:
        if getattr(self._local, "connection", None) is None:
            self._local.connection, self._local.lasting = _connect(self._file)
        connection: sqlite3.Connection = self._local.connection
        return connection

    def close(self) -> None:
        """Close this thread's connection."""
        if getattr(self._local, "connection", None) is not None:
            self._local.connection.close()
            self._local.connection, self._local.lasting = None, True


def _roll_back(connection: sqlite3.Connection) -> None:
    # SQLite has done it itself where the disk is full.
    if connection.in_transaction:
        connection.execute("ROLLBACK")


_OWN_FILES: Final = (TABLES, f"{TABLES}-wal", f"{TABLES}-shm", f"{TABLES}-journal")


def _wait_for_wal(connection: sqlite3.Connection) -> None:
    """Let readers and a writer work at the same time; SQLite does not wait for this by itself."""
    for tries_to_come in range(100, -1, -1):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not tries_to_come or code_of(error) not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            time.sleep(0.05)
        else:
            return


def _make_file(file: Path) -> None:
    connection, _ = _connect(file)
    try:
        _wait_for_wal(connection)
        connection.execute("BEGIN IMMEDIATE")
        make_tables(connection)
        connection.execute("COMMIT")
    finally:
        connection.close()


def _connect(file: Path) -> tuple[sqlite3.Connection, bool]:
    """Return a connection, and whether it may be kept: one that may only read sees no later changes."""
    try:
        return _open(str(file)), True
    except sqlite3.OperationalError as error:
        # Even to read, SQLite writes a file beside the tables, for which there may be no room, or no leave.
        if code_of(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) or not file.is_file():
            raise
        try:
            return _read_only(file), False
        except (DataError, sqlite3.Error):
            if os.access(file.parent, os.W_OK):
                raise error from None
            raise


def _open(where: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        where,
        timeout=PATIENCE_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        uri=where.startswith("file:"),
        factory=Tables,
    )
    try:
        # A commit is on the disk when it returns.
        connection.execute("PRAGMA synchronous = FULL")
        show_live(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _read_only(file: Path) -> sqlite3.Connection:
    """Open an index that may only be read, as a copy for serving is; SQLite's log of changes must be empty."""
    log = Path(f"{file}-wal")
    if log.exists() and log.stat().st_size:
        raise DataError(
            f"{file.parent} may only be read, and has changes that are not in its tables yet ({log.name}). "
            + how_to_open(file.parent)
        )
    return _open(f"file:{quote(str(file.resolve()))}?mode=ro&immutable=1")


def _write_mark(folder: Path) -> None:
    with whole_file(folder / MARK) as draft:
        draft.write_text(json.dumps({"kind": KIND, "format": FORMAT}) + "\n", encoding="utf-8")


def _bring_up(folder: Path, version: int) -> None:
    """Bring an index of a format before up to this one; a kill leaves one of both."""
    connection: sqlite3.Connection | None = None
    try:
        connection = _open(str(folder / TABLES))
        connection.execute("BEGIN IMMEDIATE")
        make_words_anew(connection)
        add_columns(connection)
        connection.execute("COMMIT")
        _write_mark(folder)
    except sqlite3.DatabaseError as error:
        raise explain(error, folder / TABLES) from error
    except OSError as error:
        raise DataError(
            f"{folder} holds an index of format {version}, which is brought up to format {FORMAT} when it is "
            f"opened, and it may only be read. {how_to_open(folder)}"
        ) from error
    finally:
        if connection is not None:
            connection.close()
    warn_of_format(folder, version, FORMAT, FIRST_READER)


def _check_mark(folder: Path) -> int:
    """Return the format of an index."""
    file = folder / MARK
    if not is_file(file):
        raise no_index(folder, _OWN_FILES)
    try:
        mark = read_json(file)
        kind, version = mark["kind"], mark["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{file} is damaged ({error}). {ANEW}") from error
    if kind != KIND or version not in range(OLDEST, FORMAT + 1):
        raise DataError(
            f"{folder} holds a {kind!r} of format {version!r}; this version reads a {KIND!r} of format {FORMAT}. {ANEW}"
        )
    if not (folder / TABLES).is_file():
        raise DataError(f"{folder} is not whole: {TABLES} is missing. {ANEW}")
    return int(version)
