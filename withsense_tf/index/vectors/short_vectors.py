"""A short copy of vectors, by which a search sees at once which rows cannot be among the best.

Of each vector x it holds a, its numbers along the directions P in which the vectors differ most, as whole numbers from
-127 to 127 times one scale (together A), and the lengths of a - A and of the rest r = x - P'a. A query q has its own
numbers b = Pq, rounded so to B, and q - P'b is left of it. Whatever P is,

    q.x = B.A + (b - B).A + b.(a - A) + q.r,    and    |q.r| <= |q - P'b| |r| + |b| |Pr|,

by Cauchy and Schwarz, as for the two parts between; Pr is 0 but for rounding, and B.A is a whole number, which every
processor finds. So a row whose bound lies below the score of k others is none of the best k. All that is left is scored
by the vectors themselves, and the answer is that of scoring every row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

import numpy as np
import simsimd

from withsense_tf.index.vectors.products import put_products
from withsense_tf.index.vectors.tie_rule import rank_order
from withsense_tf.index.vectors.vector_index import Nearest

# The scores of some rows for the query, float32.
Score = Callable[[np.ndarray], np.ndarray]

# So many directions of each are kept: of 213 numbers 64. More need longer to read, and fewer leave more rows to score.
SHARE: Final = 3
MULTIPLE: Final = 32
# Of more, a product would not be a whole number of float32.
MOST_DIRECTIONS: Final = 1_024
# The largest of the whole numbers.
LARGEST: Final = 127
# The directions are learned from so many rows.
LEARNED_FROM: Final = 8_192
# A copy is made of so many rows at a time.
STEP: Final = 4_096
# For fewer or narrower vectors, all of them are read as quickly.
LEAST_ROWS: Final = 8_192
LEAST_WIDTH: Final = 64
# A larger copy would take more memory than it is worth to each process that serves.
MOST_BYTES: Final = 1 << 28
# To make a copy takes as long as to read all vectors so often.
REPAID: Final = 16
# So many times k rows that look best are scored first: they say what the others must reach. At least so many of them.
FIRST: Final = 4
LEAST_FIRST: Final = 256
# One row of so many says how the products lie.
SPREAD: Final = 8
# Where more than one row of so many is left, reading all is as quick.
WORTH: Final = 8
# Of float32, how far a number may be off, and the least that is not rounded away.
ROUNDING: Final = 2.0**-24
TINY: Final = 2.0**-126


@dataclass(frozen=True, eq=False)
class ShortVectors:
    """A short copy of vectors.

    `basis` are the directions (d, width); `codes` what each row is along them, as whole numbers (rows, d), to be taken
    times its `scale`; `losses` at least how long is what that leaves out, and `rest` at least how long the rest of
    each row is (rows,). No row is longer than `longest`, nor along the directions than `longest_along`; `askew` says
    how far the directions are from being at right angles.
    """

    basis: np.ndarray
    codes: np.ndarray
    scale: np.ndarray
    losses: np.ndarray
    rest: np.ndarray
    longest: float
    longest_along: float
    askew: float

    def __len__(self) -> int:
        return len(self.rest)

    @classmethod
    def of(cls, vectors: np.ndarray) -> ShortVectors | None:
        """Make the short copy of vectors (rows, width), if it is worth while."""
        count, width = vectors.shape
        numbers = min(MOST_DIRECTIONS, max(MULTIPLE, width // SHARE // MULTIPLE * MULTIPLE))
        if count < LEAST_ROWS or width < LEAST_WIDTH or count * (numbers + 12) > MOST_BYTES:
            return None
        basis = _directions(vectors[:: max(1, count // LEARNED_FROM)], numbers)
        if basis is None:
            return None
        codes = np.empty((count, numbers), np.int8)
        scale, losses, rest = (np.empty(count, np.float32) for _ in range(3))
        longest = longest_along = 0.0
        for at in range(0, count, STEP):
            part = slice(at, at + STEP)
            block = np.asarray(vectors[part], np.float32)
            here = _products(block, basis)
            lengths, short = _lengths(block), _lengths(here)
            if not np.isfinite(lengths).all():
                return None  # what is damaged is for the full search to meet
            codes[part], scale[part] = _whole_numbers(here)
            loss = _lengths(here - codes[part] * scale[part, None].astype(np.float64))
            losses[part] = (1 + 4 * ROUNDING) * loss + TINY
            longest, longest_along = max(longest, lengths.max()), max(longest_along, (short + loss).max())
            # A product of float32 is off by so much at most, and a length is rounded up.
            off = (numbers + 3) * ROUNDING * np.sqrt(numbers) * 1.01 * short + 4 * ROUNDING * lengths
            rest[part] = (1 + 4 * ROUNDING) * (_lengths(block - here @ basis) + off) + TINY
        exact = basis.astype(np.float64)
        askew = float(np.linalg.norm(np.eye(numbers) - exact @ exact.T)) * 1.01
        return cls(basis, codes, scale, losses, rest, longest * 1.001, longest_along * 1.001, askew)

    def nearest(self, query: np.ndarray, k: int, rows: int, score: Score, slack: float) -> Nearest | None:
        """Return the best k of the first `rows` rows; None where the copy does not help.

        A score is at most `slack` off from the product of a row and the query.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            return self._nearest(query, k, rows, score, slack)

    def _nearest(self, query: np.ndarray, k: int, rows: int, score: Score, slack: float) -> Nearest | None:
        products, bounds, off = self.bounds(query, rows)
        off += slack
        if not np.isfinite(off) or not k <= rows // WORTH:
            return None
        some = products[::SPREAD]
        place = max(FIRST * k, LEAST_FIRST) // SPREAD
        look_good = products >= np.partition(some, len(some) - place)[len(some) - place]
        first = np.flatnonzero(look_good)
        if not k <= len(first) <= rows // WORTH:
            return None
        scores = score(first)
        bar = np.partition(scores, len(scores) - k)[len(scores) - k]
        # Rounded down, and where anything is no number, it may be among the best.
        least = np.nextafter(np.float32(float(bar) - off), np.float32(-np.inf))
        others = np.flatnonzero(~(bounds < least) & ~look_good)
        if len(others) > rows // WORTH:
            return None
        candidates, scores = np.concatenate([first, others]), np.concatenate([scores, score(others)])
        best = rank_order(scores, candidates)[:k]
        return Nearest(candidates[best][None], scores[best][None])

    def bounds(self, query: np.ndarray, rows: int) -> tuple[np.ndarray, np.ndarray, float]:
        """Return about what the product of a query with each of the first rows is, a bound, and how far that is off.

        No product lies above its bound by more than that.
        """
        whole = query.astype(np.float64)
        along = self.basis.astype(np.float64) @ whole
        (codes,), (scale,) = _whole_numbers(along[None])
        loss = float(np.linalg.norm(along - codes * np.float64(scale)))
        length = np.float32(np.linalg.norm(along) * (1 + 4 * ROUNDING))
        left = np.float32(np.linalg.norm(whole - along @ self.basis) * (1 + 4 * ROUNDING))
        # Given an `out`, it returns a None that it does not own (6.5.16).
        products = np.asarray(simsimd.cdist(self.codes[:rows], codes[None], "dot", out_dtype="float32"))
        products = products.reshape(-1) * (self.scale[:rows] * scale)
        bounds = self.rest[:rows] * left
        bounds += self.losses[:rows] * length
        bounds += products
        return products, bounds, self._off(float(length), float(left), loss)

    def _off(self, along: float, left: float, loss: float) -> float:
        """Return how far a bound may lie below a row's product, for a query that is so long along the directions.

        Rounding took so much of its numbers (`loss`).
        """
        numbers, width = self.basis.shape
        # What is left has a part along the directions after all: by rounding, and where these are askew.
        inside = along * ((width + 2) * ROUNDING * np.sqrt(numbers) * 1.01 * self.longest)
        inside += along * self.askew * self.longest_along
        last = 8 * ROUNDING * (2 * along * self.longest_along + left * 2 * self.longest)
        return float(1.001 * loss * self.longest_along + inside + last + (numbers + width) * TINY)


class ShortCopies:
    """The short copy of a file of vectors, made when it will have paid, and made anew when the file was changed."""

    def __init__(self) -> None:
        self._lock = Lock()
        # What the file was like, and its copy, if that is worth while.
        self._newest: tuple[tuple[int, ...], int, ShortVectors | None] = ((), 0, None)
        self._stamp_of_searches: tuple[int, ...] = ()
        self._searches = 0

    def of(
        self, vectors: np.ndarray, stamp: tuple[int, ...] | None, now: bool = False
    ) -> ShortVectors | None:
        """Return the short copy of vectors whose file has a `stamp`; None where there is none (yet).

        One is made after some searches, or `now`. A file that is being changed has no stamp.
        """
        if stamp is None:
            return None
        stamp_before, rows, copy = self._newest
        if stamp_before == stamp and len(vectors) <= rows:
            return copy
        # While another thread makes one nobody need wait for it.
        if not self._lock.acquire(blocking=now):
            return None
        try:
            self._searches = 1 if self._stamp_of_searches != stamp else self._searches + 1
            self._stamp_of_searches = stamp
            if not now and self._searches < REPAID:
                return None
            copy = ShortVectors.of(vectors)
            self._newest = stamp, len(vectors), copy
            return copy
        finally:
            self._lock.release()


def _directions(some: np.ndarray, numbers: int) -> np.ndarray | None:
    """Return the directions in which vectors differ most, float32 (numbers, width); None where they are no numbers."""
    block = np.asarray(some, np.float64)
    squares = block.T @ block
    if not np.isfinite(squares).all():
        return None
    directions: np.ndarray = np.linalg.eigh(squares)[1][:, ::-1][:, :numbers].T
    return np.ascontiguousarray(directions, np.float32)


def _whole_numbers(block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rows as whole numbers, int8, and what each row of them is to be taken times, float32."""
    scale = np.maximum(np.abs(block).max(axis=1) / LARGEST, TINY).astype(np.float32)
    return np.clip(np.rint(block / scale[:, None]), -LARGEST, LARGEST).astype(np.int8), scale


def _products(block: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Return what rows are along the directions, a few rows at a time, which one core does by itself."""
    out = np.empty((len(block), len(basis)), np.float32)
    put_products(block, basis, np.ascontiguousarray(basis.T), out)
    return out


def _lengths(block: np.ndarray) -> np.ndarray:
    lengths: np.ndarray = np.sqrt(np.einsum("ij,ij->i", block, block, dtype=np.float64))
    return lengths
