"""Any score -> a number from 0 to 1 that means what it says: of pairs with .7, the mean judgement is .7.

A matcher learns it at the end of its `_fit`. With enough photos and pairs, towers tell numbers by
`forms/query_numbers` instead, which knows of the query, too.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final, Self

import numpy as np

from withsense_tf.common.saved_objects import Saveable
from withsense_tf.errors import DataError, NotFittedError, check_choice

KINDS: Final = ("isotonic", "platt")
# Fewer steps than this make an isotonic line of single pairs, which says more of them than of others.
FEWEST: Final = 10
# So many points make a line of how frequent numbers are.
QUANTILES: Final = 1_001


class Calibration(Saveable):
    """Learn which number a score stands for, from scores of pairs that the model had **not** been fitted on.

    "isotonic" is any rising line (scikit-learn); "platt" the logistic curve, for few pairs. The line never falls,
    so calibration changes no order; isotonic lines have flat steps, so rank by the score, not by the number.
    """

    LEARNED: ClassVar[tuple[str, ...]] = ("at_", "number_")

    def __init__(self, kind: str = "isotonic") -> None:
        self.kind = check_choice("kind", kind, KINDS)

    def fit(self, scores: np.ndarray, targets: np.ndarray, weights: np.ndarray | None = None) -> Self:
        """Learn from scores, (n,), targets from 0 to 1, (n,), and weights, (n,)."""
        rows = [scores, targets] if weights is None else [scores, targets, weights]
        lengths = [len(row) for row in rows]
        if len(set(lengths)) > 1 or not lengths[0] or not all(np.isfinite(row).all() for row in rows):
            raise DataError(
                "Calibration needs finite scores, each with a finite target and weight, got "
                f"{' and '.join(map(str, lengths))} of them."
            )
        if self.kind == "isotonic" and len(scores) >= FEWEST:
            self.at_, self.number_ = _isotonic(scores, targets, weights)
        else:
            self.at_, self.number_ = _logistic(scores, targets, weights)
        return self

    def at_least_like(self, scores: np.ndarray, numbers: np.ndarray, weights: np.ndarray) -> Calibration:
        """Return a calibration by which numbers are no rarer than those of something else for the same pairs, (n,).

        Pixels and captions tell own captions from others' so well that numbers would be near 1 or near 0, and what fits
        by half near 0. Numbers of pixels alone are spread as judges' are.

        >>> narrow = Calibration("platt").fit(np.array([0.0, 1, 2, 3]), np.array([0.0, 0, 0, 1]))
        >>> wide = narrow.at_least_like(np.array([0.0, 1, 2, 3]), np.array([0.1, 0.7, 0.4, 0.2]), np.ones(4))
        >>> wide.apply(np.array([0.0, 1, 2])).round(2).tolist()
        [0.1, 0.2, 0.4]
        """
        shares = np.linspace(0, 1, QUANTILES)
        at, first = np.unique(_quantiles(scores, weights, shares), return_index=True)
        # Beyond them, and between them, the line of before may be steeper.
        points = np.union1d(at, self.at_)
        like = np.interp(points, at, _quantiles(numbers, weights, shares)[first])
        wide = Calibration(self.kind)
        wide.at_, wide.number_ = points, np.maximum(like, self.apply(points))
        return wide

    def apply(self, scores: np.ndarray) -> np.ndarray:
        """Return the number that each score stands for, float64, of the same shape."""
        if not hasattr(self, "at_"):
            raise NotFittedError("This Calibration is not fitted yet: call fit(scores, targets) first.")
        return np.asarray(np.interp(scores, self.at_, self.number_))

    def score_of(self, numbers: np.ndarray) -> np.ndarray:
        """Return the least score that stands for at least each number, or the highest that is known of.

        >>> steps = Calibration().fit(np.arange(20.0), np.repeat([0.0, 0.5, 1.0, 1.0], 5))
        >>> steps.score_of(np.array([0.5, 1.0])).tolist(), steps.apply(np.array([5.0, 10.0])).tolist()
        ([5.0, 10.0], [0.5, 1.0])
        """
        high = np.minimum(np.searchsorted(self.number_, numbers), len(self.number_) - 1)
        low = np.maximum(high - 1, 0)
        rise = np.maximum(self.number_[high] - self.number_[low], 1e-12)
        share = np.clip((numbers - self.number_[low]) / rise, 0, 1)
        return np.asarray(self.at_[low] + share * (self.at_[high] - self.at_[low]))


def _quantiles(values: np.ndarray, weights: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return the values below which the shares of all weight lie, from the least to the largest value."""
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order]) - weights[order]
    return np.asarray(np.interp(shares, below / max(float(below[-1]), 1e-12), values[order]))


def _isotonic(scores: np.ndarray, targets: np.ndarray, weights: Any) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.isotonic import IsotonicRegression

    line = IsotonicRegression(y_min=0.0, y_max=1.0, increasing=True, out_of_bounds="clip")
    line.fit(scores.astype(np.float64), targets, sample_weight=weights)
    return np.asarray(line.X_thresholds_, np.float64), np.asarray(line.y_thresholds_, np.float64)


def _logistic(scores: np.ndarray, targets: np.ndarray, weights: Any) -> tuple[np.ndarray, np.ndarray]:
    """Fit Platt's curve and write it down as a line of many points, so that both kinds are stored alike."""
    from scipy.optimize import minimize
    from scipy.special import expit

    centre, spread = float(np.mean(scores)), float(np.std(scores))
    # Equal scores differ from their mean by rounding.
    spread = spread if spread > 1e-9 * max(1.0, abs(centre)) else 1.0
    x = (scores - centre) / spread
    w = np.ones(len(x)) if weights is None else np.asarray(weights, np.float64)

    def loss(steep_and_shift: np.ndarray) -> float:
        steep, shift = np.exp(steep_and_shift[0]), steep_and_shift[1]  # a rising curve
        z = steep * x + shift
        # Cross-entropy, with a little pull to a steepness of 1 for sets that it could split perfectly.
        return float(
            np.sum(w * (np.logaddexp(0, z) - targets * z)) / w.sum() + 1e-3 * steep_and_shift[0] ** 2
        )

    steep, shift = minimize(loss, np.zeros(2), method="Nelder-Mead").x
    # The points lie where the curve rises, however steep it is.
    z = np.linspace(-12, 12, 385)
    return (z - shift) / np.exp(steep) * spread + centre, expit(z)
