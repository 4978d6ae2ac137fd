from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline

from withsense_tf.data import flickr8k
from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.photos.photo_keras import KerasPhoto
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import (
    DataError,
    KindError,
    NotFittedError,
    PublishedTestWarning,
    SettingError,
    WithSenseWarning,
)
from withsense_tf.matchers.base import Matcher, for_search_alone
from withsense_tf.matchers.concat.concat_linear import ConcatLinear
from withsense_tf.matchers.constant import Constant
from withsense_tf.matchers.hybrid import Hybrid
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers
from withsense_tf.targets.blend import relevance


@pytest.fixture
def pairs(tiny: Dataset) -> Pairs:
    return relevance(tiny, crowd=None)


def test_training_on_a_published_test_split_warns(pairs: Pairs, monkeypatch: pytest.MonkeyPatch) -> None:
    Constant().fit(pairs)  # no warning, which would be an error here
    monkeypatch.setattr(flickr8k, "_test_names", lambda: frozenset({flickr8k.name_hash("cat.jpg")}))
    with pytest.warns(PublishedTestWarning, match=r"as cat\.jpg"):
        Constant().fit(pairs)
    Constant().fit(pairs)  # once a process: a second warning would be an error here


def test_what_learns_for_a_search_alone_says_nothing_of_published_figures(
    pairs: Pairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flickr8k, "_test_names", lambda: frozenset({flickr8k.name_hash("cat.jpg")}))
    with for_search_alone():
        Constant().fit(pairs)  # a warning would be an error here
    with pytest.warns(PublishedTestWarning):
        Constant().fit(pairs)


@pytest.mark.parametrize("photo", ["scene_net", ["efficientnet_lite0:random", "scene_net"]])
def test_what_was_taught_on_no_photo_is_warned_of_where_it_looks_at_real_ones(
    photo: object, pairs: Pairs
) -> None:
    class Looking(Constant):
        def encoders(self) -> list[PhotoEncoder]:
            return []

    matcher = Looking()
    matcher.photo = photo  # type: ignore[attr-defined]  # as matchers that look at photos have it
    with pytest.warns(WithSenseWarning, match="drawn scenes alone") as warned:
        matcher.fit(pairs)
    assert len(warned) == 1
    assert "best_encoders_here" in str(warned[0].message)
    drawn = Pairs(replace(pairs.data, synthetic=True), pairs.table, pairs.definition)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        matcher.fit(drawn)


def test_data_in_place_of_pairs_gets_advice(tiny: Dataset) -> None:
    with pytest.raises(DataError, match=r"pass ws\.relevance"):
        Constant().fit(tiny)  # type: ignore[arg-type]  # that is what is tried


def test_a_class_in_place_of_an_encoder_gets_advice(pairs: Pairs) -> None:
    with pytest.raises(SettingError, match=r"the class KerasPhoto: add \(\)"):
        ConcatLinear(photo=KerasPhoto).fit(pairs)


def test_scores_are_cut_off_at_0_and_1(pairs: Pairs, mean_colour) -> None:
    matcher = ConcatLinear("linear", photo=mean_colour).fit(pairs)
    matcher.model_ = replace(matcher.model_, intercept=5.0)
    assert set(matcher.predict(pairs)) == {1.0}


def test_photos_are_encoded_once_for_matchers_that_share_a_store(pairs: Pairs, mean_colour) -> None:
    store = VectorStore()
    for kind in ("linear", "ridge"):
        ConcatLinear(kind, photo=mean_colour, store=store).fit(pairs).predict(pairs)
    assert mean_colour.encoded == 6


@pytest.mark.parametrize("matcher", [Constant("median"), ConcatLinear("ridge", text="tfidf")])
def test_matchers_keep_scikit_learns_contract(matcher: Constant | ConcatLinear) -> None:
    copy = clone(matcher)
    assert copy is not matcher
    assert copy.get_params() == matcher.get_params()
    assert type(matcher).__name__ in repr(matcher)


def test_a_pipeline_of_scikit_learn_fits_and_predicts(pairs: Pairs) -> None:
    pipeline = Pipeline([("matcher", Constant())]).fit(pairs, pairs.target)
    np.testing.assert_array_equal(pipeline.predict(pairs), Constant().fit(pairs).predict(pairs))
    with pytest.raises(SettingError, match=r"pairs\.target, which is part of the pairs: leave y out"):
        Constant().fit(pairs, 1 - pairs.target)


def test_scikit_learn_does_not_split_pairs_by_rows(pairs: Pairs) -> None:
    with pytest.raises(
        SettingError, match=r"Split pairs by photo, by ws\.folds_by_photo\(pairs\), not by rows"
    ):
        cross_val_score(Constant(), pairs, pairs.target, cv=3, scoring="r2")
    with pytest.raises(TypeError, match="not iterable"):
        list(pairs)
    with pytest.raises(SettingError, match="Split pairs by photo"):
        GridSearchCV(Constant(), {"statistic": ["mean", "median"]}, scoring="r2").fit(pairs, pairs.target)


def test_fit_returns_the_matcher_and_predict_before_fit_is_an_error(pairs: Pairs) -> None:
    matcher = Constant()
    with pytest.raises(NotFittedError, match="call fit"):
        matcher.predict(pairs)
    assert matcher.fit(pairs) is matcher


def test_no_pairs_cannot_be_learned_from_and_give_no_predictions(pairs: Pairs) -> None:
    with pytest.raises(DataError, match="no pairs"):
        Constant().fit(pairs.take([]))
    assert Constant().fit(pairs).predict(pairs.take([])).shape == (0,)


@pytest.mark.parametrize("bad", [1.5, -0.1, float("nan")])
def test_targets_outside_0_to_1_are_refused(pairs: Pairs, bad: float) -> None:
    table = pairs.table
    table.loc[0, "target"] = bad
    with pytest.raises(DataError, match="from 0 to 1"):
        Constant().fit(Pairs(pairs.data, table))


class Given(Constant):
    """It gives what it is told to."""

    scores: np.ndarray

    _grid = Matcher._grid

    def _score(self, pairs: Pairs) -> np.ndarray:
        return self.scores


class GivenGrid(Given):
    """The same for whole grids."""

    def _grid(self, gallery: Gallery, queries: Queries) -> np.ndarray:
        return self.scores


def test_scores_of_another_shape_and_scores_that_are_no_numbers_are_two_mistakes(pairs: Pairs) -> None:
    gallery, queries = Gallery(pairs.data, tuple(pairs.photos["photo"][:2])), Queries.of(["a dog"])
    matcher, grid = Given().fit(pairs), GivenGrid().fit(pairs)
    matcher.scores = np.zeros(3)
    with pytest.raises(
        DataError,
        match=r"_score must return an array of 18 finite numbers, got an array of float64 of shape \(3,\)",
    ):
        matcher.predict(pairs)
    matcher.scores = np.array([0.5, np.nan, np.inf])
    with pytest.raises(
        DataError, match="_score must return an array of 3 finite numbers, got 2 of 3 that are NaN"
    ):
        matcher.predict(pairs.take([0, 1, 2]))
    matcher.scores = np.full(2, np.nan)
    with pytest.raises(DataError, match="_score must return an array of 2 finite numbers, got 2 of 2"):
        matcher.grid(gallery, queries)
    for scores, message in (
        (
            np.zeros((2, 1)),
            r"_grid must return an array of 1 x 2 finite numbers, got an array of float64 of shape \(2, 1\)",
        ),
        (np.array([[0.1, np.nan]]), "_grid must return an array of 1 x 2 finite numbers, got 1 of 2"),
    ):
        grid.scores = scores
        with pytest.raises(DataError, match=message):
            grid.grid(gallery, queries)


def test_a_row_says_which_weights_it_had(mean_colour) -> None:
    described = ConcatLinear("ridge", photo=mean_colour).describe()
    assert described == {
        "matcher": "concat ridge",
        "track": "image-only",
        "photo": "mean colour",
        "text": "tfidf(min_count=1)",
        "weights": "none",
    }
    assert Constant().describe()["weights"] == ""


def test_the_name_of_a_folder_in_the_place_of_a_store_is_told_before_the_training(train: Pairs) -> None:
    with pytest.raises(KindError, match=r"pass store=ws\.VectorStore\('artifacts/vec'\)"):
        ClosedFormTowers(photo="scene_net", store="artifacts/vec").fit(train)


def test_a_fitted_matcher_says_where_the_vectors_of_photos_are(
    pairs: Pairs, mean_colour: PhotoEncoder
) -> None:
    store = VectorStore()
    for matcher in (
        ConcatLinear("ridge", photo=mean_colour, store=store),
        ClosedFormTowers(mean_colour, store=store),
        Hybrid(mean_colour, store=store),
    ):
        assert matcher.fit(pairs).vector_store is store
    assert ClosedFormTowers(mean_colour).fit(pairs).vector_store is not None
    assert Constant().fit(pairs).vector_store is None
