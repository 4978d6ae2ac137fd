"""Logistic regression on shares from 0 to 1 in place of yes and no."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np

from withsense_tf.common.saved_objects import Saveable


class SoftLogistic(Saveable):
    """Learn the chance from rows of few numbers; `strength` is that of the data against the penalty."""

    LEARNED: ClassVar[tuple[str, ...]] = ("weights_", "bias_")

    def __init__(self, strength: float = 1.0) -> None:
        self.strength = strength

    def fit(self, rows: np.ndarray, share: np.ndarray) -> Self:
        """Learn from rows, (n, numbers), and shares, (n,): each row counts as yes by its share, as no by the rest."""
        from sklearn.linear_model import LogisticRegression

        spread = rows.std(axis=0)
        # A number that never changes tells nothing, and must not be blown up.
        spread = np.where(spread > 1e-9 * np.abs(rows).max(axis=0), spread, np.inf)
        model = LogisticRegression(C=self.strength, max_iter=1000)
        answers = np.repeat([1, 0], len(rows))
        model.fit(np.tile(rows / spread, (2, 1)), answers, sample_weight=np.concatenate([share, 1 - share]))
        self.weights_, self.bias_ = model.coef_[0] / spread, float(model.intercept_[0])
        return self

    def chance(self, rows: np.ndarray) -> np.ndarray:
        """Return the chance of each row, from 0 to 1."""
        return np.asarray(1 / (1 + np.exp(-(rows @ self.weights_ + self.bias_))))
