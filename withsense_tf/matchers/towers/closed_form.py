"""Two towers without gradient descent: from photo features to the space of captions by kernel ridge regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np

from withsense_tf.data.dataset import Pairs
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.encoders.make_encoder import tower_text
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.matchers.base import FeatureMatcher
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.own_captions import Examples, fit_texts, training_examples
from withsense_tf.matchers.photo_features import PhotoFeatures, Photos, photo_encoders
from withsense_tf.matchers.search_forms import unit
from withsense_tf.matchers.towers.base import Towers, left_out_cosines

# Features have about length 1, so photos lie about 1.4 apart; these reach from nearly linear to quite local. Their mean
# is as good as the best of them, and nothing is to be chosen.
GAMMAS: Final = (0.15, 0.6, 1.2)
PENALTIES: Final = (0.1, 0.2, 0.4, 0.8)


@dataclass(eq=False, repr=False)
class ClosedFormTowers(Towers, FeatureMatcher):
    """Foretell, for a photo, the mean of its captions' points, from the photos that look like it.

    The text tower is a caption space, learned from captions alone. The photo tower is kernel ridge regression on
    the photo features, with Gaussian kernels of several widths (`gammas`) averaged. Its penalty is chosen, and the
    scores calibrated, by what it says of each training photo when that photo is left out, which has a closed form.
    There is no randomness and no network.

    - `photo`: the photo encoder, by name or as an object, or a list of several side by side.
    - `text`: the text encoder, by name or as an object; without one, a space learned from the captions.
    - `gammas`: how narrow the kernels are; `penalties`: those that are tried.
    - `store`: where vectors of photos are kept, so that they are computed once; without one, in memory.
    """

    reads_caption_space: ClassVar[bool] = True
    LEARNED: ClassVar[tuple[str, ...]] = (
        "text_", "features_", "seen_", "coefficients_", "penalty_", "left_out_points_", "place_", "calibration_"
    )  # fmt: skip

    photo: Photos = "mobilenet_v2"
    text: str | TextEncoder | None = None
    gammas: Sequence[float] = GAMMAS
    penalties: Sequence[float] = PENALTIES
    store: VectorStore | None = None

    @property
    def name(self) -> str:
        """Name the matcher."""
        return "two towers, closed form"

    def photo_points(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        """Return the point of each photo, length 1, (photos, dim)."""
        features = self.features_.transform(content, paths)
        return unit(_kernel(features, self.seen_, self.gammas) @ self.coefficients_)

    def text_points(self, texts: Sequence[str]) -> np.ndarray:
        """Return the point of each text, (texts, dim)."""
        return unit(self.text_.encode(texts))

    def left_out_cosines(self, pairs: Pairs) -> np.ndarray:
        """Return the cosines of training pairs as if each pair's photo had not been trained on, (pairs,)."""
        return left_out_cosines(self, pairs, self.place_, self.left_out_points_)

    def _fit(self, pairs: Pairs) -> None:
        numbers = np.array([*self.gammas, *self.penalties], np.float64)
        if (
            not len(self.gammas)
            or not len(self.penalties)
            or not (np.isfinite(numbers) & (numbers > 0)).all()
        ):
            raise SettingError("gammas and penalties need numbers above 0, at least one of each.")
        self.text_ = fit_texts(tower_text(self.text), pairs)
        examples = training_examples(pairs)
        paths = [Path(path) for path in examples.paths]
        self.features_ = PhotoFeatures(photo_encoders(self.photo), self.store).fit(examples.content, paths)
        self.seen_ = self.features_.transform(examples.content, paths)
        captions = self.text_points(examples.texts)
        targets = mean_captions(captions, examples)
        targets = targets - targets.mean(axis=0)
        self._choose(targets, captions, examples)
        self.place_ = {content: at for at, content in enumerate(examples.content)}
        self.calibration_ = Calibration().fit(self.left_out_cosines(pairs), pairs.target, pairs.weight)

    def _choose(self, targets: np.ndarray, captions: np.ndarray, examples: Examples) -> None:
        """Keep the penalty that ranks best the photo of each training caption, that photo left out."""
        best = -1.0
        values, vectors = np.linalg.eigh(_kernel(self.seen_, self.seen_, self.gammas).astype(np.float64))
        inside = vectors.T @ targets
        for penalty in self.penalties:
            shares = 1 / (np.maximum(values, 0) + penalty)
            coefficients = vectors @ (inside * shares[:, None])
            # The closed form of leaving each photo out (Allen's PRESS).
            points = unit(targets - coefficients / ((vectors**2) @ shares)[:, None])
            rank = mean_reciprocal_rank(points, captions, examples)
            if rank > best:
                best, self.penalty_ = rank, penalty
                self.coefficients_ = coefficients.astype(np.float32)
                self.left_out_points_ = points.astype(np.float32)


def _kernel(photos: np.ndarray, others: np.ndarray, gammas: Sequence[float]) -> np.ndarray:
    """Return the similarity of photos, from 0 to 1, (photos, others)."""
    apart = (photos**2).sum(axis=1)[:, None] + (others**2).sum(axis=1) - 2 * photos @ others.T
    return np.asarray(sum(np.exp(-gamma * np.maximum(apart, 0)) for gamma in gammas) / len(gammas))


def mean_captions(captions: np.ndarray, examples: Examples) -> np.ndarray:
    """Return the mean of each photo's captions, float64, (photos, dim), from their points, (captions, dim)."""
    from scipy.sparse import csr_matrix

    total = np.bincount(examples.owner, examples.weight, minlength=len(examples.content))
    share: Any = csr_matrix(
        (examples.weight / total[examples.owner], (examples.owner, np.arange(len(examples.owner))))
    )
    return np.asarray(share @ captions, np.float64)


def mean_reciprocal_rank(points: np.ndarray, captions: np.ndarray, examples: Examples) -> float:
    """Return the mean reciprocal rank of photos at `points` for their own captions, from 0 to 1."""
    cosines = points.astype(np.float32) @ captions.astype(np.float32).T
    own = cosines[examples.owner, np.arange(len(examples.owner))]
    # Ties count against the right photo: a tower that puts all photos in one point finds none.
    ranks = (cosines >= own).sum(axis=0)
    return float(np.average(1 / ranks, weights=examples.weight))
