"""The mean point of each photo's captions, and how well points of photos rank for captions."""

from __future__ import annotations

from typing import Any

import numpy as np

from withsense_tf.matchers.own_captions import Examples


def mean_captions(captions: np.ndarray, examples: Examples) -> np.ndarray:
    """Return the mean of each photo's captions, float64, (photos, dim), from their points, (captions, dim)."""
    from scipy.sparse import csr_matrix

    total = np.bincount(examples.owner, examples.weight, minlength=len(examples.content))
    share: Any = csr_matrix(
        (examples.weight / total[examples.owner], (examples.owner, np.arange(len(examples.owner))))
    )
    return np.asarray(share @ captions, np.float64)


def mean_reciprocal_rank(points: np.ndarray, captions: np.ndarray, examples: Examples) -> float:
    """Return the mean reciprocal rank of photos at `points` for their own captions, from 0 to 1."""
    cosines = points.astype(np.float32) @ captions.astype(np.float32).T
    own = cosines[examples.owner, np.arange(len(examples.owner))]
    # Ties count against the right photo: a tower that puts all photos in one point finds none.
    ranks = (cosines >= own).sum(axis=0)
    return float(np.average(1 / ranks, weights=examples.weight))
