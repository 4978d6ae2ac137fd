"""The closed form for more photos than one matrix of all pairs can hold: they go by in blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from withsense_tf.common.unit import unit
from withsense_tf.matchers.own_captions import Examples
from withsense_tf.matchers.towers.caption_means import mean_captions, mean_reciprocal_rank
from withsense_tf.matchers.towers.kernel_ridge import Kernel
from withsense_tf.matchers.towers.landmark_ridge import LandmarkRidge, LandmarkSolution

BLOCK: Final = 2_048
# So many photos rank each other where the penalty is chosen.
JUDGES: Final = 2_000
SEED: Final = 0

Points = Callable[[Sequence[str]], np.ndarray]
Features = Callable[[Sequence[str], Sequence[Path]], np.ndarray]


@dataclass(frozen=True, eq=False)
class LargeFit:
    """What a fit by landmarks gives: features and coefficients of the landmarks, left-out points of some photos.

    `mean` is the mean caption, which is taken away from all others.
    """

    landmark_rows: np.ndarray
    coefficients: np.ndarray
    penalty: float
    left_out_points: np.ndarray
    mean: np.ndarray


@dataclass(frozen=True, eq=False)
class _Photos:
    """Photos in blocks: their features, and the mean points of their captions."""

    examples: Examples
    features: Features
    text_points: Points

    def block(self, photos: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the features and targets of photos at these places."""
        some = np.zeros(len(self.examples.content), bool)
        some[photos] = True
        part = self.examples.only(some)
        rows = self.features(part.content, [Path(path) for path in part.paths])
        return rows, mean_captions(self.text_points(part.texts), part)

    def blocks(self, photos: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the blocks of photos at these places, in their order."""
        for start in range(0, len(photos), BLOCK):
            yield self.block(photos[start : start + BLOCK])


def fit_by_landmarks(
    examples: Examples,
    maps: tuple[Features, Points],
    kernel: Kernel,
    penalties: Sequence[float],
    landmarks: int,
    own: np.ndarray,
) -> LargeFit:
    """Fit the photo tower on many photos; `maps` turn photos into features and texts into points.

    `own` are the places of the photos whose left-out points are wanted; the penalty is chosen on some of them.
    """
    photos = _Photos(examples, *maps)
    order = np.random.default_rng(SEED).permutation(len(examples.content))
    landmark_rows, means = photos.block(np.sort(order[:landmarks]))
    # Of so many photos the mean is that of all.
    mean = means.mean(axis=0)
    ridge = LandmarkRidge(landmark_rows, kernel, means.shape[1])
    for rows, targets in photos.blocks(np.arange(len(examples.content))):
        ridge.add(rows, targets - mean)
    # In the order in which `block` gives them.
    judge_places = np.sort(own[np.random.default_rng(SEED).permutation(len(own))[:JUDGES]])
    some = np.zeros(len(examples.content), bool)
    some[judge_places] = True
    judges = examples.only(some)
    captions = photos.text_points(judges.texts)
    rows, targets = photos.block(judge_places)

    def rank(solution: LandmarkSolution) -> float:
        return mean_reciprocal_rank(unit(solution.left_out(rows, targets - mean)), captions, judges)

    # One after the other: a solution holds as much as the sums that it comes from, and only the best stays.
    best = max(map(ridge.solve, penalties), key=rank)
    points = _left_out_points(best, photos, own, mean)
    return LargeFit(landmark_rows, best.coefficients.astype(np.float32), best.penalty, points, mean)


def _left_out_points(
    solution: LandmarkSolution, photos: _Photos, own: np.ndarray, mean: np.ndarray
) -> np.ndarray:
    parts = [
        unit(solution.left_out(rows, targets - mean)).astype(np.float32)
        for rows, targets in photos.blocks(own)
    ]
    return np.concatenate(parts)
