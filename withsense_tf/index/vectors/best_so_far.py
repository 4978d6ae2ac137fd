"""The best rows of each query so far, as blocks of scores come by.

Nearly all scores are below what is needed by then, so a block costs one comparison a score. Scores may come from a
quick product that is a little off: rows that could be among the best are then scored again, always in the same way,
so that an answer depends neither on the blocks nor on the library's kernels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from withsense_tf.index.vectors.tie_rule import rank_order
from withsense_tf.index.vectors.vector_index import Nearest

# The numbers of rows, from their places in a block.
Rows = Callable[[np.ndarray], np.ndarray]
# The scores of some pairs of a row and a query: (rows, queries) -> float32.
Exact = Callable[[np.ndarray, np.ndarray], np.ndarray]

# The best so far are sorted out when so many times as many wait: seldom, since it costs more than a block does.
SETTLE: Final = 8
# From so many rows of a block the first bar is taken, or from one of so many if these are more, or if k asks for it.
# To find the bar costs less than to score again what a low one lets through.
SOME: Final = 8192
SPREAD: Final = 8


class BestSoFar:
    """The best `k` rows of each query, by the rule of ties.

    Scores of blocks are at most `slack` (queries,) off from the exact ones.
    """

    def __init__(self, queries: int, k: int, slack: np.ndarray) -> None:
        self.queries = queries
        self.k = k
        self._slack = slack
        # What a row's exact score must reach, for each query: there are k rows that do.
        self._bar = np.full(queries, -np.inf, np.float32)
        self._best = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))
        self._waiting: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._count = 0

    def take(self, scores: np.ndarray, rows: Rows, exact: Exact) -> None:
        """Take the scores (rows, queries) of a block that was not taken yet."""
        hits = self._near(scores)
        count = np.count_nonzero(hits)
        if count > SETTLE * self.k * self.queries and len(scores) > self.k:
            # There is no bar yet, or rows come in a bad order: some rows of the block tell what is enough.
            some = scores[:: max(1, len(scores) // max(SOME, len(scores) // SPREAD, 4 * self.k))]
            at = len(some) - self.k
            self._raise(np.partition(some, at, axis=0)[at] - self._slack)
            hits = self._near(scores)
        elif not count:
            return
        # In one dimension numpy finds them ten times as fast.
        local, query = np.divmod(np.flatnonzero(hits), self.queries)
        row = rows(local)
        score = exact(row, query)
        # What is no number is never among the best.
        reached = score >= self._bar[query]
        self._waiting.append((query[reached], row[reached], score[reached]))
        self._count += int(np.count_nonzero(reached))
        if self._count > SETTLE * self.k * self.queries:
            self._settle()

    def join(self, other: BestSoFar) -> None:
        """Take over what another one has found in other blocks."""
        self._waiting += [other._best, *other._waiting]

    def nearest(self) -> Nearest:
        """Return the best rows of each query."""
        self._settle()
        query, row, score = self._best
        rows = np.full((self.queries, self.k), -1, np.int64)
        scores = np.full((self.queries, self.k), -np.inf, np.float32)
        place = _places(query)
        rows[query, place], scores[query, place] = row, score
        return Nearest(rows, scores)

    def _settle(self) -> None:
        query, row, score = (np.concatenate(parts) for parts in zip(self._best, *self._waiting, strict=True))
        order = rank_order(score, row, query)
        query, row, score = query[order], row[order], score[order]
        place = _places(query)
        enough = place == self.k - 1
        bar = np.full(self.queries, -np.inf, np.float32)
        bar[query[enough]] = score[enough]
        self._raise(bar)
        best = place < self.k
        self._best = (query[best], row[best], score[best])
        self._waiting, self._count = [], 0

    def _near(self, scores: np.ndarray) -> np.ndarray:
        """Return which scores may be exact ones that reach the bar; one that is no number tells nothing, so it may."""
        near: np.ndarray = ~(scores < self._bar - self._slack)
        return near

    def _raise(self, bar: np.ndarray) -> None:
        # Where nothing is known of a product, a bar made from it is no number.
        self._bar = np.fmax(self._bar, bar)


def _places(query: np.ndarray) -> np.ndarray:
    """Return the place of each entry among those of its query, from 0; `query` is sorted."""
    place: np.ndarray = np.arange(len(query)) - np.searchsorted(query, query)
    return place
