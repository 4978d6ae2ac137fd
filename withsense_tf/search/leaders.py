"""The best rows of each query so far, as blocks of scores come by.

Nearly all scores are below what is needed by then, so a block costs one comparison a score. Scores may come from a
quick product that is a little off: rows that could be among the best are then scored again, always in the same way,
so that an answer depends neither on the blocks nor on the library's kernels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from withsense_tf.search.index import Found

# The scores of some pairs of a row in the block and a query: (rows, queries) -> float32.
Exact = Callable[[np.ndarray, np.ndarray], np.ndarray]


# The best so far are sorted out when so many times as many wait: seldom, since it costs more than a block does.
SETTLE: Final = 8
# From so many rows of a block, or more if k asks for it, the first bar is taken.
SOME: Final = 1024


class Leaders:
    """The best `k` rows of each query: more score first, then the lower row.

    Scores of blocks are at most `slack` (queries,) off from the exact ones.
    """

    def __init__(self, queries: int, k: int, slack: np.ndarray) -> None:
        self.queries = queries
        self.k = k
        self._slack = slack
        # What a row's exact score must reach, for each query: there are k rows that do.
        self._bar = np.full(queries, -np.inf, np.float32)
        self._kept = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))
        self._waiting: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._count = 0

    def take(self, scores: np.ndarray, rows: np.ndarray | int, exact: Exact) -> None:
        """Look at a block that was not looked at: `scores` (rows, queries); `rows` are its numbers, or the first."""
        hits = scores >= self._bar - self._slack
        count = np.count_nonzero(hits)
        if count > SETTLE * self.k * self.queries and len(scores) > self.k:
            # There is no bar yet, or rows come in a bad order: some rows of the block tell what is enough.
            some = scores[:: max(1, len(scores) // max(SOME, 4 * self.k))]
            at = len(some) - self.k
            self._raise(np.partition(some, at, axis=0)[at] - self._slack)
            hits = scores >= self._bar - self._slack
        elif not count:
            return
        # In one dimension numpy finds them ten times as fast.
        local, query = np.divmod(np.flatnonzero(hits), self.queries)
        numbers = local + rows if isinstance(rows, int) else rows[local]
        self._waiting.append((query, numbers, exact(local, query)))
        self._count += len(local)
        if self._count > SETTLE * self.k * self.queries:
            self._settle()

    def found(self) -> Found:
        """Return the best rows of each query."""
        self._settle()
        query, row, score = self._kept
        rows = np.full((self.queries, self.k), -1, np.int64)
        scores = np.full((self.queries, self.k), -np.inf, np.float32)
        place = _places(query)
        rows[query, place], scores[query, place] = row, score
        return Found(rows, scores)

    def _settle(self) -> None:
        query, row, score = (np.concatenate(parts) for parts in zip(self._kept, *self._waiting, strict=True))
        order = np.lexsort((row, -score, query))
        query, row, score = query[order], row[order], score[order]
        place = _places(query)
        enough = place == self.k - 1
        bar = np.full(self.queries, -np.inf, np.float32)
        bar[query[enough]] = score[enough]
        self._raise(bar)
        best = place < self.k
        self._kept = (query[best], row[best], score[best])
        self._waiting, self._count = [], 0

    def _raise(self, bar: np.ndarray) -> None:
        self._bar = np.maximum(self._bar, bar)


def _places(query: np.ndarray) -> np.ndarray:
    """Return the place of each entry among those of its query, from 0; `query` is sorted."""
    place: np.ndarray = np.arange(len(query)) - np.searchsorted(query, query)
    return place
