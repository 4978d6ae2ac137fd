"""Vectors of one encoder on disk: files that are only ever added whole, read through memory maps.

Every file (`*.vectors`) holds three arrays in numpy's own format: the keys, S16, the checksum of each key and its
vector, and the vectors. One that does not fit its checksum is not found, and so made anew. A file is there whole or not
at all. When files become many, one writer at a time joins them into one and only then deletes them.
"""

from __future__ import annotations

import json
import os
import secrets
import time
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from filelock import FileLock, Timeout

from withsense_tf.common.atomic_files import whole_file
from withsense_tf.common.limits import read_json, stated_bytes
from withsense_tf.errors import DataError, DataWarning, on_disk

FORMAT: Final = 2
KEY: Final = np.dtype("S16")
# From so many files on they are joined: each costs a look at every start.
MOST_FILES: Final = 16
# A file of more bytes is joined no more: copying it would cost more than it saves.
LARGE: Final = 1 << 30
# A draft that is older was left by a process that was killed.
OLD_DRAFT_SECONDS: Final = 3600


@dataclass(frozen=True, eq=False)
class _File:
    path: Path
    keys: np.ndarray
    sums: np.ndarray
    vectors: np.ndarray  # memory-mapped


class Shelf:
    """The stored vectors of one encoder: `find` them by key, `add` new ones."""

    def __init__(self, folder: Path, identity: str, dtype: str) -> None:
        self.folder = folder
        self.dtype = np.dtype(dtype)
        self._files: dict[str, _File] = {}
        self._damaged_files: set[str] = set()
        self._warned_files: set[Path] = set()
        with on_disk(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._check(identity)
        self._sweep()

    def find(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return which keys are stored, bool (n,), and their vectors, float32 (stored, width)."""
        self._refresh()
        is_stored = np.zeros(len(keys), bool)
        vectors = np.zeros((len(keys), self._width()), np.float32)
        for file in self._files.values():
            missing = np.flatnonzero(~is_stored)
            if not len(missing):
                break
            at = np.searchsorted(file.keys, keys[missing])
            at[at == len(file.keys)] = 0
            here = file.keys[at] == keys[missing]
            # In the order of the file: a disk reads forwards faster.
            order = np.argsort(at[here], kind="stable")
            rows, at = missing[here][order], at[here][order]
            candidates = file.vectors[at]
            whole = self._whole(file, at, candidates)
            vectors[rows[whole]] = candidates[whole]
            is_stored[rows[whole]] = True
        return is_stored, vectors[is_stored]

    def add(self, keys: np.ndarray, vectors: np.ndarray) -> None:
        """Store vectors; when this returns, they are on the disk."""
        if not len(keys):
            return
        if not np.isfinite(vectors).all():
            raise DataError("A vector has numbers that are not finite; nothing of this batch was stored.")
        with np.errstate(over="ignore"):
            numbers = vectors.astype(self.dtype)
        if not np.isfinite(numbers).all():
            raise DataError("A vector has numbers too large for float16; store it as float32.")
        self._refresh()
        keys, first = np.unique(keys, return_index=True)
        self._write(keys, numbers[first])
        self._refresh()
        if len(self._files) > MOST_FILES:
            self._join()

    def _whole(self, file: _File, at: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """Return which of a file's vectors fit their checksums, bool; warn of damaged ones, once a file."""
        whole = checksums(file.keys[at], vectors) == file.sums[at]
        if not whole.all() and file.path not in self._warned_files:
            self._warned_files.add(file.path)
            warnings.warn(
                f"{file.path} is damaged: {np.count_nonzero(~whole):,} of the vectors that were looked for are not "
                "those that were written. They are made anew.",
                DataWarning,
                stacklevel=5,
            )
        return np.asarray(whole)

    def _width(self) -> int:
        """Return the width of the stored vectors; 0 if none is stored yet."""
        return next((file.vectors.shape[1] for file in self._files.values()), 0)

    def _write(self, keys: np.ndarray, vectors: np.ndarray) -> None:
        if self._width() not in (0, vectors.shape[1]):
            raise DataError(
                f"{self.folder} holds vectors of {self._width()} numbers, and this encoder gives {vectors.shape[1]}: "
                "two different encoders have the same identity."
            )
        # Names rise with time, so that the order of the files is that of their making.
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        with whole_file(self.folder / f"{name}.vectors") as draft, draft.open("wb") as stream:
            np.save(stream, keys.astype(KEY))
            np.save(stream, checksums(keys, vectors))
            np.save(stream, vectors)

    def _refresh(self) -> None:
        names = {file.name for file in self.folder.glob("*.vectors")} - self._damaged_files
        self._files = {name: file for name, file in self._files.items() if name in names}
        for name in sorted(names - self._files.keys()):
            try:
                self._files[name] = _open(self.folder / name, self.dtype)
            except FileNotFoundError:
                # Another process joined it into a file with a later name, which is on its list or on the next.
                self._refresh()
                return
            except Exception as error:
                # numpy's reader raises whatever a damaged header makes its parts raise.
                self._damaged_files.add(name)
                warnings.warn(
                    f"{self.folder / name} is damaged ({error}) and not used: its vectors are made anew. Delete it.",
                    DataWarning,
                    stacklevel=5,
                )

    def _join(self) -> None:
        lock = FileLock(self.folder / "join.lock", timeout=0)
        try:
            with lock:
                self._refresh()
                small = [file for file in self._files.values() if file.path.stat().st_size < LARGE]
                if len(small) < 2:
                    return
                # What is damaged is not taken along, nor does it stand before a whole one of the same key.
                whole = [self._whole(file, np.arange(len(file.keys)), file.vectors) for file in small]
                keys = np.concatenate([file.keys[at] for file, at in zip(small, whole, strict=True)])
                vectors = np.concatenate([file.vectors[at] for file, at in zip(small, whole, strict=True)])
                keys, first = np.unique(keys, return_index=True)
                self._write(keys, vectors[first])
                for file in small:
                    file.path.unlink(missing_ok=True)
        except Timeout:
            return  # another process is at it
        except FileNotFoundError:
            pass  # another process has just done it
        self._refresh()

    def _check(self, identity: str) -> None:
        """Write `about.json`, which names the encoder; a folder of another encoder or format is an error."""
        about = {"format": FORMAT, "identity": identity, "dtype": self.dtype.name}
        file = self.folder / "about.json"
        if not file.exists():
            with whole_file(file) as draft:
                draft.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
        try:
            about_folder = read_json(file)
        except ValueError as error:
            raise DataError(
                f"{file} is damaged ({error}). Delete the folder: its vectors can be made anew."
            ) from error
        if about_folder != about:
            raise DataError(
                f"{self.folder} holds other vectors than expected: {about_folder} instead of {about}. "
                "Choose another folder, or delete this one: its vectors can be made anew."
            )

    def _sweep(self) -> None:
        for draft in self.folder.glob("*.draft"):
            try:
                if time.time() - draft.stat().st_mtime > OLD_DRAFT_SECONDS:
                    draft.unlink()
            except FileNotFoundError:
                continue


def checksums(keys: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Return the CRC-32 of each key and its vector, uint32, (keys,)."""
    names, rows = keys.astype(KEY), np.ascontiguousarray(vectors)
    sums = [zlib.crc32(row.data, zlib.crc32(name)) for name, row in zip(names.tolist(), rows, strict=True)]
    return np.array(sums, np.uint32)


def _array(stream: BinaryIO) -> np.ndarray:
    """Read the next array, if the file can hold what its header states."""
    start = stream.tell()
    if stated_bytes(stream) > os.fstat(stream.fileno()).st_size:
        raise ValueError("its end is missing")
    stream.seek(start)
    return np.asarray(np.load(stream, allow_pickle=False))


def _open(path: Path, expected_dtype: np.dtype[Any]) -> _File:
    with path.open("rb") as stream:
        keys, sums = _array(stream), _array(stream)
        version = np.lib.format.read_magic(stream)
        if version != (1, 0):
            raise ValueError(f"array format {version}")
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
        start = stream.tell()
        size = os.fstat(stream.fileno()).st_size
    if keys.dtype != KEY or keys.ndim != 1 or dtype != expected_dtype or fortran:
        raise ValueError("it holds something else")
    if len(shape) != 2 or not len(keys) == len(sums) == shape[0] or sums.dtype != np.uint32:
        raise ValueError("it holds something else")
    if size != start + shape[0] * shape[1] * dtype.itemsize:
        raise ValueError("its end is missing")
    return _File(path, keys, sums, np.memmap(path, dtype, "r", start, shape))
