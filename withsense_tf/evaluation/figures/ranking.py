"""Scores of a gallery's photos for queries -> how well the right photo is found: pure functions on arrays.

Ties count against the model: a photo that scores the same as the right one stands before it. So a model that
gives every photo the same score finds nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from withsense_tf.errors import DataError, SettingError

DEPTH = 10  # of nDCG
TOP = 5  # of the lists that are told apart


@dataclass(frozen=True)
class RankingFigures:
    """Means over queries, each of which counts once; higher is better but for `median_rank`, where 1 is best.

    `recall_1`, `recall_5` and `recall_10` are the shares of queries whose right photo is among the first so many; not a
    number where a gallery has no more photos than that, for there everybody finds it.
    `different_top5` is how many different first fives (in order) a gallery's queries get: 1 for a model that
    ignores the query. Over several galleries, it and `gallery` (how many photos there are) are means.
    """

    recall_1: float
    recall_5: float
    recall_10: float
    mrr: float
    median_rank: float
    ndcg_10: float
    different_top5: float
    queries: int
    gallery: float


@dataclass(frozen=True, eq=False)
class PerQuery:
    """The figures of each query, all (queries,) but `top_5`: the values that a paired test needs.

    `rank` is 0 where the right photo stands first. `photo` names the right photo: queries of one photo are not
    independent. `top_5` has places in the gallery, (queries, 5), and -1 where the gallery has no more photos.
    `gallery` numbers the galleries from 0, and `size` is how many photos the query's gallery has.
    """

    rank: np.ndarray
    ndcg_10: np.ndarray
    photo: np.ndarray
    top_5: np.ndarray
    gallery: np.ndarray
    size: np.ndarray

    def hit(self, first: int) -> np.ndarray:
        """Return 1.0 where the right photo is among the `first` so many, else 0.0."""
        if first < 1:
            raise SettingError(f"first must be at least 1, got {first!r}.")
        return (self.rank < first).astype(np.float64)

    @property
    def reciprocal_rank(self) -> np.ndarray:
        """Return 1 for the first place, 1/2 for the second, and so on."""
        return 1 / (self.rank + 1)

    def _recall(self, first: int) -> float:
        return float(self.hit(first).mean()) if self.size.min() > first else float("nan")

    def figures(self) -> RankingFigures:
        """Return the means over all queries, whichever gallery they had."""
        _, a_query_each, number = np.unique(self.gallery, return_index=True, return_inverse=True)
        lists = np.unique(np.column_stack([number, self.top_5]), axis=0)
        ndcg = self.ndcg_10[~np.isnan(self.ndcg_10)]
        return RankingFigures(
            recall_1=self._recall(1),
            recall_5=self._recall(5),
            recall_10=self._recall(10),
            mrr=float(self.reciprocal_rank.mean()),
            median_rank=float(np.median(self.rank)) + 1,
            ndcg_10=float(ndcg.mean()) if ndcg.size else float("nan"),
            different_top5=len(lists) / len(a_query_each),
            queries=len(self.rank),
            gallery=float(self.size[a_query_each].mean()),
        )


def ranks(scores: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Count the other photos that score no less than the right one: 0 is the best rank.

    `scores` are (queries, photos), and `right` (queries,) is the place of each query's right photo.

    >>> ranks(np.array([[0.2, 0.9, 0.9]]), np.array([1]))
    array([1])
    """
    scores, right = _check(scores, right)
    of_right = np.take_along_axis(scores, right[:, None], axis=1)
    return np.asarray((scores >= of_right).sum(axis=1) - 1)


def per_query(
    scores: np.ndarray, right: np.ndarray, photos: np.ndarray, relevance: np.ndarray | None = None
) -> PerQuery:
    """Measure every query of one gallery.

    `scores` are (queries, photos), `right` (queries,) is the place of each query's right photo, and `photos`
    (photos,) names the photos. No queries, or a score that is not a number, is an error.

    `relevance` (queries, photos), at least 0, is for nDCG alone; by default it is 1 for the right photo and 0 for
    the others. Not a number means not judged, and counts 0, also for the right photo. The gain is linear: the
    relevance itself, not `2 ** relevance - 1`. Where nothing is relevant, nDCG is not a number, and its mean
    leaves the query out.
    """
    scores, right = _check(scores, right)
    if np.shape(photos) != scores.shape[1:]:
        raise DataError(f"Expected the names of {scores.shape[1]} photos, got {np.shape(photos)}.")
    rank = ranks(scores, right)
    if relevance is None:
        # One photo is relevant, so the best list has it first, with gain 1.
        ndcg = np.where(rank < DEPTH, 1 / np.log2(rank + 2), 0.0)
    else:
        ndcg = _ndcg(scores, _check_relevance(relevance, scores.shape))
    queries = len(rank)
    size = np.full(queries, scores.shape[1])
    return PerQuery(rank, ndcg, np.asarray(photos)[right], _top(scores), np.zeros(queries, np.int64), size)


def pool(parts: Sequence[PerQuery]) -> PerQuery:
    """Put the queries of several galleries, such as folds, one after another; `figures()` are then over all.

    The photos must have names that hold across galleries.
    """
    if not parts:
        raise DataError("There are no galleries to pool.")
    before = np.cumsum([0, *(part.gallery.max() + 1 for part in parts[:-1])])
    return PerQuery(
        rank=np.concatenate([part.rank for part in parts]),
        ndcg_10=np.concatenate([part.ndcg_10 for part in parts]),
        photo=np.concatenate([part.photo for part in parts]),
        top_5=np.concatenate([part.top_5 for part in parts]),
        gallery=np.concatenate([part.gallery + first for part, first in zip(parts, before, strict=True)]),
        size=np.concatenate([part.size for part in parts]),
    )


def _ndcg(scores: np.ndarray, relevance: np.ndarray) -> np.ndarray:
    """Return nDCG of the first ten, (queries,)."""
    # Among equal scores, the least relevant photo stands first.
    order = np.lexsort((relevance, -scores))[:, :DEPTH]
    gain = np.take_along_axis(relevance, order, axis=1)
    best = np.sort(relevance, axis=1)[:, ::-1][:, :DEPTH]
    discount = 1 / np.log2(np.arange(gain.shape[1]) + 2)
    ideal = best @ discount
    ndcg = np.full(len(ideal), np.nan)
    np.divide(gain @ discount, ideal, out=ndcg, where=ideal > 0)
    return ndcg


def _top(scores: np.ndarray) -> np.ndarray:
    """Return the places of the best five, (queries, 5); of equal ones the earlier, -1 where there are no more."""
    first = np.argsort(-scores, axis=1, kind="stable")[:, :TOP]
    return np.pad(first, ((0, 0), (0, TOP - first.shape[1])), constant_values=-1)


def _check(scores: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    scores, right = np.asarray(scores, np.float64), np.asarray(right)
    if scores.ndim != 2 or right.shape != scores.shape[:1]:
        raise DataError(
            f"Expected scores (queries, photos) and a right photo a query, got {scores.shape} and {right.shape}."
        )
    if not scores.size:
        raise DataError(f"There are no queries or no photos to measure on: {scores.shape}.")
    if np.isnan(scores).any():
        raise DataError("Scores must be numbers; some are not.")
    if not np.issubdtype(right.dtype, np.integer) or right.min() < 0 or right.max() >= scores.shape[1]:
        raise DataError(f"The right photos must be places from 0 to {scores.shape[1] - 1}.")
    return scores, right


def _check_relevance(relevance: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    relevance = np.asarray(relevance, np.float64)
    if relevance.shape != shape:
        raise DataError(f"Expected a relevance for each score, {shape}, got {relevance.shape}.")
    relevance = np.where(np.isnan(relevance), 0.0, relevance)
    if relevance.min() < 0 or np.isinf(relevance).any():
        raise DataError("Relevance must be at least 0 and finite, or not a number where nobody judged.")
    return relevance


def chance(size: np.ndarray, first: int) -> float:
    """Return the share of queries whose right photo is among the `first` of photos in random order.

    >>> chance(np.array([10, 20]), 5)
    0.375
    """
    return float(np.mean(np.minimum(first, size) / size))
