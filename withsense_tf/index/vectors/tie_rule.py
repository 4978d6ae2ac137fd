"""The rule of ties in every ranking of rows of a search: more score first, and of equal scores the lower row.

In figures ties count against the model: `evaluation/figures/ranking`.
"""

from __future__ import annotations

import numpy as np


def rank_order(scores: np.ndarray, rows: np.ndarray, queries: np.ndarray | None = None) -> np.ndarray:
    """Return the places of rows in the order of their ranking; with `queries`, query by query.

    >>> rank_order(np.array([0.5, 0.9, 0.5]), np.array([7, 8, 3])).tolist()
    [1, 2, 0]
    """
    order: np.ndarray = np.lexsort((rows, -scores) if queries is None else (rows, -scores, queries))
    return order
