"""Points of photos -> points nearer to their captions: a small linear move, learned in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from withsense_tf.errors import DataError


@dataclass(frozen=True, eq=False)
class Move:
    """A linear move of points: by `offset` (dim,), and by their difference from `mean` (dim,) times `slope`."""

    mean: np.ndarray
    slope: np.ndarray
    offset: np.ndarray

    def apply(self, points: np.ndarray) -> np.ndarray:
        """Return the moved points, (photos, dim)."""
        return np.asarray(points + self.offset + (points - self.mean) @ self.slope)


def no_move(dim: int) -> Move:
    """Return the move that leaves every point where it is."""
    return Move(np.zeros(dim), np.zeros((dim, dim)), np.zeros(dim))


def learn_move(points: np.ndarray, targets: np.ndarray, penalty: float) -> tuple[Move, np.ndarray]:
    """Learn to move photos, (photos, dim), to their targets, (photos, dim), by ridge regression.

    Return the move, and where each photo would go if it had not been learned from, (photos, dim), in closed form
    (Allen's PRESS). `penalty` is a share of the points' mean spread along a direction: with 0 every direction is
    trusted, and with infinity all photos move alike. What is penalised is the *way* from a photo to its target, so
    a large penalty leaves a pre-trained network as it is, instead of forgetting it.
    """
    if len(points) < 2:
        raise DataError("A head needs captions of at least two training photos.")
    points, targets = points.astype(np.float64), targets.astype(np.float64)
    way = targets - points
    mean, offset = points.mean(axis=0), way.mean(axis=0)
    rows, lengths, axes = np.linalg.svd(points - mean, full_matrices=False)
    ridge = penalty * np.square(lengths).mean()
    shares = np.square(lengths) / np.maximum(np.square(lengths) + ridge, 1e-12)
    inside = rows.T @ (way - offset)
    slope = axes.T @ (inside * (lengths / np.maximum(np.square(lengths) + ridge, 1e-12))[:, None])
    residuals = way - offset - rows @ (inside * shares[:, None])
    own_share = 1 / len(points) + np.square(rows) @ shares
    return Move(mean, slope, offset), targets - residuals / np.maximum(1 - own_share, 1e-9)[:, None]
