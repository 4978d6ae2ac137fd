"""A judge that looks at people more closely: what the whole photo says, joined with what the looks at faces say."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import ClassVar, Final, Self

import numpy as np

from withsense_tf.common.saved_objects import Saveable
from withsense_tf.encoders.faces.close_looks import CloseLooks
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError
from withsense_tf.matchers.judges.child_kernel import ChildKernel
from withsense_tf.matchers.judges.judge_examples import JudgeExamples
from withsense_tf.matchers.judges.soft_labels import SoftLogistic
from withsense_tf.matchers.photo_features import PhotoFeatures

# Photos with a face that it takes to learn from faces.
FEWEST: Final = 50
PENALTY: Final = 1.0
FOLDS: Final = 5
# A chance of 0 or 1 has no logit.
SUREST: Final = 0.999


class CloseJudge(Saveable):
    """Join a kernel's chance with that of the look at a face that most speaks for a child.

    Looks are judged by ridge regression: it keeps one number for each of the vector's, and so no look. A photo in
    which no face is found has the kernel's chance, hardly changed.
    """

    LEARNED: ClassVar[tuple[str, ...]] = ("centre_", "weights_", "mean_", "join_")

    def __init__(self, kernel: ChildKernel, looks: CloseLooks) -> None:
        self.kernel = kernel
        self.looks = looks

    @property
    def features_(self) -> PhotoFeatures:
        """Return how whole photos are seen."""
        return self.kernel.features_

    def fit(self, examples: JudgeExamples) -> Self:
        """Learn from the photos that taught the kernel; `left_out_` is then as the kernel's, with faces.

        Each photo's looks are judged by weights, and joined by numbers, that four fifths of the others taught.
        """
        taught = np.flatnonzero(~np.isnan(self.kernel.left_out_))
        several = self._look_vectors(
            [examples.content[at] for at in taught], [examples.paths[at] for at in taught]
        )
        owner = np.repeat(np.arange(len(several)), [len(one) for one in several])
        self.faces_ = len(np.unique(owner))
        if self.faces_ < FEWEST:
            raise DataError(
                f"Faces were found in {self.faces_} of {len(several)} photos; a judge learns from faces in {FEWEST} at "
                "least. Take more photos of people, or leave --faces out."
            )
        looks, share = np.concatenate(several), examples.share[taught]
        if np.isnan(looks).any():
            raise DataError(
                "Some photos cannot be read any more, or have changed since the folder was loaded: load it again."
            )
        fold = np.random.default_rng(0).integers(0, FOLDS, len(taught))
        scores = np.zeros(len(owner))
        for one in range(FOLDS):
            rest = fold[owner] != one
            scores[~rest] = self._learn(looks[rest], share[owner][rest])._score(looks[~rest])
        self._learn(looks, share[owner])
        rows = _evidence(self.kernel.left_out_[taught], scores, owner)
        left_out = np.zeros(len(taught))
        for one in range(FOLDS):
            join = SoftLogistic().fit(rows[fold != one], share[fold != one])
            left_out[fold == one] = join.chance(rows[fold == one])
        self.join_ = SoftLogistic().fit(rows, share)
        self.left_out_ = np.full(len(examples.content), np.nan)
        self.left_out_[taught] = left_out
        return self

    def chance(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        """Return how likely each photo shows a child, (photos,); nan where its faces cannot be looked at."""
        whole = self.kernel.chance(content, paths)
        several = self._look_vectors(content, paths)
        owner = np.repeat(np.arange(len(several)), [len(one) for one in several])
        looks = np.concatenate([np.zeros((0, len(self.weights_)), np.float32), *several])
        chances = self.join_.chance(_evidence(whole, self._score(looks), owner))
        return np.where([np.isnan(one).any() for one in several], np.nan, chances)

    def beside(self, store: VectorStore) -> CloseJudge:
        """Return the same, which finds vectors of whole photos in another store; looks are never stored."""
        other = copy(self)
        other.kernel = self.kernel.beside(store)
        return other

    def _look_vectors(self, content: Sequence[str], paths: Sequence[Path]) -> list[np.ndarray]:
        """Return the vectors of each photo's looks; a row of nan where there is no telling."""
        encoder = self.features_.encoders[0]
        unseen = np.full((1, encoder.width), np.nan, np.float32)
        several = self.looks.stream(encoder, content, paths)
        # The root tames a few large numbers, as it does for whole photos.
        return [unseen if one is None else np.sign(one) * np.sqrt(np.abs(one)) for one in several]

    def _learn(self, looks: np.ndarray, share: np.ndarray) -> Self:
        from sklearn.linear_model import Ridge

        self.centre_, spread = looks.mean(axis=0), looks.std(axis=0)
        scale = 1 / ((spread + 0.1 * spread.mean() + 1e-9) * np.sqrt(looks.shape[1]))
        line = Ridge(PENALTY).fit((looks - self.centre_) * scale, share)
        self.weights_, self.mean_ = (line.coef_ * scale).astype(np.float32), float(line.intercept_)
        return self

    def _score(self, looks: np.ndarray) -> np.ndarray:
        return np.asarray((looks - self.centre_) @ self.weights_ + self.mean_, np.float64)


def _evidence(whole: np.ndarray, scores: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """Return what photos are joined by: the whole's logit, whether there are looks, the highest of them, and both."""
    certain = np.clip(whole, 1 - SUREST, SUREST)
    logit, highest = np.log(certain / (1 - certain)), np.full(len(whole), -np.inf)
    np.maximum.at(highest, owner, np.nan_to_num(scores))
    has_look = np.isfinite(highest)
    highest[~has_look] = 0.0
    return np.stack([logit, has_look, highest, logit * has_look], axis=1)
