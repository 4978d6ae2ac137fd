"""What every matcher offers, and what they share: scikit-learn's contract on pairs."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from pathlib import Path
from threading import Event
from typing import Any, ClassVar, Final, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from withsense_tf.common.saved_objects import Saveable
from withsense_tf.data.dataset import Pairs, check_pairs
from withsense_tf.data.flickr8k import published_test_photos
from withsense_tf.data.gallery import Gallery, Queries, cross_pairs
from withsense_tf.encoders.base import PhotoEncoder, TextEncoder, no_numbers
from withsense_tf.encoders.make_encoder import tower_text
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import (
    DataError,
    NotFittedError,
    PublishedTestWarning,
    SettingError,
    check_kind,
)
from withsense_tf.matchers.own_captions import captioned_photos
from withsense_tf.matchers.photo_features import (
    PhotoFeatures,
    Photos,
    describe_encoders,
    photo_encoders,
    warn_of_untaught_eyes,
)
from withsense_tf.matchers.search_forms import SearchForm
from withsense_tf.matchers.setting_types import check_settings_of
from withsense_tf.targets.calibrated_on import CalibratedOn

_PUBLISHED_TEST_WARNED: Final = Event()
FOR_SEARCH_ALONE: Final = ContextVar("for search alone", default=False)


class Matcher(Saveable, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Say from 0 to 1 how well the photo and the text of each pair fit.

    `__init__` stores its arguments, `fit` returns self, what is learned ends in `_`. Subclasses write `_fit` and
    `_score`; scores outside [0, 1] are cut off.
    """

    track: ClassVar[str]
    # Whether TensorFlow is needed to fit it, also where all vectors are stored.
    trains_network: ClassVar[bool] = False
    # What a table of a configuration gives it where it does not say: one photo encoder or all of them, the space of
    # captions as text encoder or its own default, and the class of a table "training".
    one_photo_encoder: ClassVar[bool] = False
    reads_caption_space: ClassVar[bool] = False
    training_kind: ClassVar[type[Any] | None] = None
    # Learned attributes that are saved, besides the photos that were trained on.
    LEARNED: ClassVar[tuple[str, ...]] = ()

    @property
    def name(self) -> str:
        """Name the matcher and the settings that tell its rows apart."""
        raise NotImplementedError(f"{type(self).__name__} has no `name`: write what its rows are called")

    def fit(self, pairs: Pairs, y: Any = None) -> Self:
        """Learn from the pairs' targets and weights; remember which photos were seen.

        `y` is there for scikit-learn, which passes `pairs.target` once more: it can be nothing else.
        """
        check_pairs("fit", pairs)
        if y is not None and not np.array_equal(np.asarray(y), pairs.target):
            raise SettingError(
                "fit learns pairs.target, which is part of the pairs: leave y out, or pass just that."
            )
        if not len(pairs):
            raise DataError(f"{type(self).__name__} cannot learn from no pairs at all.")
        check_settings_of(self)
        if not np.isfinite(pairs.target).all() or pairs.target.min() < 0 or pairs.target.max() > 1:
            raise DataError("Targets must be numbers from 0 to 1.")
        _warn_of_published_test_photos(pairs)
        warn_of_untaught_eyes(getattr(self, "photo", ()), pairs)
        self._fit(pairs)
        self.law_ = pairs.data.law
        self.fitted_target_ = pairs.definition
        self.calibrated_on_ = CalibratedOn.of(pairs).as_dict()
        trained_on = (one.trained_on for one in self.encoders())
        self.fitted_content_ = frozenset(pairs.content).union(self.beside(pairs)["content"], *trained_on)
        # From these the chance is learned where a matcher is saved or searched by: no comparison needs it.
        self.__dict__.pop("chance_", None)
        self._lesson = pairs
        return self

    def check_settings(self) -> None:
        """Raise where a setting cannot be, as far as that is known without data: `fit` asks, and so do dry runs."""

    def beside(self, pairs: Pairs) -> pd.DataFrame:
        """Return the captioned photos (photo, content, path) that it learns from beside the pairs."""
        return captioned_photos(pairs, getattr(self, "captioned", False), getattr(self, "seed", 0))

    def predict(self, pairs: Pairs) -> np.ndarray:
        """Return a number from 0 to 1 for each pair, float64, (pairs,)."""
        self.check_fitted()
        check_pairs("predict", pairs)
        if not len(pairs):
            return np.zeros(0)
        return np.asarray(np.clip(self._checked_scores(pairs), 0.0, 1.0))

    def grid(self, gallery: Gallery, queries: Queries) -> np.ndarray:
        """Score every photo for every query, float64, (queries, photos); higher fits better.

        These scores are for ranking: they need not lie between 0 and 1, and have no steps as calibrated ones have.
        """
        self.check_fitted()
        check_kind("grid", gallery, Gallery, "photos to be ranked", "pass ws.Gallery(data, names)")
        check_kind("grid", queries, Queries, "texts to rank them for", "pass ws.Queries.of(texts)")
        scores = np.asarray(self._grid(gallery, queries))
        return finite(f"{self.name}: _grid", scores, (len(queries), len(gallery)))

    @property
    def law(self) -> str:
        """Return the version of the law that its training pairs had passed; nothing where none is known of.

        A matcher that learned without the law knows words and looks of those whom the law protects.
        """
        return getattr(self, "law_", "")

    @property
    def calibrated_on(self) -> CalibratedOn:
        """Return what its numbers were learned from: judgements, captions alone, or nobody knows what."""
        return CalibratedOn.from_dict(getattr(self, "calibrated_on_", None))

    def adapt(self, pairs: Pairs) -> Matcher:  # noqa: ARG002  # as subclasses
        """Return a matcher that has also learned from the photos of these pairs; this one stays as it is."""
        raise SettingError(
            f"{self.name} cannot be adapted to other photos; closed_form and hybrid can. Train it anew, without --from."
        )

    def with_learned(self, pairs: Pairs, content: Sequence[str]) -> Self:
        """Return a copy that says it has learned from these photos of some pairs, too; what it learned is set later."""
        other = copy(self)
        other.fitted_content_ = self.fitted_content_ | frozenset(content)
        # Of both sides' photos only those passed the law that both passed.
        other.law_ = self.law if pairs.data.law else ""
        if len(better := self.better_pairs(pairs)):
            other.calibrated_on_, other.fitted_target_ = CalibratedOn.of(better).as_dict(), better.definition
        return other

    def better_pairs(self, pairs: Pairs) -> Pairs:
        """Return the pairs of photos that it has not seen, if they calibrate it better than it is, else none."""
        new = pairs.take(np.flatnonzero(~np.isin(pairs.content, list(self.fitted_content_))))
        return new if self.calibrated_on.yields_to(CalibratedOn.of(new)) else new.take([])

    def describe(self) -> dict[str, str]:
        """Return the columns of a result row that describe the matcher: matcher, track, photo, text, weights."""
        return {"matcher": self.name, "track": self.track, "photo": "", "text": "", "weights": ""}

    def encoders(self) -> list[PhotoEncoder]:
        """Return the encoders whose vectors of photos it takes from its store."""
        return photo_encoders(self.photo) if hasattr(self, "photo") else []

    def prepare(self, content: Sequence[str], paths: Sequence[Path], texts: Sequence[str]) -> None:  # noqa: ARG002  # as subclasses
        """Store the vectors that no training changes, so that many trainings find them there.

        A photo that cannot be decoded is passed over here: whoever needs it will say so.
        """
        if getattr(self, "store", None) is not None:
            for encoder in self.encoders():
                self.store.encode(encoder, content, paths)

    @property
    def vector_store(self) -> VectorStore | None:
        """Return where a fitted matcher has the vectors of photos; None where nobody can say."""
        return getattr(self, "store_", None) or getattr(self, "store", None)

    def search_form(self) -> SearchForm:
        """Return the search form of the fitted matcher, which needs only the vectors of photos."""
        raise SettingError(
            f"{self.name} has no search_form, so it finds nothing: search by ws.Hybrid or ws.ClosedFormTowers. "
            "docs/how_to/extend.md says how a matcher of your own gets one."
        )

    def photo_rows(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:  # noqa: ARG002  # as subclasses
        """Return the vector that a search keeps of each photo, float32, (photos, width)."""
        raise SettingError(f"{self.name} does not look at photos: a search keeps no vectors of them.")

    def to_state(self) -> dict[str, Any]:
        """Return the state to save: settings, with the encoders themselves, and learned attributes."""
        self.check_fitted()
        state = super().to_state()
        state["learned"] |= {
            "fitted_content_": self.fitted_content_,
            "fitted_target_": self.fitted_target_,
            "law_": self.law,
            "calibrated_on_": self.calibrated_on.as_dict(),
        }
        if hasattr(self, "chance_"):
            state["learned"]["chance_"] = self.chance_
        return state

    def _fit(self, pairs: Pairs) -> None:
        raise NotImplementedError(f"{type(self).__name__} has no `_fit`: write how it learns from pairs")

    def _score(self, pairs: Pairs) -> np.ndarray:
        raise NotImplementedError(f"{type(self).__name__} has no `_score`: write how well pairs fit")

    def _checked_scores(self, pairs: Pairs) -> np.ndarray:
        """Return the scores of pairs; raise where a subclass returns something else than an array of them."""
        return finite(f"{self.name}: _score", self._score(pairs), (len(pairs),))

    def _grid(self, gallery: Gallery, queries: Queries) -> np.ndarray:
        """Score pair by pair; matchers that can do it with less work have their own way."""
        return self._checked_scores(cross_pairs(gallery, queries)).reshape(len(queries), len(gallery))

    def check_fitted(self) -> None:
        """Raise where nothing is learned yet."""
        if not self.__sklearn_is_fitted__():
            raise NotFittedError(f"This {type(self).__name__} is not fitted yet: call fit(train) first.")

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "fitted_content_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.estimator_type = "regressor"
        return tags


class FeatureMatcher(Matcher):
    """A matcher that learns from features of photos and vectors of texts; `_fit` sets `features_` and `text_`.

    `text=None` stands for a caption space, where a matcher has that default.
    """

    photo: Photos
    text: str | TextEncoder | None
    features_: PhotoFeatures
    text_: TextEncoder

    @property
    def vector_store(self) -> VectorStore | None:
        """Return where its features have the vectors of photos."""
        return self.features_.store

    def describe(self) -> dict[str, str]:
        """Return the columns of a result row that describe the matcher and its encoders: the fitted ones, if any."""
        photos = self.features_.encoders if hasattr(self, "features_") else photo_encoders(self.photo)
        text = getattr(self, "text_", None) or tower_text(self.text)
        return super().describe() | describe_encoders(photos, text)

    def to_state(self) -> dict[str, Any]:
        """Return the state to save, with the fitted encoders in place of their names."""
        state = super().to_state()
        state["settings"] |= {"photo": self.features_.encoders, "text": self.text_}
        return state


def finite(whose: str, scores: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return scores as float64; raise where they are no array of finite numbers of that shape."""
    if received := no_numbers(scores, shape, kinds="biuf"):
        expected = " x ".join(map(str, shape))
        raise DataError(f"{whose} must return an array of {expected} finite numbers, got {received}.")
    return np.asarray(scores, np.float64)


@contextmanager
def for_search_alone() -> Iterator[None]:
    """Within the block, matchers learn to answer searches: nobody is told how figures of theirs may be published."""
    token = FOR_SEARCH_ALONE.set(True)
    try:
        yield
    finally:
        FOR_SEARCH_ALONE.reset(token)


def _warn_of_published_test_photos(pairs: Pairs) -> None:
    """Warn once a process: who fits ten matchers knows it after the first."""
    if FOR_SEARCH_ALONE.get():
        return
    test_photos = published_test_photos(pairs.table["photo"].unique())
    if test_photos and not _PUBLISHED_TEST_WARNED.is_set():
        _PUBLISHED_TEST_WARNED.set()
        warnings.warn(
            f"Trained on photos of Flickr8k's official test split (as {min(test_photos)}). Such figures must not stand "
            "beside published Flickr8k test figures as if they were measured alike: for those, train on Flickr8k's "
            "training split only.",
            PublishedTestWarning,
            stacklevel=3,
        )
