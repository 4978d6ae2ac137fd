"""Products of a block of rows with some queries, in the way that is quickest here.

Row by row (`np.vecdot`) reads memory in one stream; the library's product of matrices takes several rows at a time
and computes faster. Which of them wins for few queries depends on the processor, on the library's kernels, and on
whether the rows lie in a cache: so both are timed while they work. Their results differ by rounding alone.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final

import numpy as np

# The queries of a product, as rows and as columns.
Sides = tuple[np.ndarray, np.ndarray]
Way = Callable[[np.ndarray, Sides, np.ndarray], None]

# Beyond so many queries a product of matrices is quicker on every processor.
FEW: Final = 6
# OpenBLAS does a product of up to so many multiplications on one core: with a vector (in old versions), with a matrix.
VECTOR: Final = 9 * 1024 - 1
PRODUCT: Final = 1 << 18
# More rows at a time than these gain nothing, with several queries.
STACKED: Final = 16
# Of so many blocks one is done in another way, to learn whether that has become quicker.
TRIED: Final = 32
# The best of so many last times counts: another program that takes the core makes a way no slower.
TIMES: Final = 4


class Products:
    """Products with one number of queries, from any thread."""

    def __init__(self, queries: int) -> None:
        self._ways: tuple[Way, ...] = (_row_by_row, _matrices) if queries <= FEW else (_matrices,)
        # No time yet is the shortest, so that each way is tried.
        self._times = [deque([0.0], TIMES) for _ in self._ways]
        self._quickest = self._blocks = 0

    def __call__(self, block: np.ndarray, sides: Sides, out: np.ndarray) -> None:
        """Put the products of each row with each query into `out` (rows, queries)."""
        self._blocks += 1
        way = self._quickest if self._blocks % TRIED else self._blocks // TRIED % len(self._ways)
        begin = time.perf_counter()
        self._ways[way](block, sides, out)
        times = self._times[way]
        times.append((time.perf_counter() - begin) / len(block))
        if not times[0]:
            times.popleft()
        if len(self._ways) > 1:
            self._quickest = min(range(len(self._ways)), key=lambda way: min(self._times[way]))


def _row_by_row(block: np.ndarray, sides: Sides, out: np.ndarray) -> None:
    queries, _ = sides
    np.vecdot(block[:, None], queries, out=out)


def _matrices(block: np.ndarray, sides: Sides, out: np.ndarray) -> None:
    """Multiply a few rows at a time, so that the library does it on this core: the cores have blocks of their own.

    Its own threads wait for each other after every product, which takes many times as long on a machine that is busy.
    """
    _, columns = sides
    width, queries = columns.shape
    few = max(1, VECTOR // width if queries == 1 else min(STACKED, PRODUCT // (width * queries)))
    whole = len(block) // few * few
    stacks, places = block[:whole].reshape(-1, few, width), out[:whole].reshape(-1, few, queries)
    np.matmul(stacks, columns, out=places)
    np.matmul(block[whole:], columns, out=out[whole:])
