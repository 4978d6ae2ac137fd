"""A small head on photo vectors that tells how likely a photo shows a child, for photos without captions.

It learns from labels that captions give. It is a help, not the law's eye: measure it before relying on it, and let the
threshold follow from the recall that is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Self

import numpy as np

from withsense_tf.errors import DataError, NotFittedError
from withsense_tf.policy.ownership import PhotoJudge


class PhotoHead:
    """Logistic regression on standardised photo vectors."""

    def __init__(self, strength: float = 0.01) -> None:
        self.strength = (
            strength  # of the data against the penalty; vectors have more numbers than there are photos
        )

    def fit(self, vectors: np.ndarray, shows_child: np.ndarray) -> Self:
        """Learn from vectors, (photos, size), and labels, (photos,)."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        if len(np.unique(shows_child)) < 2:
            raise DataError(
                "The classifier needs photos of both kinds, with and without a child, to learn from."
            )
        self.model_ = make_pipeline(StandardScaler(), LogisticRegression(C=self.strength, max_iter=2000))
        self.model_.fit(vectors, shows_child)
        return self

    def chance(self, vectors: np.ndarray) -> np.ndarray:
        """Return how likely each photo shows a child, from 0 to 1, (photos,)."""
        if not hasattr(self, "model_"):
            raise NotFittedError("This PhotoHead is not fitted yet: call fit(vectors, shows_child) first.")
        return np.asarray(self.model_.predict_proba(vectors)[:, 1])

    def judge(self, encode: Callable[[list[Path]], np.ndarray]) -> PhotoJudge:
        """Return what `Ownership(photo_judge=…)` asks: photo files in, chances out."""
        return lambda paths: self.chance(encode(paths))
