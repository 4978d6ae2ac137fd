"""Kernel ridge regression for more rows than a matrix of all pairs can hold, by landmarks (Nyström).

The answer is sought among sums of similarities to some rows, the landmarks. Then all rows go by in blocks, and what is
kept is as large as the landmarks are many. With every row a landmark the answer is that of the exact regression.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from withsense_tf.matchers.towers.kernel_ridge import Kernel

# Landmarks that look alike are nearly the same equation twice; so little makes them solvable and moves no answer.
JITTER: Final = 1e-9


class LandmarkRidge:
    """A regression that rows are added to, in portions; `solve` may be asked for several penalties.

    - `landmarks`: rows of features, (landmarks, features); `kernel`: similarities of rows to others.
    - `outputs`: how many numbers each row's target has.
    """

    def __init__(self, landmarks: np.ndarray, kernel: Kernel, outputs: int) -> None:
        self.landmarks = landmarks
        self._kernel = kernel
        self._inside = kernel(landmarks, landmarks).astype(np.float64)
        self._gram = np.zeros_like(self._inside)
        self._answers = np.zeros((len(landmarks), outputs))

    def add(self, rows: np.ndarray, targets: np.ndarray) -> None:
        """Learn from rows, (rows, features), and their targets, (rows, outputs)."""
        similar = self.similar(rows)
        self._gram += similar.T @ similar
        self._answers += similar.T @ targets

    def solve(self, penalty: float) -> LandmarkSolution:
        """Return the coefficients under a penalty."""
        from scipy.linalg import cho_factor, cho_solve

        system = self._gram + penalty * self._inside
        system[np.diag_indices_from(system)] += JITTER * np.trace(system) / len(system)
        factor = cho_factor(system, lower=True, overwrite_a=True, check_finite=False)
        return LandmarkSolution(self, penalty, cho_solve(factor, self._answers, check_finite=False), factor)

    def similar(self, rows: np.ndarray) -> np.ndarray:
        """Return how like rows are to the landmarks, float64, (rows, landmarks)."""
        return self._kernel(rows, self.landmarks).astype(np.float64)


class LandmarkSolution:
    """The coefficients of the landmarks, (landmarks, outputs), and what rows get when they are left out."""

    def __init__(self, ridge: LandmarkRidge, penalty: float, coefficients: np.ndarray, factor: Any) -> None:
        self.penalty, self.coefficients = penalty, coefficients
        self._ridge, self._factor = ridge, factor

    def left_out(self, rows: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return what rows that were added get from a regression without each of them, (rows, outputs)."""
        from scipy.linalg import cho_solve

        similar = self._ridge.similar(rows)
        # How much of a row's own target its answer has (its leverage); the rest is the others'.
        own = np.einsum("nl,ln->n", similar, cho_solve(self._factor, similar.T, check_finite=False))
        error = targets - similar @ self.coefficients
        return np.asarray(targets - error / np.maximum(1 - own, 1e-6)[:, None])
