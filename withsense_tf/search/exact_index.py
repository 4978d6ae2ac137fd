"""Exact search: every vector is looked at, as fast as memory gives it.

A score is always computed in one way, row by row (`np.vecdot`), so it depends on the row and the query alone: not
on k, on filters, on how the rows are cut into blocks, or on how many cores there are. A matrix product is quicker
for many queries, but a little off, and differently so at the edges of a block: there it only picks the rows that are
scored again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from withsense_tf.errors import DataError, SettingError
from withsense_tf.search.cores import share
from withsense_tf.search.index import Fact, Found, Keep, VectorIndex
from withsense_tf.search.leaders import Exact, Leaders
from withsense_tf.search.vector_file import VectorFile

# Up to so many queries are scored one after the other against a block in the cache; with more a matrix product pays.
FEW: Final = 8
# A block, in bytes of float32: so large that Python's part of it hardly counts, so small that cores share them well.
BLOCK: Final = 4 << 20
# So many scores are kept until the best are picked, and so many rows are looked at together then.
SCORES: Final = 1 << 24
PICKED: Final = 1 << 14
# A filter that keeps less than one row of so many has its rows gathered; else all are scored and the others dropped.
GATHERED: Final = 3
# So many pairs are scored again at once, so that a bad case does not need memory without end.
PAIRS: Final = 4096
# A float16's bits, moved to the place of a float32's, read as the value times 2 ** -112.
HALF_SCALE: Final = 112
HALF_BITS: Final = np.int32(-0x70002000)


class ExactIndex(VectorIndex):
    """All vectors in one memory-mapped file in `folder`, as float32 or, in half the space, float16.

    With a `width`, a missing index is made; without one, it must be there.
    """

    def __init__(self, folder: str | Path, width: int | None = None, dtype: str | None = None) -> None:
        self._file = VectorFile(Path(folder) / "rows.vectors", width, dtype)
        self.width = self._file.width
        self.dtype = self._file.dtype.name

    def write(self, at: int, vectors: np.ndarray, facts: Sequence[Mapping[str, Fact]] | None = None) -> None:  # noqa: ARG002  # columns are the catalog's
        """Put vectors into the rows from `at` on; on return they are on the disk."""
        self._file.write(at, np.asarray(vectors))

    def search(self, queries: np.ndarray, k: int, rows: int, keep: Keep | None = None) -> Found:
        """Return the best k of the first `rows` rows for each query; a filter counts before the best are taken."""
        queries = self._checked(queries)
        if k < 1 or rows < 0:
            raise SettingError(f"expected k from 1 up and rows from 0 up, got k={k!r} and rows={rows!r}.")
        stored = self._file.rows(rows)
        kept = None if keep is None else np.asarray(keep.rows(), np.int64)
        if kept is not None:
            kept = kept[: np.searchsorted(kept, rows)]
        if not len(queries) or not (rows if kept is None else len(kept)):
            return Leaders(len(queries), k, np.zeros(len(queries), np.float32)).found()
        scan = _Scan(stored, kept, queries, k, self._file.longest)
        found = scan.one_by_one() if len(queries) <= FEW else scan.together()
        return replace(found, scores=np.ldexp(found.scores, scan.exponents))

    def get(self, rows: np.ndarray) -> np.ndarray:
        """Return the vectors of some rows, float32 (rows, width)."""
        rows = np.asarray(rows, np.int64)
        if rows.min(initial=0) < 0:
            raise SettingError(f"expected rows from 0 up, got {rows.min()}.")
        found: np.ndarray = self._file.rows(int(rows.max(initial=-1)) + 1)[rows].astype(np.float32)
        return found

    def remove(self, rows: np.ndarray) -> None:
        """Keep them: rows that nobody asks for cost nothing but space."""

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _checked(self, queries: np.ndarray) -> np.ndarray:
        queries = np.ascontiguousarray(queries, np.float32)
        if queries.ndim != 2 or queries.shape[1] != self.width:
            raise SettingError(f"expected queries of shape (n, {self.width}), got {queries.shape}.")
        if not np.isfinite(queries).all():
            raise DataError(
                "A query has numbers that are not finite, expected finite ones; check what made it."
            )
        return queries


class _Scan:
    """One search through the rows, or through those of them that are kept."""

    def __init__(
        self, stored: np.ndarray, kept: np.ndarray | None, queries: np.ndarray, k: int, longest: float
    ) -> None:
        rows, width = stored.shape
        self.stored, self.kept, self.k = stored, kept, k
        self.gather = kept is not None and len(kept) * GATHERED < rows
        self.count = len(kept) if kept is not None and self.gather else rows
        self.step = max(1, BLOCK // (4 * width))
        half = stored.dtype == np.float16
        # Scores are powers of two too small or too large until the end, where that is undone without a loss.
        self.exponents = np.zeros((len(queries), 1), np.int32)
        lengths = np.sqrt(np.einsum("ij,ij->i", queries, queries, dtype=np.float64))
        if half:
            self.exponents = np.frexp(np.abs(queries).max(axis=1, keepdims=True))[1]
            queries = np.ldexp(queries, HALF_SCALE - self.exponents)
            lengths = np.ldexp(lengths, -self.exponents[:, 0])
        self.queries = queries
        self.columns = np.ascontiguousarray(queries.T)
        # Two sums of `width` products, in any order, differ by at most this; the last part is for tiny numbers.
        self.off = 2 * (width + 2) * 2.0**-24 * lengths * longest + width * 2.0**-126

    def one_by_one(self) -> Found:
        """Score each query alone, on all cores; the best are picked when that is done, in one go."""
        queries = len(self.queries)
        leaders = Leaders(queries, self.k, np.zeros(queries, np.float32))
        portion = max(1, SCORES // queries)
        for first in range(0, self.count, portion):
            rows = range(first, min(first + portion, self.count))
            scores = np.empty((len(rows), queries), np.float32)
            share(partial(self._score, scores, rows), range(rows.start, rows.stop, self.step))
            for at in range(0, len(rows), PICKED):
                part = scores[at : at + PICKED]
                self._pick(leaders, part, first + at, partial(_look_up, part))
        return leaders.found()

    def together(self) -> Found:
        """Multiply matrices; the library that does it uses all cores by itself."""
        with np.errstate(over="ignore"):
            leaders = Leaders(len(self.queries), self.k, self.off.astype(np.float32))
        room = self._room()
        products = np.empty((self.step, len(self.queries)), np.float32)
        for start in range(0, self.count, self.step):
            block = self._block(start, min(start + self.step, self.count), room)
            scores = np.matmul(block, self.columns, out=products[: len(block)])
            self._pick(leaders, scores, start, partial(_score_pairs, block, self.queries))
        return leaders.found()

    def _score(self, scores: np.ndarray, rows: range, starts: Iterator[int]) -> None:
        # Hardly anything but numpy's calls, which leave Python's lock: so the cores do not wait for each other.
        room = self._room()
        for start in starts:
            stop = min(start + self.step, rows.stop)
            block, out = self._block(start, stop, room), scores[start - rows.start : stop - rows.start]
            for at, query in enumerate(self.queries):
                np.vecdot(block, query, out=out[:, at])

    def _pick(self, leaders: Leaders, scores: np.ndarray, start: int, exact: Exact) -> None:
        """Let the leaders look at scores of rows from `start` on, those that the filter keeps."""
        if self.kept is None:
            leaders.take(scores, start, exact)
        elif self.gather:
            leaders.take(scores, self.kept[start : start + len(scores)], exact)
        else:
            first, last = np.searchsorted(self.kept, (start, start + len(scores)))
            rows = self.kept[first:last]
            leaders.take(scores[rows - start], rows, lambda local, query: exact(rows[local] - start, query))

    def _room(self) -> tuple[np.ndarray, np.ndarray]:
        """Return room for a block of float32, and for what is gathered; none is taken before it is used."""
        floats = np.empty((self.step, self.stored.shape[1]), np.float32)
        return floats, floats if self.stored.dtype == np.float32 else np.empty(floats.shape, np.float16)

    def _block(self, start: int, stop: int, room: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        """Return a block of rows as float32, without a copy where they lie there so."""
        floats, gathered = (part[: stop - start] for part in room)
        if self.kept is not None and self.gather:
            # The mode does not matter for rows that are there, but the others are slower.
            block = np.take(self.stored, self.kept[start:stop], axis=0, out=gathered, mode="clip")
        else:
            block = self.stored[start:stop]
        return block if block.dtype == np.float32 else _widen(block, floats)


def _look_up(scores: np.ndarray, local: np.ndarray, query: np.ndarray) -> np.ndarray:
    found: np.ndarray = scores[local, query]
    return found


def _score_pairs(block: np.ndarray, queries: np.ndarray, local: np.ndarray, query: np.ndarray) -> np.ndarray:
    scores = np.empty(len(local), np.float32)
    for at in range(0, len(local), PAIRS):
        part = slice(at, at + PAIRS)
        scores[part] = np.vecdot(block[local[part]], queries[query[part]])
    return scores


def _widen(block: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Turn float16 into float32 times 2 ** -112, several times as fast as a cast: numpy casts number by number."""
    bits = out.view(np.int32)
    np.copyto(bits, block.view(np.int16))
    np.left_shift(bits, 13, out=bits)
    np.bitwise_and(bits, HALF_BITS, out=bits)
    return out
