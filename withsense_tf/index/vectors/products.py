"""Products of a block of rows with some queries, as quick as the processor does them on one core.

Results may be a little off, and differently so from one processor to another: sums are added up in any order.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import simsimd

# OpenBLAS does a product of matrices of up to so many multiplications on one core.
PRODUCT: Final = 1 << 18
# More rows at a time than these gain nothing.
MOST_STACKED: Final = 128
# Up to so many queries of float32 are asked of each row while it is in the nearest cache, as quick as memory is; the
# library of matrices, which must turn them about first, pays off for more.
FEW: Final = 4
# What adds up float16 in float16, which loses the third digit of a sum.
NARROW: Final = ("sapphire", "sve_f16")


def put_products(block: np.ndarray, queries: np.ndarray, columns: np.ndarray, out: np.ndarray) -> None:
    """Put the products of each row with each query into `out` (rows, queries).

    `queries` (queries, width) are of the block's type, and `columns` the same as columns. A block of float16 takes
    one query alone, as the libraries turn several into float32 number by number.
    """
    if len(queries) == 1 or (len(queries) <= FEW and block.dtype == np.float32):
        # As quick as memory is, where the products of numpy's library depend on the processor and the library.
        _wide_sums()
        # Given an `out`, it returns a None that it does not own (6.5.16): some thousands of these end the process.
        out[...] = simsimd.cdist(block, queries, "dot", out_dtype="float32")
    else:
        _matrices(block, columns, out)


@cache
def _wide_sums() -> None:
    """Add up float16 as float32, on every processor."""
    for name in NARROW:
        simsimd.disable_capability(name)


def _matrices(block: np.ndarray, columns: np.ndarray, out: np.ndarray) -> None:
    """Multiply a few rows at a time, so that the library does it on this core: the cores have blocks of their own.

    Its own threads wait for each other after every product, which takes many times as long on a machine that is busy.
    """
    width, queries = columns.shape
    few = max(1, min(MOST_STACKED, PRODUCT // (width * queries)))
    whole = len(block) // few * few
    stacks, places = block[:whole].reshape(-1, few, width), out[:whole].reshape(-1, few, queries)
    np.matmul(stacks, columns, out=places)
    np.matmul(block[whole:], columns, out=out[whole:])
