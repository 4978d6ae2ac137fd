"""How well predictions go with what people said: order, matches and calibration, by pure functions on arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from withsense_tf.errors import DataError, SettingError
from withsense_tf.evaluation.figures.regression import as_numbers
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

    prediction: np.ndarray
    target: np.ndarray
    count: np.ndarray


def human_figures(
    prediction: np.ndarray, target: np.ndarray, experts: np.ndarray, own: np.ndarray
) -> HumanFigures:
    """Collect the figures; `prediction`, `target` and `own` are (pairs,), `experts` (pairs, experts).

    Pairs that no expert judged are rows that are not numbers. They count for `ece`, which needs a target alone;
    without any expert's score, the other figures are not numbers.
    """
    return HumanFigures(
        tau_c=tau(prediction, experts, own, "c"),
        tau_b=tau(prediction, experts, own, "b"),
        auc=auc_of_match(prediction, experts),
        ece=expected_calibration_error(target, prediction),
    )


def tau(prediction: np.ndarray, experts: np.ndarray, own: np.ndarray, variant: str) -> float:
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
    prediction, experts = _check_experts(prediction, experts)
    own = np.asarray(own)
    if own.shape != prediction.shape or own.dtype != np.bool_:
        raise DataError(f"own must be true or false for each of {len(prediction)} pairs, got {own.shape}.")
    has_rating = ~np.isnan(experts) & ~own[:, None]
    x, y = np.broadcast_to(prediction[:, None], experts.shape)[has_rating], experts[has_rating]
    if not y.size or np.ptp(y) == 0:
        return float("nan")
    return kendall(x, y, variant) if np.ptp(x) > 0 else 0.0


def auc_of_match(prediction: np.ndarray, experts: np.ndarray) -> float:
    """Return the area under the ROC curve of telling matches, where the median of the experts is at least 3.

    It is how often a match is predicted higher than another pair; the same prediction counts half. `prediction`
    is (pairs,), `experts` (pairs, experts). Own captions count like any others. Pairs that no expert judged are
    left out. Where all pairs are matches, or none is, it is not a number.

    >>> auc_of_match(np.array([0.2, 0.8, 0.1]), np.array([[1, 1, 2], [3, 3, 4], [1, 3, 4]]))
    0.5
    """
    from scipy.stats import rankdata

    prediction, experts = _check_experts(prediction, experts)
    has_judges = ~np.isnan(experts).all(axis=1)
    match = np.nanmedian(experts[has_judges], axis=1) >= MATCH
    matches, others = int(match.sum()), int((~match).sum())
    if not (matches and others):
        return float("nan")
    places = rankdata(prediction[has_judges])
    return float((places[match].sum() - matches * (matches + 1) / 2) / (matches * others))


def expected_calibration_error(target: np.ndarray, prediction: np.ndarray, bins: int = 10) -> float:
    """Return how far the mean target is from the mean prediction, over the bins of `reliability`, by their count.

    A constant that answers the mean target has 0, so it says nothing of order.

    >>> float(expected_calibration_error(np.array([0.0, 0.5, 1.0, 1.0]), np.array([0.0, 0.0, 1.0, 1.0]), bins=2))
    0.125
    """
    points = reliability(target, prediction, bins)
    return float(np.average(np.abs(points.target - points.prediction), weights=points.count))


def reliability(target: np.ndarray, prediction: np.ndarray, bins: int = 10) -> Reliability:
    """Put pairs with near predictions together, as many in each bin, and return the means of each bin.

    `target` and `prediction` are (pairs,). The same predictions share a bin, whatever the order of the pairs, so
    bins may be fewer and of unequal size.
    """
    target, prediction = as_numbers(target, prediction)
    if bins < 1:
        raise SettingError(f"bins must be at least 1, got {bins!r}.")
    lower = np.searchsorted(np.sort(prediction), prediction)
    _, place, count = np.unique(lower * bins // len(prediction), return_inverse=True, return_counts=True)
    return Reliability(
        prediction=np.bincount(place, prediction) / count,
        target=np.bincount(place, target) / count,
        count=count,
    )


def _check_experts(prediction: np.ndarray, experts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    prediction, experts = np.asarray(prediction, np.float64), np.asarray(experts, np.float64)
    if prediction.ndim != 1 or experts.ndim != 2 or len(prediction) != len(experts):
        raise DataError(
            f"Expected predictions (pairs,) and scores (pairs, experts), got {prediction.shape} and {experts.shape}."
        )
    if not np.isfinite(prediction).all():
        raise DataError("Predictions must be finite numbers.")
    return prediction, experts
