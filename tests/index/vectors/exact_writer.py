"""Append rows to an index and print how many there are. Run by test_exact_index.py, never imported by it."""

from __future__ import annotations

import sys

import numpy as np

from withsense_tf.index.vectors.exact_index import ExactIndex

if __name__ == "__main__":
    index = ExactIndex(sys.argv[1], 8)
    for at in range(0, 300, 10):
        # Each row is longer than those before.
        index.write(at, np.outer(np.arange(at + 1, at + 11), np.ones(8)).astype(np.float32))
        print(at + 10, flush=True)
