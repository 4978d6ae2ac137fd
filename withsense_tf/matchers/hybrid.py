"""Pixels and the photo's own captions together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np

from withsense_tf.data.dataset import Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.captions import CAPTION_ASSISTED, Captions, grid_of_looks
from withsense_tf.matchers.photo_features import Photos
from withsense_tf.matchers.search_forms import HybridForm, Line, hybrid_features
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers

PENALTIES: Final = np.logspace(-3, 2, 6)


@dataclass(eq=False, repr=False)
class Hybrid(Matcher):
    """Weigh what the pixels say of a text and what the photo's own other captions say of it.

    The weights are learned (ridge regression on the judgements), from what the towers say of each training photo
    when it is left out. A photo that has no other captions is scored by its pixels alone.

    - `photo`: the photo encoder, by name or as an object, or a list of several side by side.
    - `text`: the text encoder, by name or as an object; without one, a space learned from the captions.
    - `captioned`: whether photos with captions and without judgements are learned from, too; a number: so many.
    - `store`: where vectors of photos are kept, so that they are computed once; without one, in memory.
    """

    track: ClassVar[str] = CAPTION_ASSISTED
    reads_caption_space: ClassVar[bool] = True

    LEARNED: ClassVar[tuple[str, ...]] = ("towers_", "captions_", "line_", "calibration_")

    photo: Photos = "mobilenet_v2"
    text: str | TextEncoder | None = None
    captioned: bool | int = True
    store: VectorStore | None = None

    @property
    def name(self) -> str:
        """Name the matcher."""
        return "hybrid"

    def describe(self) -> dict[str, str]:
        """Return the columns of a result row that describe the matcher."""
        towers = getattr(self, "towers_", None) or ClosedFormTowers(self.photo, self.text)
        return towers.describe() | {"matcher": self.name, "track": self.track}

    def _fit(self, pairs: Pairs) -> None:
        from sklearn.linear_model import RidgeCV

        self.towers_ = ClosedFormTowers(
            self.photo, self.text, captioned=self.captioned, store=self.store
        ).fit(pairs)
        self.captions_ = Captions(self.text).fit(pairs)
        cosines = self.towers_.left_out_cosines(pairs)
        looks = self.captions_.looks(pairs)
        has_captions = looks.any(axis=1)
        self.line_, self.calibration_ = None, None
        if has_captions.sum() > 1:
            features = hybrid_features(cosines[has_captions], looks[has_captions])
            ridge = RidgeCV(PENALTIES).fit(features, pairs.target[has_captions], pairs.weight[has_captions])
            self.line_ = Line(np.asarray(ridge.coef_), float(ridge.intercept_))
            scores = self.line_.apply(features)
            self.calibration_ = Calibration().fit(
                scores, pairs.target[has_captions], pairs.weight[has_captions]
            )

    def search_form(self) -> HybridForm:
        """Return the search form: cosines with photos and captions, weighed by the learned line."""
        return HybridForm(self.towers_.search_form(), self.line_, self.calibration_)

    def photo_rows(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        """Return the point of each photo, float32, (photos, dim)."""
        return self.towers_.photo_rows(content, paths)

    def to_state(self) -> dict[str, Any]:
        """Return the state to save."""
        state = super().to_state()
        state["settings"] |= {"photo": self.towers_.features_.encoders, "text": self.towers_.text_}
        return state

    def _score(self, pairs: Pairs) -> np.ndarray:
        cosines, looks = self.towers_.cosines(pairs), self.captions_.looks(pairs)
        return self.search_form().number_of(cosines, looks)

    def _grid(self, gallery: Gallery, queries: Queries) -> np.ndarray:
        cosines = self.towers_.grid(gallery, queries)
        looks = grid_of_looks(self.captions_, gallery, queries)
        scores = self.search_form().score(cosines.ravel(), looks.reshape(-1, looks.shape[2]))
        return scores.reshape(cosines.shape)
