"""How much of what an exact engine finds an approximate one finds too."""

from __future__ import annotations

import numpy as np

from withsense_tf.errors import SettingError
from withsense_tf.search.index import VectorIndex

# Two engines add up the same products in another order; scores of about 1 then differ by less than this.
ROUNDING = 1e-5


def recall_at(approximate: VectorIndex, exact: VectorIndex, queries: np.ndarray, k: int, rows: int) -> float:
    """Return which share of the exact best k of the first `rows` rows the approximate engine finds, from 0 to 1.

    A row that scores as high as the exact k-th is as good as it: of many equal rows, either engine may return any.
    """
    if len(queries) == 0 or k < 1 or rows < 1:
        raise SettingError(
            f"Recall needs queries, k and rows, got {len(queries)} queries, k={k}, rows={rows}. "
            "Give at least one of each."
        )
    wanted = exact.search(queries, k, rows)
    found = approximate.search(queries, k, rows)
    hits = possible = 0
    for query, right, scores, rowids in zip(queries, wanted.rows, wanted.scores, found.rows, strict=True):
        there = right >= 0
        possible += int(there.sum())
        if not there.any():
            continue
        got = np.unique(rowids[rowids >= 0])
        lowest = float(scores[there][-1])
        # The vectors tell the score: what an approximate engine says of its own rows is not asked.
        true = exact.get(got) @ query.astype(np.float32) if len(got) else np.empty(0, np.float32)
        fair = np.isin(got, right[there]) | (true >= lowest - ROUNDING * max(1.0, abs(lowest)))
        hits += min(int(fair.sum()), int(there.sum()))
    return hits / possible if possible else 1.0
