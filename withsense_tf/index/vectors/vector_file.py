"""Vectors of one width in one file, by row number: written at the end, read through a memory map.

The file is a header of 64 bytes and the rows behind it, nothing else. Its length may lie: a killed writer leaves rows
that nobody committed, or half a row. So a reader says how many rows it wants, and only fewer than these are damage.
"""

from __future__ import annotations

import math
import mmap
import os
import struct
import threading
import time
import weakref
import zlib
from pathlib import Path
from typing import Final

import numpy as np

from withsense_tf.common.atomic_files import whole_file
from withsense_tf.errors import DataError, SettingError, check_choice, on_disk
from withsense_tf.index.integrity.table_errors import repair

MAGIC: Final = b"withsense rows\r\n"
FORMAT: Final = 2
# Magic, format version, width, dtype, the length of the longest vector that was ever written, and the CRC-32 of these.
HEADER: Final = struct.Struct("<16s I I 8s d I")
# Rows begin where a line of the processor's cache begins.
START: Final = 64
# A header is written while others read it.
TRIES: Final = 100
BLOCK: Final = 4_096
# Two changes within one tick of a file system's clock look alike, and its coarsest ticks take so long.
SETTLED_NS: Final = 2_000_000_000
DTYPES: Final = ("float32", "float16")


class VectorFile:
    """One file of vectors, float32 or float16. A missing one is made if its width is given."""

    def __init__(self, path: Path, width: int | None = None, dtype: str | None = None) -> None:
        self.path = path
        self._mapping = threading.Lock()
        if width is not None and not path.exists():
            _make(path, width, check_choice("dtype", dtype or DTYPES[0], DTYPES))
        self._file = _open(path)
        # Whoever forgets to close must not hold a file for ever: a server meets many models.
        self._closing = weakref.finalize(self, os.close, self._file)
        try:
            self.width, self.dtype = self._check(width, dtype)
            self._rows = self._map()
        except BaseException:
            self.close()
            raise

    @property
    def longest(self) -> float:
        """Return a length that no vector in the file exceeds."""
        for _ in range(TRIES):
            header = os.pread(self._file, HEADER.size, 0)
            if len(header) == HEADER.size and _whole(header):
                return float(HEADER.unpack(header)[-2])
        raise DataError(self._header_damage("is not what was written"))

    def stamp(self) -> tuple[int, ...] | None:
        """Return what changes with the file: its size and times; None where these are too young to be trusted."""
        status = os.fstat(self._file)
        age = time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns)
        return (status.st_size, status.st_mtime_ns, status.st_ctime_ns) if age > SETTLED_NS else None

    def rows(self, count: int) -> np.ndarray:
        """Return the first `count` rows, as they lie in the file; nothing is read before it is looked at."""
        rows = self._rows
        if self._file < 0:
            raise SettingError(f"{self.path} was closed; open the index again.")
        if len(rows) < count:
            with self._mapping:
                self._rows = rows = self._map()
        if len(rows) < count:
            raise DataError(
                f"damaged: {self.path} holds {len(rows)} rows, expected {count} rows. {repair(self.path)}"
            )
        return rows[:count]

    def write(self, at: int, vectors: np.ndarray) -> None:
        """Write vectors into the rows from `at` on; on return they are on the disk."""
        if at < 0 or vectors.ndim != 2 or vectors.shape[1] != self.width:
            raise SettingError(
                f"expected vectors of shape (n, {self.width}) and a row from 0 up, got shape {vectors.shape} and "
                f"row {at}."
            )
        numbers = self._in_dtype(vectors)
        there = (os.fstat(self._file).st_size - START) // (self.width * self.dtype.itemsize)
        if at > there:
            raise DataError(
                f"damaged: {self.path} holds {there} rows, expected at least {at} rows before those that are to be "
                f"written. {repair(self.path)}"
            )
        # Larger than the sum's own error: nothing is longer than this says.
        longest = 1.001 * math.sqrt(np.einsum("ij,ij->i", numbers, numbers, dtype=np.float64).max(initial=0))
        target = os.open(self.path, os.O_RDWR)
        try:
            if not os.path.sameopenfile(target, self._file):
                raise DataError(f"{self.path} was replaced since it was opened; open the index again.")
            with on_disk(self.path):
                # Before the rows, so that a reader that sees them sees this too.
                if longest > self.longest:
                    _write_all(target, _header(self.width, self.dtype.name, longest), 0)
                _write_all(
                    target,
                    numbers.reshape(-1).view(np.uint8).data,
                    START + at * self.width * self.dtype.itemsize,
                )
                os.fsync(target)
        finally:
            os.close(target)

    def close(self) -> None:
        """Close the file; arrays that were given out stay valid."""
        if self._file >= 0:
            self._closing()
            self._file = -1
            self._rows = np.zeros((0, 0), np.float32)

    def _in_dtype(self, vectors: np.ndarray) -> np.ndarray:
        if not np.isfinite(vectors).all():
            raise DataError(
                "A vector has numbers that are not finite, expected finite ones; nothing was written."
            )
        with np.errstate(over="ignore"):
            numbers = np.ascontiguousarray(vectors, self.dtype)
        if not np.isfinite(numbers).all():
            raise DataError(
                f"A vector has numbers too large for {self.dtype.name}; nothing was written. Scale the vectors, or "
                "build the index with float32."
            )
        return numbers

    def _check(self, width: int | None, dtype: str | None) -> tuple[int, np.dtype]:
        header = os.pread(self._file, START, 0)
        if not header.startswith(MAGIC):
            raise DataError(
                f"{self.path} is no file of vectors, or it is damaged: expected it to begin with {MAGIC!r}, got "
                f"{header[:16]!r}. {repair(self.path)}"
            )
        if len(header) < START:
            raise DataError(
                f"damaged: {self.path} has {len(header)} bytes, expected a header of {START}. {repair(self.path)}"
            )
        _, version, numbers, name, _, _ = HEADER.unpack(header[: HEADER.size])
        if version != FORMAT:
            raise DataError(
                f"{self.path} has format version {version}, expected {FORMAT}: use the version of withsense_tf that "
                f"wrote it, or make the file anew. {repair(self.path)}"
            )
        kind = name.rstrip(b"\0").decode(errors="replace")
        if kind not in DTYPES or not numbers:
            raise DataError(
                self._header_damage(
                    f"names {numbers} numbers of type {kind!r} a row, expected one or more of {' or '.join(DTYPES)}"
                )
            )
        if width not in (None, numbers) or dtype not in (None, kind):
            raise DataError(
                f"{self.path} holds vectors of {numbers} numbers ({kind}), expected {width or numbers} "
                f"({dtype or kind}). {repair(self.path)}"
            )
        _ = self.longest
        return numbers, np.dtype(kind)

    def _header_damage(self, why: str) -> str:
        return f"damaged: the header of {self.path} {why}. {repair(self.path)}"

    def _map(self) -> np.ndarray:
        """Map what the file holds now; only whole rows count."""
        size = self.width * self.dtype.itemsize
        count = (os.fstat(self._file).st_size - START) // size
        if not count:
            return np.zeros((0, self.width), self.dtype)
        memory = mmap.mmap(self._file, START + count * size, access=mmap.ACCESS_READ)
        return np.frombuffer(memory, self.dtype, count * self.width, START).reshape(count, self.width)


def _make(path: Path, width: int, dtype: str) -> None:
    """Make a file without rows; if another process is quicker, its file stands."""
    if not 1 <= width < 2**32:
        raise SettingError(f"width must be a whole number from 1 up, got {width!r}.")
    with whole_file(path, replace=False) as draft:
        draft.write_bytes(_header(width, dtype, 0.0).ljust(START, b"\0"))


def _header(width: int, dtype: str, longest: float) -> bytes:
    fields = HEADER.pack(MAGIC, FORMAT, width, dtype.encode(), longest, 0)[:-4]
    return fields + struct.pack("<I", zlib.crc32(fields))


def _whole(header: bytes) -> bool:
    return bool(struct.unpack("<I", header[-4:])[0] == zlib.crc32(header[:-4]))


def mend(path: Path, width: int, dtype: str, rows: int) -> None:
    """Repair the header and the length of a file; what its rows hold is for others to say."""
    if not path.exists():
        _make(path, width, dtype)
    kind = np.dtype(dtype)
    size = width * kind.itemsize
    with path.open("r+b") as stream:
        there = (os.fstat(stream.fileno()).st_size - START) // size
        if there < rows:
            stream.truncate(START + rows * size)
        try:
            VectorFile(path, width, dtype).close()
        except DataError:
            longest = 0.0
            for at in range(0, rows, BLOCK):
                stream.seek(START + at * size)
                part = np.frombuffer(stream.read(size * min(BLOCK, rows - at)), kind).reshape(-1, width)
                with np.errstate(invalid="ignore", over="ignore"):
                    lengths = np.sqrt(np.einsum("ij,ij->i", part, part, dtype=np.float64))
                longest = max(longest, 1.001 * lengths[np.isfinite(lengths)].max(initial=0))
            stream.seek(0)
            stream.write(_header(width, dtype, longest).ljust(START, b"\0"))
        stream.flush()
        os.fsync(stream.fileno())


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY)
    except FileNotFoundError as error:
        raise DataError(f"{path} is not there, expected a file of vectors. {repair(path)}") from error


def _write_all(file: int, content: bytes | memoryview, at: int) -> None:
    """Write all of it: the system may write less than it is asked for."""
    rest = memoryview(content)
    while len(rest):
        count = os.pwrite(file, rest, at)
        rest, at = rest[count:], at + count
