"""Pixels and the photo's own captions together."""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np

from withsense_tf.data.dataset import Pairs
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.encoders.store import VectorStore
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.captions import CAPTION_ASSISTED, Captions, grid_of_looks
from withsense_tf.matchers.closed_form import ClosedFormTowers
from withsense_tf.matchers.gallery import Gallery, Queries
from withsense_tf.matchers.photo_features import Photos

PENALTIES: Final = np.logspace(-3, 2, 6)


class Hybrid(Matcher):
    """Weigh what the pixels say of a text and what the photo's own other captions say of it.

    The weights are learned (ridge regression on the judgements), from what the towers say of each training photo
    when it is left out. A photo that has no other captions is scored by its pixels alone.
    """

    track: ClassVar[str] = CAPTION_ASSISTED

    def __init__(
        self,
        photo: Photos = "mobilenet_v2",
        text: str | TextEncoder | None = None,
        store: VectorStore | None = None,
    ) -> None:
        self.photo = photo
        self.text = text
        self.store = store

    @property
    def name(self) -> str:
        """Name the matcher."""
        return "hybrid"

    def describe(self) -> dict[str, str]:
        """Return what a result row says of this matcher."""
        towers = getattr(self, "towers_", None) or ClosedFormTowers(self.photo, self.text)
        return towers.describe() | {"matcher": self.name, "track": self.track}

    def _fit(self, pairs: Pairs) -> None:
        from sklearn.linear_model import RidgeCV

        self.towers_ = ClosedFormTowers(self.photo, self.text, store=self.store).fit(pairs)
        self.captions_ = Captions(self.text).fit(pairs)
        cosines = self.towers_.left_out_cosines(pairs)
        looks = self.captions_.looks(pairs)
        known = looks.any(axis=1)
        self.line_ = None
        if known.sum() > 1:
            features = _features(cosines[known], looks[known])
            self.line_ = RidgeCV(PENALTIES).fit(features, pairs.target[known], pairs.weight[known])
            told = self.line_.predict(features)
            self.calibration_ = Calibration().fit(told, pairs.target[known], pairs.weight[known])

    def _score(self, pairs: Pairs) -> np.ndarray:
        cosines, looks = self.towers_.cosines(pairs), self.captions_.looks(pairs)
        return self._put_together(self.towers_.calibration_.apply(cosines), cosines, looks, calibrate=True)

    def _grid(self, gallery: Gallery, queries: Queries) -> np.ndarray:
        cosines = self.towers_.grid(gallery, queries)
        looks = grid_of_looks(self.captions_, gallery, queries)
        scores = self._put_together(
            self.towers_.calibration_.apply(cosines).ravel(),
            cosines.ravel(),
            looks.reshape(-1, looks.shape[2]),
            calibrate=False,
        )
        return scores.reshape(cosines.shape)

    def _put_together(
        self, by_pixels: np.ndarray, cosines: np.ndarray, looks: np.ndarray, calibrate: bool
    ) -> np.ndarray:
        # A little of the cosine itself, because calibrated numbers have steps, and ties rank badly.
        scores = by_pixels + (0.0 if calibrate else 1e-3) * cosines
        known = looks.any(axis=1)
        if known.any() and self.line_ is not None:
            told = self.line_.predict(_features(cosines[known], looks[known]))
            scores[known] = self.calibration_.apply(told) if calibrate else told
        return np.asarray(scores)


def _features(cosines: np.ndarray, looks: np.ndarray) -> np.ndarray:
    seen = np.column_stack([cosines, looks])
    # Squares let a fit that is nearly perfect count for more than twice a fair one.
    return np.hstack([seen, seen**2, seen[:, :1] * seen[:, 1:]])
