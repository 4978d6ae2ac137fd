"""How sure a figure or a difference is: every test here resamples whole photos.

Pairs of one photo are not independent: a photo that is hard is hard in all its pairs. To treat them as independent
makes intervals too narrow and differences too sure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from withsense_tf.errors import DataError, SettingError, check_seed
from withsense_tf.evaluation.figures.regression import ROUNDING, as_numbers, errors_of

REPEATS = 1000
LEVEL = 0.95
# Numbers drawn at once: more take more memory and are no faster.
DRAWN_AT_ONCE = 2_000_000
# So many different predictions are few, and a draw may miss some of them.
FEW_VALUES = 50


@dataclass(frozen=True)
class Interval:
    """The range that a figure would be in, had other photos been taken; not numbers where that is not known."""

    low: float
    high: float


@dataclass(frozen=True)
class BestModel:
    """The best model, the models that are not significantly worse (itself included), and how sure that is.

    `p` has, for each other model, the p value of its difference from the best, adjusted by Holm's method.
    """

    name: str
    not_worse: frozenset[str]
    p: Mapping[str, float]


def bootstrap_by_photo(
    values: np.ndarray, photos: np.ndarray, repeats: int = REPEATS, seed: int = 0
) -> Interval:
    """Return the percentile bootstrap interval of the mean of values, (pairs,), by drawing photos with all their pairs.

    `photos` (pairs,) names the photo of each pair. One photo alone tells nothing of other photos: the interval's ends
    are not numbers.

    >>> bootstrap_by_photo(np.array([0.0, 0.0, 1.0, 1.0]), np.array(["a", "a", "b", "b"]))
    Interval(low=0.0, high=1.0)
    """
    values, cluster, count = _check(values, photos)
    total = np.bincount(cluster, values)
    draws = _draws(len(count), repeats, seed)
    means = [total[some].sum(axis=1) / count[some].sum(axis=1) for some in draws]
    return _interval(np.concatenate(means), len(count))


def rmse_interval(target: np.ndarray, prediction: np.ndarray, photos: np.ndarray) -> Interval:
    """Return the interval of the RMSE; `target`, `prediction` and `photos` are (pairs,)."""
    target, prediction = as_numbers(target, prediction)
    # The root changes no order, so the ends of the interval of the mean square are those of the RMSE.
    square = bootstrap_by_photo(errors_of(target, prediction) ** 2, photos)
    return Interval(square.low**0.5, square.high**0.5)


def tau_c_interval(
    prediction: np.ndarray,
    experts: np.ndarray,
    photos: np.ndarray,
    repeats: int = REPEATS,
    seed: int = 0,
) -> Interval:
    """Return the 95 % interval of Kendall's tau c; `prediction` and `photos` are (pairs,), `experts` (pairs, experts).

    It is the percentile bootstrap as above, but the pairs are held against each other once: two photos always
    bring the same ratings in and out of order, so a draw is the sum over its photos, each by how often it comes.
    Time grows with the square of the pairs: half a second for 6,000, ten for 20,000.
    """
    rows = np.flatnonzero(~np.isnan(experts).all(axis=1))
    if not len(rows):
        return Interval(float("nan"), float("nan"))
    prediction, photo, count = _check(prediction[rows], photos[rows])
    scores = np.unique(experts[~np.isnan(experts)])
    # How often each pair got each score, and how two scores stand to each other.
    ratings = (experts[rows][:, :, None] == scores).sum(axis=1).astype(np.float32)
    above = np.sign(scores[:, None] - scores).astype(np.float32)
    in_order = _in_order(prediction, ratings @ above, ratings, photo, count)
    ratings_by_photo = np.array([np.bincount(photo, part, len(count)) for part in ratings.T])
    values = np.unique(prediction)
    # Tau c counts different values, up to as many as there are scores; many predictions hardly ever leave fewer.
    few = values if len(values) <= FEW_VALUES else values[:0]
    answers = np.array([np.bincount(photo, prediction == value, len(count)) for value in few])
    draws = []
    for photos_of_draws in _draws(len(count), repeats, seed):
        times = np.array([np.bincount(one, minlength=len(count)) for one in photos_of_draws], np.float64)
        # Each two ratings are counted from both sides.
        sums = ((times @ in_order) * times).sum(axis=1)
        different = (times @ ratings_by_photo.T > 0).sum(axis=1)
        predictions = (times @ answers.T > 0).sum(axis=1) if len(few) else different
        # All predictions alike: no order. All scores alike: nothing to order.
        share = np.where(different > 1, 1 - 1 / np.minimum(different, predictions), np.nan)
        total = times @ ratings_by_photo.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            draws.append(np.where(sums == 0, share * 0, sums / (total**2 * share)))
    return _interval(np.concatenate(draws), len(count))


def paired_randomisation(
    values_a: np.ndarray, values_b: np.ndarray, photos: np.ndarray, repeats: int = 10_000, seed: int = 0
) -> float:
    """Return the two-sided p value of the difference between two models' means on the same pairs, (pairs,) each.

    If the models were as good as each other, their values could change places on any photo, for all its pairs at
    once: the p value is how often such changes make a difference as large as the one found. The changes are
    drawn, and the one found counts as one of them, so p is never 0. With few photos it cannot be small.

    >>> same = np.array([0.5, 0.5])
    >>> paired_randomisation(same, same, np.array(["a", "b"]))
    1.0
    """
    _check_repeats(repeats)
    values_a, cluster, _ = _check(values_a, photos)
    values_b, _, _ = _check(values_b, photos)
    difference = np.bincount(cluster, errors_of(values_b, values_a))
    size = abs(difference.sum())
    # The same difference, summed in another order, may differ by rounding.
    slack = 1e-9 * np.abs(difference).sum()
    rng = np.random.default_rng(check_seed(seed))
    as_large = 0
    for rows in _batches(repeats, len(difference)):
        bits = rng.integers(0, 256, (rows, (len(difference) + 7) // 8), dtype=np.uint8)
        swaps = np.unpackbits(bits, axis=1, count=len(difference)).astype(np.float64)
        as_large += int((np.abs(difference.sum() - 2 * (swaps @ difference)) >= size - slack).sum())
    return (1 + as_large) / (1 + repeats)


def holm(p_values: Sequence[float] | np.ndarray) -> np.ndarray:
    """Adjust the p values of several tests, (tests,), by Holm's method, so that each may be held against one alpha.

    >>> holm([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, np.float64)
    if p.ndim != 1 or not ((p >= 0) & (p <= 1)).all():
        raise DataError(f"Expected p values from 0 to 1, got {p_values!r}.")
    order = np.argsort(p, kind="stable")
    adjusted_p = np.empty_like(p)
    # The smallest of n counts n times, the next n - 1 times; none may end below a smaller one.
    adjusted_p[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1)
    return adjusted_p


def not_worse_than_best(
    values: Mapping[str, np.ndarray], photos: np.ndarray, higher_is_better: bool
) -> BestModel:
    """Name the model with the best mean, and those not significantly worse, at 5 %, by `paired_randomisation`.

    `values` has an array (pairs,) for each model, on the same pairs; `photos` is (pairs,). Of equal models the
    first is named. Holm's method accounts for the number of models, but not for the best one being found on the
    same pairs, which flatters it a little. "Not significantly worse" is not "as good": few photos tell little.
    """
    if not values:
        raise DataError("There are no models to compare.")
    means = {name: float(_check(each, photos)[0].mean()) for name, each in values.items()}
    top = (max if higher_is_better else min)(means.values())
    best = next(name for name, mean in means.items() if abs(mean - top) < ROUNDING)
    others = [name for name in values if name != best]
    raw = [paired_randomisation(values[best], values[name], photos) for name in others]
    p = {name: float(p_value) for name, p_value in zip(others, holm(raw), strict=True)}
    return BestModel(best, frozenset([best, *(name for name in others if p[name] > 0.05)]), p)


def _in_order(
    prediction: np.ndarray, above: np.ndarray, ratings: np.ndarray, photo: np.ndarray, count: np.ndarray
) -> np.ndarray:
    """Return how many ratings of two photos predictions put in order, less those out of order, (photos, photos)."""
    total = np.zeros((len(count), len(count)))
    by_photo = np.argsort(photo, kind="stable")
    first = np.cumsum(count) - count
    for rows in np.array_split(by_photo, max(1, len(photo) ** 2 // DRAWN_AT_ONCE)):
        agree = np.sign(prediction[rows, None] - prediction[by_photo]).astype(np.float32)
        agree *= above[rows] @ ratings[by_photo].T
        np.add.at(total, photo[rows], np.add.reduceat(agree, first, axis=1))
    return total


def _interval(draws: np.ndarray, photos: int) -> Interval:
    draws = draws[~np.isnan(draws)]
    if not draws.size or photos < 2:
        return Interval(float("nan"), float("nan"))
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high))


def _draws(photos: int, repeats: int, seed: int) -> Iterator[np.ndarray]:
    """Draw as many photos as there are, with replacement; yield some draws at a time, (draws, photos)."""
    _check_repeats(repeats)
    rng = np.random.default_rng(check_seed(seed))
    for rows in _batches(repeats, photos):
        yield rng.integers(0, photos, (rows, photos))


def _batches(repeats: int, width: int) -> Iterator[int]:
    at_once = max(1, DRAWN_AT_ONCE // width)
    for start in range(0, repeats, at_once):
        yield min(at_once, repeats - start)


def _check(values: np.ndarray, photos: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the values as numbers, the number of each pair's photo (pairs,), and each photo's count of pairs."""
    values, photos = np.asarray(values, np.float64), np.asarray(photos)
    if values.ndim != 1 or values.shape != photos.shape:
        raise DataError(f"Expected a value and a photo for each pair, got {values.shape} and {photos.shape}.")
    if not values.size:
        raise DataError("There are no pairs to measure on.")
    if not np.isfinite(values).all():
        raise DataError("Values must be finite numbers.")
    _, cluster, count = np.unique(photos, return_inverse=True, return_counts=True)
    return values, cluster, count


def _check_repeats(repeats: int) -> None:
    if repeats < 1:
        raise SettingError(f"repeats must be at least 1, got {repeats!r}.")
