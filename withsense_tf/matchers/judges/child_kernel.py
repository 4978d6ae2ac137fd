"""Photo features -> how likely a photo shows a child: kernel ridge regression on the share of captions that say so."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import ClassVar, Final, Self

import numpy as np

from withsense_tf.common.saved_objects import Saveable
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import NotFittedError
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.judges.judge_examples import JudgeExamples
from withsense_tf.matchers.photo_features import PhotoFeatures
from withsense_tf.matchers.towers.closed_form import GAMMAS, MOST_EXACT, gaussian_kernel

PENALTY: Final = 0.5


class ChildKernel(Saveable):
    """Learn from photos with captions; what it says of each of them when it is left out has a closed form.

    Shares of captions, not yes and no: a photo of which one caption of five speaks of a child teaches less. Of more
    than 7,500 photos so many teach, drawn by chance.
    """

    LEARNED: ClassVar[tuple[str, ...]] = (
        "features_", "seen_", "coefficients_", "mean_", "calibration_",
    )  # fmt: skip

    def __init__(self, penalty: float = PENALTY, gammas: Sequence[float] = GAMMAS) -> None:
        self.penalty = penalty
        self.gammas = gammas

    def fit(self, examples: JudgeExamples, encoders: Sequence[PhotoEncoder], store: VectorStore) -> Self:
        """Learn; `left_out_` then has the chance of each photo that taught, had it not, and nan for the others."""
        taught = np.random.default_rng(0).permutation(len(examples.content))[:MOST_EXACT]
        taught.sort()
        content = [examples.content[at] for at in taught]
        paths = [examples.paths[at] for at in taught]
        share = examples.share[taught]
        self.features_ = PhotoFeatures(encoders, store).fit(content, paths)
        self.seen_ = self.features_.transform(content, paths)
        self.mean_ = float(share.mean())
        system = self._kernel(self.seen_).astype(np.float64)
        system[np.diag_indices_from(system)] += self.penalty
        inverse = np.linalg.inv(system)
        coefficients = inverse @ (share - self.mean_)
        self.coefficients_ = coefficients.astype(np.float32)
        # Leaving each row out in a closed form (Allen's PRESS).
        scores = share - coefficients / np.diag(inverse)
        self.calibration_ = Calibration("platt").fit(scores, share)
        self.left_out_ = np.full(len(examples.content), np.nan)
        self.left_out_[taught] = self.calibration_.apply(scores)
        return self

    def chance(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        """Return how likely each photo, given by its content and path, shows a child, (photos,)."""
        if not hasattr(self, "seen_"):
            raise NotFittedError(
                "This ChildKernel is not fitted yet: call fit(examples, encoders, store) first."
            )
        features = self.features_.transform(content, paths)
        return self.calibration_.apply(self._kernel(features) @ self.coefficients_ + self.mean_)

    def beside(self, store: VectorStore) -> ChildKernel:
        """Return the same, which finds vectors of photos in another store."""
        other = copy(self)
        other.features_ = copy(self.features_)
        other.features_.store = store
        return other

    def _kernel(self, features: np.ndarray) -> np.ndarray:
        return gaussian_kernel(features, self.seen_, self.gammas)
