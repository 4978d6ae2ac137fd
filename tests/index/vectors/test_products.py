from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pytest

from withsense_tf.index.vectors.products import put_products

WRITER = Path(__file__).with_name("exact_writer.py")
DTYPES = ("float32", "float16")


@pytest.mark.closed
@pytest.mark.parametrize("queries", [1, 2, 5])
@pytest.mark.parametrize("width", [256, 512, 1024])
def test_products_keep_to_the_core_that_asks_for_them(width: int, queries: int) -> None:
    block, asked = np.ones((4096, width), np.float32), np.ones((queries, width), np.float32)
    out = np.empty((4096, queries), np.float32)
    time.sleep(0.2)  # threads of earlier products rest

    def spent_behind_it() -> float:
        put_products(block, asked, asked.T.copy(), out)
        begin = time.process_time()
        time.sleep(0.05)
        return time.process_time() - begin

    # A thread of the library's own would wait in a loop for more work, each time.
    assert any(spent_behind_it() < 0.02 for _ in range(5))


@pytest.mark.closed
@pytest.mark.parametrize("dtype", DTYPES)
def test_sums_of_products_are_wide(dtype: str) -> None:
    # In float16, 2048 + 1 is 2048.
    block = np.ones((3, 4096), dtype)
    out = np.empty((3, 1), np.float32)
    put_products(block, block[:1], block[:1].T, out)
    assert (out == 4096).all()


@pytest.mark.closed
def test_products_take_nothing_that_they_do_not_give_back() -> None:
    block, out = np.ones((16, 8), np.float32), np.empty((16, 1), np.float32)
    before = sys.getrefcount(None)
    for _ in range(10_000):
        put_products(block, block[:1], block[:1].T, out)
    # Other threads take and give back some, too.
    assert abs(sys.getrefcount(None) - before) < 2_000
