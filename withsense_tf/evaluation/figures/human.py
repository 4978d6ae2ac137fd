"""How well predictions go with what people said: order, matches and calibration, by pure functions on arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from withsense_tf.errors import DataError, SettingError
from withsense_tf.targets.agreement import kendall

MATCH = 3  # experts score from 1 to 4; from 3 on, a caption describes the photo with minor mistakes at most


@dataclass(frozen=True)
class HumanFigures:
    """Order (`tau_c`, `tau_b`, `auc`: higher is better) and calibration (`ece`: lower is better)."""

    tau_c: float
    tau_b: float
    auc: float
    ece: float


@dataclass(frozen=True, eq=False)
class Reliability:
    """The points of a reliability plot, (points,) each: mean prediction, mean target, and how many pairs."""

    predicted: np.ndarray
    target: np.ndarray
    count: np.ndarray


def human_figures(
    predicted: np.ndarray, target: np.ndarray, experts: np.ndarray, own: np.ndarray
) -> HumanFigures:
    """Collect the figures; `predicted`, `target` and `own` are (pairs,), `experts` (pairs, experts).

    Pairs that no expert judged are rows that are not numbers. They count for `ece`, which needs a target alone;
    without any expert's score, the other figures are not numbers.
    """
    return HumanFigures(
        tau_c=tau(predicted, experts, own, "c"),
        tau_b=tau(predicted, experts, own, "b"),
        auc=auc_of_match(predicted, experts),
        ece=expected_calibration_error(target, predicted),
    )


def tau(predicted: np.ndarray, experts: np.ndarray, own: np.ndarray, variant: str) -> float:
    """Return Kendall's tau b or c of predictions (pairs,) with the scores of experts (pairs, experts).

    By the protocol published for Flickr8k-Expert, each expert's score is one rating, so that a pair's prediction
    comes once for each of its experts, and pairs of a photo with its own caption (`own`, (pairs,)) are left out.

    Predictions that are all the same put nothing in order: tau is 0, by convention. Where there are no scores,
    or all are the same, there is nothing to put in order: tau is not a number.

    >>> tau(np.array([0.1, 0.9]), np.array([[1, 1, 1], [4, 4, 4]]), np.array([False, False]), "b")
    1.0
    """
    if variant not in ("b", "c"):
        raise SettingError(f"variant must be 'b' or 'c', got {variant!r}.")
    predicted, experts = _checked_experts(predicted, experts)
    own = np.asarray(own)
    if own.shape != predicted.shape or own.dtype != np.bool_:
        raise DataError(f"own must be true or false for each of {len(predicted)} pairs, got {own.shape}.")
    repeated = np.broadcast_to(predicted[:, None], experts.shape)
    rated = ~np.isnan(experts) & ~own[:, None]
    x, y = repeated[rated], experts[rated]
    if not y.size or np.ptp(y) == 0:
        return float("nan")
    return kendall(x, y, variant) if np.ptp(x) > 0 else 0.0


def auc_of_match(predicted: np.ndarray, experts: np.ndarray) -> float:
    """Return the area under the ROC curve of telling matches, where the median of the experts is at least 3.

    It is how often a match is predicted higher than another pair; the same prediction counts half. `predicted`
    is (pairs,), `experts` (pairs, experts). Own captions count like any others. Pairs that no expert judged are
    left out. Where all pairs are matches, or none is, it is not a number.

    >>> auc_of_match(np.array([0.2, 0.8, 0.1]), np.array([[1, 1, 2], [3, 3, 4], [1, 3, 4]]))
    0.5
    """
    from scipy.stats import rankdata

    predicted, experts = _checked_experts(predicted, experts)
    judged = ~np.isnan(experts).all(axis=1)
    match = np.nanmedian(experts[judged], axis=1) >= MATCH
    matches, others = int(match.sum()), int((~match).sum())
    if not (matches and others):
        return float("nan")
    places = rankdata(predicted[judged])
    return float((places[match].sum() - matches * (matches + 1) / 2) / (matches * others))


def expected_calibration_error(target: np.ndarray, predicted: np.ndarray, bins: int = 10) -> float:
    """Return how far the mean target is from the mean prediction, over the bins of `reliability`, by their count.

    A constant that answers the mean target has 0, so it says nothing of order.

    >>> float(expected_calibration_error(np.array([0.0, 0.5, 1.0, 1.0]), np.array([0.0, 0.0, 1.0, 1.0]), bins=2))
    0.125
    """
    points = reliability(target, predicted, bins)
    return float(np.average(np.abs(points.target - points.predicted), weights=points.count))


def reliability(target: np.ndarray, predicted: np.ndarray, bins: int = 10) -> Reliability:
    """Put pairs with near predictions together, as many in each bin, and return the means of each bin.

    `target` and `predicted` are (pairs,). The same predictions share a bin, whatever the order of the pairs, so
    bins may be fewer and of unequal size.
    """
    target, predicted = np.asarray(target, np.float64), np.asarray(predicted, np.float64)
    if target.shape != predicted.shape or target.ndim != 1:
        raise DataError(f"Expected as many predictions as targets, got {predicted.shape} and {target.shape}.")
    if not target.size:
        raise DataError("There are no pairs to measure on.")
    if not (np.isfinite(target).all() and np.isfinite(predicted).all()):
        raise DataError("Targets and predictions must be finite numbers.")
    if bins < 1:
        raise SettingError(f"bins must be at least 1, got {bins!r}.")
    lower = np.searchsorted(np.sort(predicted), predicted)
    _, place, count = np.unique(lower * bins // len(predicted), return_inverse=True, return_counts=True)
    return Reliability(
        predicted=np.bincount(place, predicted) / count,
        target=np.bincount(place, target) / count,
        count=count,
    )


def _checked_experts(predicted: np.ndarray, experts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    predicted, experts = np.asarray(predicted, np.float64), np.asarray(experts, np.float64)
    if predicted.ndim != 1 or experts.ndim != 2 or len(predicted) != len(experts):
        raise DataError(
            f"Expected predictions (pairs,) and scores (pairs, experts), got {predicted.shape} and {experts.shape}."
        )
    if not np.isfinite(predicted).all():
        raise DataError("Predictions must be finite numbers.")
    return predicted, experts
