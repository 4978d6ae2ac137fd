"""Looks by the content of files, kept on this machine: no photo is looked at twice for its copies, or its colours.

A look is a function of a file's bytes, of the code that makes looks and of Pillow, so all of them name it. What is
damaged is made anew; where nothing can be kept, each look is made every time.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import PIL

# Some 2.7 kilobytes each, and a few bytes for the colours; the oldest make room.
MOST: Final = 200_000
SECONDS: Final = 5.0
TABLE: Final = "CREATE TABLE IF NOT EXISTS looks (key BLOB UNIQUE, sum INTEGER, frames BLOB, patches BLOB)"
# The modules beside this one that make looks.
LOOKING: Final = ("colour_modes", "looks", "main_colours", "patches", "photo_file", "photo_pyramid")
# Whether the photo was decoded whole, or a JPEG at a reduced size, whose look is not quite the same.
WHOLE: Final = "whole"
SMALLER: Final = "smaller"
# The photo's colours, and no look: a byte for each, by its number.
COLOURS: Final = "colours"


def cache_file() -> Path:
    """Return where looks are kept: where `WITHSENSE_CACHE` says, else where the system keeps what is made anew."""
    folder = os.environ.get("WITHSENSE_CACHE", "")
    if not folder:
        root = os.environ.get("XDG_CACHE_HOME", "")
        folder = str((Path(root) if root else Path.home() / ".cache") / "withsense_tf")
    return Path(folder) / "looks.sqlite"


@contextmanager
def look_cache(file: Path | None = None) -> Iterator[LookCache]:
    """Yield the looks that are kept; new ones are written when the block ends, by whatever."""
    looks_kept = LookCache(file or cache_file())
    try:
        yield looks_kept
    finally:
        looks_kept.close()


class LookCache:
    """Looks that are kept in a file; threads may share it, and processes the file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._new: dict[bytes, str] = {}
        self._tables = self._open()

    def find(self, digest: str, way: str) -> str | None:
        """Return the look of a file of that content, decoded that way; None where none is kept that is whole."""
        key = _key(digest, way)
        with self._lock:
            if self._tables is None or key in self._new:
                return self._new.get(key)
            try:
                row = self._tables.execute(
                    "SELECT sum, frames, patches FROM looks WHERE key = ?", (key,)
                ).fetchone()
            except sqlite3.Error as error:
                self._give_up(error)
                return None
        if row is None or row[0] != _checksum(key, *row[1:]):
            return None
        _, frames, patches_kept = row
        return frames.hex() if patches_kept is None else f"{frames.hex()}.{patches_kept.hex()}"

    def add(self, digest: str, way: str, look: str) -> None:
        """Keep the look of a file of that content, decoded that way."""
        with self._lock:
            self._new[_key(digest, way)] = look

    def close(self) -> None:
        """Write what is new."""
        with self._lock:
            if self._tables is None:
                return
            try:
                if self._new:
                    self._write(self._tables)
            except sqlite3.Error as error:
                self._give_up(error)
            if self._tables is not None:
                self._tables.close()
                self._tables = None

    def _write(self, tables: sqlite3.Connection) -> None:
        rows = []
        for key, look in self._new.items():
            frames, dot, patches_new = look.partition(".")
            parts = bytes.fromhex(frames), bytes.fromhex(patches_new) if dot else None
            rows.append((key, _checksum(key, *parts), *parts))
        with tables:
            tables.executemany("INSERT OR REPLACE INTO looks VALUES (?, ?, ?, ?)", rows)
            tables.execute("DELETE FROM looks WHERE rowid <= (SELECT max(rowid) FROM looks) - ?", (MOST,))

    def _open(self) -> sqlite3.Connection | None:
        for _ in range(2):
            try:
                self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                tables = sqlite3.connect(self._file, timeout=SECONDS, check_same_thread=False)
                tables.execute(TABLE)
                return tables
            except OSError:
                return None
            except sqlite3.Error as error:
                if not self._is_damage(error):
                    return None
                self._forget()
        return None

    def _give_up(self, error: sqlite3.Error) -> None:
        """Go on without what is kept; a damaged file is made anew next time."""
        if self._tables is not None:
            self._tables.close()
            self._tables = None
        if self._is_damage(error):
            self._forget()

    def _forget(self) -> None:
        with suppress(OSError):
            self._file.unlink(missing_ok=True)

    @staticmethod
    def _is_damage(error: sqlite3.Error) -> bool:
        # Of another kind are a file that somebody else writes to, one that may only be read, and a full disk.
        return isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)


def _key(digest: str, way: str) -> bytes:
    return hashlib.sha256(f"{looks_version()} {way} {digest}".encode()).digest()[:16]


def _checksum(key: object, frames: object, patches_kept: object) -> int | None:
    """Return the checksum of a row; None where its cells are of another kind."""
    if not isinstance(key, bytes) or not isinstance(frames, bytes):
        return None
    if patches_kept is not None and not isinstance(patches_kept, bytes):
        return None
    return zlib.crc32(b"%b%d.%b" % (key, len(frames), frames + (patches_kept or b"")))


@cache
def looks_version() -> str:
    """Name all that a look hangs on but the file: any change of this code counts, that of a comment too."""
    digest = hashlib.sha256(f"{PIL.__version__} {np.__version__}".encode())
    for name in LOOKING:
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]
