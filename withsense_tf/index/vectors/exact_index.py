"""Exact search: every vector is looked at, as fast as memory gives it.

A score is always computed in one way, row by row (`np.vecdot`), so it depends on the row and the query alone: not
on k, on filters, on how the rows are cut into blocks, or on how many cores there are. Quick products (`products`)
are a little off, and differently so from one processor to another: they only pick the rows that are scored again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from withsense_tf.errors import DataError, SettingError
from withsense_tf.index.vectors.best_so_far import BestSoFar
from withsense_tf.index.vectors.cores import share
from withsense_tf.index.vectors.products import PRODUCT, put_products
from withsense_tf.index.vectors.shared_scans import SharedScans
from withsense_tf.index.vectors.short_vectors import ShortCopies, ShortVectors
from withsense_tf.index.vectors.vector_file import VectorFile
from withsense_tf.index.vectors.vector_index import Fact, Keep, Nearest, VectorIndex

# So many queries are asked together at most, and fewer of wide vectors, so that a product has 4 rows or more.
MOST: Final = 64
LEAST_PRODUCT: Final = PRODUCT // 4
# A block, in bytes of float32: so large that Python's part of it hardly counts, so small that cores share them well.
BLOCK: Final = 4 << 20
# Where rows are copied into a block it shall stay in the cache of a core.
COPY_BLOCK: Final = 1 << 20
# A small index is cut into so many blocks, so that the cores finish together, but not into smaller ones than this.
SHARES: Final = 8
LEAST: Final = 1 << 19
# The best are picked when so many products wait, which takes about as long in Python however many they are.
PRODUCTS: Final = 1 << 16
# A filter that keeps less than one row of so many has its rows gathered; else all are scored and the others dropped.
GATHER_BELOW: Final = 3
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
        self._scans = SharedScans(MOST)
        self._copies = ShortCopies()

    def write(self, at: int, vectors: np.ndarray, facts: Sequence[Mapping[str, Fact]] | None = None) -> None:  # noqa: ARG002  # columns are the catalog's
        """Write vectors into the rows from `at` on; on return they are on the disk."""
        self._file.write(at, np.asarray(vectors))

    def search(self, queries: np.ndarray, k: int, rows: int, keep: Keep | None = None) -> Nearest:
        """Return the best k of the first `rows` rows for each query; a filter counts before the best are taken."""
        queries = self._check(queries)
        if k < 1 or rows < 0:
            raise SettingError(f"expected k from 1 up and rows from 0 up, got k={k!r} and rows={rows!r}.")
        self._file.rows(rows)  # a file that was closed, or has fewer, is an error whatever is asked
        allowed_rows = None if keep is None else np.asarray(keep.rows(), np.int64)
        if allowed_rows is not None:
            allowed_rows = allowed_rows[: np.searchsorted(allowed_rows, rows)]
        if not len(queries) or not (rows if allowed_rows is None else len(allowed_rows)):
            return BestSoFar(len(queries), k, np.zeros(len(queries), np.float32)).nearest()
        if keep is None and len(queries) == 1:
            nearest = self._by_short_copy(queries, k, rows)
            return self._scans.search(self._scan, queries, k, rows) if nearest is None else nearest
        return self._scan(queries, k, rows, allowed_rows)

    def warm_up(self, rows: int) -> None:
        """Read the vectors, and make their short copy."""
        self._short_copy(rows, now=True)

    def _short_copy(self, rows: int, now: bool = False) -> ShortVectors | None:
        if self.dtype != "float32":
            return None
        # The stamp first: what is written meanwhile has another one at the next look.
        stamp = self._file.stamp()
        return self._copies.of(self._file.rows(rows), stamp, now)

    def _by_short_copy(self, queries: np.ndarray, k: int, rows: int) -> Nearest | None:
        copy = self._short_copy(rows)
        if copy is None:
            return None
        vectors, query = self._file.rows(rows), queries[0]
        slack = _slack(self.width, _lengths(queries) * self._file.longest, 0.0)
        return copy.nearest(query, k, rows, lambda some: _scores(vectors, some, query), float(slack[0]))

    def _scan(
        self, queries: np.ndarray, k: int, rows: int, allowed_rows: np.ndarray | None = None
    ) -> Nearest:
        vectors, longest = self._file.rows(rows), self._file.longest
        most = min(MOST, max(1, LEAST_PRODUCT // self.width))
        parts = [
            _Scan(vectors, allowed_rows, queries[at : at + most], k, longest).nearest()
            for at in range(0, len(queries), most)
        ]
        return Nearest(np.concatenate([p.rows for p in parts]), np.concatenate([p.scores for p in parts]))

    def get(self, rows: np.ndarray) -> np.ndarray:
        """Return the vectors of some rows, float32 (rows, width)."""
        rows = np.asarray(rows, np.int64)
        if rows.min(initial=0) < 0:
            raise SettingError(f"expected rows from 0 up, got {rows.min()}.")
        vectors: np.ndarray = self._file.rows(int(rows.max(initial=-1)) + 1)[rows].astype(np.float32)
        return vectors

    def remove(self, rows: np.ndarray) -> None:
        """Do nothing: rows that nobody asks for cost nothing but space."""

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _check(self, queries: np.ndarray) -> np.ndarray:
        queries = np.ascontiguousarray(queries, np.float32)
        if queries.ndim != 2 or queries.shape[1] != self.width:
            raise SettingError(f"expected queries of shape (n, {self.width}), got {queries.shape}.")
        if not np.isfinite(queries).all():
            raise DataError(
                "A query has numbers that are not finite, expected finite ones; check what made it."
            )
        return queries


class _Scan:
    """One search through the vectors, or through those of the rows that a filter allows."""

    def __init__(
        self,
        vectors: np.ndarray,
        allowed_rows: np.ndarray | None,
        queries: np.ndarray,
        k: int,
        longest: float,
    ) -> None:
        rows, width = vectors.shape
        self.vectors, self.allowed_rows, self.k = vectors, allowed_rows, k
        self.gather = allowed_rows is not None and len(allowed_rows) * GATHER_BELOW < rows
        self.count = len(allowed_rows) if allowed_rows is not None and self.gather else rows
        half = vectors.dtype == np.float16
        self.widened = half and len(queries) > 1
        most = COPY_BLOCK if self.widened or self.gather else BLOCK
        fair = max(LEAST, 4 * width * self.count // SHARES)
        self.step = max(1, min(most, fair, BLOCK) // (4 * width))
        # Scores are powers of two too small or too large until the end, where that is undone without a loss.
        self.exponents = np.zeros((len(queries), 1), np.int32)
        if half:
            self.exponents = np.frexp(np.abs(queries).max(axis=1, keepdims=True))[1]
        near_one = np.ldexp(queries, -self.exponents)
        self.queries = np.ldexp(near_one, HALF_SCALE) if half else queries
        # One query is asked in the type of the rows, which are then not widened.
        self.quick = self.queries if self.widened else near_one.astype(vectors.dtype)
        self.columns = np.ascontiguousarray(self.quick.T)
        rounding = 0.0 if self.widened else _lengths(near_one - self.quick)
        self.slack = _slack(width, _lengths(near_one) * longest, rounding * longest)

    def nearest(self) -> Nearest:
        """Return the best rows of each query, with scores as they are."""
        best, *others = share(self._look, range(0, self.count, self.step))
        for other in others:
            best.join(other)
        nearest = best.nearest()
        return replace(nearest, scores=np.ldexp(nearest.scores, self.exponents))

    def _look(self, starts: Iterator[int]) -> BestSoFar:
        """Multiply block by block, and pick the best now and then: so the cores seldom wait for Python's lock."""
        best = BestSoFar(len(self.queries), self.k, self.slack)
        room = self._room()
        products = np.empty((max(self.step, PRODUCTS // len(self.queries)), len(self.queries)), np.float32)
        # Of each block that waits: which of the rows that are looked at is its first, and where it ends in `products`.
        firsts, ends = [], [0]
        # Products that are too large tell nothing, and their rows are scored again.
        with np.errstate(over="ignore", invalid="ignore"):
            for start in starts:
                stop = min(start + self.step, self.count)
                out = products[ends[-1] : ends[-1] + stop - start]
                put_products(self._block(start, stop, room), self.quick, self.columns, out)
                first, last = self._keep(out, start, stop)
                firsts.append(first)
                ends.append(ends[-1] + last - first)
                if ends[-1] + self.step > len(products):
                    self._pick(best, products[: ends[-1]], firsts, ends)
                    firsts, ends = [], [0]
            self._pick(best, products[: ends[-1]], firsts, ends)
        return best

    def _keep(self, products: np.ndarray, start: int, stop: int) -> tuple[int, int]:
        """Move products of allowed rows to the front; return the places of their rows among these."""
        if self.allowed_rows is None or self.gather:
            return start, stop
        first, last = np.searchsorted(self.allowed_rows, (start, stop)).tolist()
        products[: last - first] = products[self.allowed_rows[first:last] - start]
        return first, last

    def _pick(self, best: BestSoFar, products: np.ndarray, firsts: list[int], ends: list[int]) -> None:
        def rows(local: np.ndarray) -> np.ndarray:
            block = np.searchsorted(ends, local, side="right") - 1
            places = local + np.subtract(firsts, ends[:-1])[block]
            return places if self.allowed_rows is None else self.allowed_rows[places]

        best.take(products, rows, self.score)

    def score(self, rows: np.ndarray, query: np.ndarray) -> np.ndarray:
        """Return the scores, as they are, of pairs of a row and a query."""
        scores = np.empty(len(rows), np.float32)
        for at in range(0, len(rows), PAIRS):
            part = slice(at, at + PAIRS)
            vectors = self.vectors[rows[part]]
            if vectors.dtype == np.float16:
                vectors = _widen(vectors, np.empty(vectors.shape, np.float32))
            scores[part] = np.vecdot(vectors, self.queries[query[part]])
        return scores

    def _room(self) -> tuple[np.ndarray, np.ndarray]:
        """Return room for a block of float32, and for what is gathered; none is taken before it is used."""
        shape = (self.step, self.vectors.shape[1])
        return np.empty(shape, np.float32), np.empty(shape, self.vectors.dtype)

    def _block(self, start: int, stop: int, room: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        """Return a block of rows in the type of the quick queries, without a copy where they lie there so."""
        floats, copies = (part[: stop - start] for part in room)
        if self.allowed_rows is not None and self.gather:
            # The mode does not matter for rows that are there, but the others are slower.
            block = np.take(self.vectors, self.allowed_rows[start:stop], axis=0, out=copies, mode="clip")
        else:
            block = self.vectors[start:stop]
        return _widen(block, floats) if self.widened else block


def _scores(vectors: np.ndarray, rows: np.ndarray, query: np.ndarray) -> np.ndarray:
    """Return the scores of rows of float32 for one query."""
    parts = [rows[at : at + PAIRS] for at in range(0, max(1, len(rows)), PAIRS)]
    return np.concatenate([np.vecdot(vectors[part], query) for part in parts])


def _lengths(queries: np.ndarray) -> np.ndarray:
    lengths: np.ndarray = np.sqrt(np.einsum("ij,ij->i", queries, queries, dtype=np.float64))
    return lengths


def _slack(width: int, lengths: np.ndarray, rounding: np.ndarray | float) -> np.ndarray:
    """Return how far two sums of `width` products may lie apart, summed up in any order: (queries,) in float32.

    `lengths` is a row's greatest length times that of each query, and `rounding` times that of what a query lost.
    """
    # The two more than the width are for the rounding of what is compared; the last part is for tiny numbers.
    sum_error = (width + 2) * 2.0**-24
    slack = 2 * sum_error / (1 - sum_error) * lengths + rounding * (1 + 2.0**-20) + width * 2.0**-126
    # Where a part of the sum may be too large for a float32, nothing is known.
    return np.where((lengths < 2.0**126) & (sum_error < 0.5), slack, np.inf).astype(np.float32)


def _widen(block: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Turn float16 into float32 times 2 ** -112, several times as fast as a cast: numpy casts number by number."""
    bits = out.view(np.int32)
    # With a `dtype`, numpy makes int32 of a small part at a time, in the nearest cache.
    np.left_shift(block.view(np.int16), 13, out=bits, dtype=np.int32)
    np.bitwise_and(bits, HALF_BITS, out=bits)
    return out
