from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from withsense_tf.data import flickr8k
from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.encoders.photos.photo_keras import KerasPhoto
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError, NotFittedError, PublishedTestWarning, SettingError
from withsense_tf.matchers.concat.concat_linear import ConcatLinear
from withsense_tf.matchers.constant import Constant
from withsense_tf.targets.blend import relevance


@pytest.fixture
def pairs(tiny: Dataset) -> Pairs:
    return relevance(tiny, crowd=None)


def everything_with_everything(data: Dataset) -> Pairs:
    """Return every training photo with every judged caption."""
    photos = data.photos[data.photos["part"] == "train"]
    captions = data.captions[data.captions["caption"].isin(data.pairs["caption"])]
    rows = [
        {"photo": p.photo, "path": p.path, "caption": c.caption, "text": c.text}
        for c, p in itertools.product(captions.itertuples(), photos.itertuples())
    ]
    return Pairs(data, pd.DataFrame(rows).assign(target=0.0, weight=1.0, source="all"))


def test_the_constant_answers_the_mean_or_the_median_and_counts_each_pair_once(pairs: Pairs) -> None:
    # 6 own pairs with target 1, 12 others with 1/9.
    assert np.allclose(Constant().fit(pairs).predict(pairs), (6 + 12 / 9) / 18)
    assert np.allclose(Constant("median").fit(pairs).predict(pairs), 1 / 9)
    heavy = pairs.table.assign(weight=np.where(pairs.target == 1, 1.0, 0.5))
    assert np.allclose(Constant().fit(Pairs(pairs.data, heavy)).predict(pairs), (6 + 12 / 9) / 18)


@pytest.mark.parametrize("kind", ["linear", "ridge"])
def test_a_linear_matcher_ranks_photos_alike_for_every_text(kind: str, pairs: Pairs, mean_colour) -> None:
    uneven = pairs.table.assign(target=np.random.default_rng(0).random(len(pairs)))
    matcher = ConcatLinear(kind, photo=mean_colour).fit(Pairs(pairs.data, uneven))
    crossed = everything_with_everything(pairs.data)
    # The raw scores: cutting off at 0 and 1 makes ties.
    scores = matcher._score(crossed).reshape(6, 6)
    orders = {tuple(np.argsort(row)) for row in scores}
    assert len(orders) == 1
    # ... and that is because the texts differ by a constant only.
    np.testing.assert_allclose(scores - scores[:, :1], np.tile(scores[0] - scores[0, 0], (6, 1)), atol=1e-6)


@pytest.mark.parametrize("kind", ["linear", "ridge"])
def test_a_linear_matcher_learns_what_is_linear(kind: str, pairs: Pairs, mean_colour) -> None:
    brightness = VectorStore().photo_vectors(mean_colour, pairs)[:, 0]
    target = (brightness - brightness.min()) / np.ptp(brightness)
    learnable = Pairs(pairs.data, pairs.table.assign(target=target))
    predicted = ConcatLinear(kind, photo=mean_colour).fit(learnable).predict(learnable)
    error = np.sqrt(np.mean((predicted - target) ** 2))
    assert error < 0.5 * target.std()


@pytest.mark.parametrize("kind", ["linear", "ridge"])
def test_a_linear_matcher_reads_the_text(kind: str, pairs: Pairs, mean_colour) -> None:
    target = pairs.table["text"].str.contains("ant|bee|cat").astype(float).to_numpy()
    learnable = Pairs(pairs.data, pairs.table.assign(target=target))
    predicted = ConcatLinear(kind, photo=mean_colour).fit(learnable).predict(learnable)
    assert np.sqrt(np.mean((predicted - target) ** 2)) < 0.5 * target.std()


def test_heavier_pairs_pull_harder(pairs: Pairs, mean_colour) -> None:
    # The same pairs twice, once with target 0 and once with 1: the weights decide.
    twice = pd.concat(
        [pairs.table.assign(target=0.0, weight=1.0), pairs.table.assign(target=1.0, weight=9.0)]
    )
    twice = Pairs(pairs.data, twice.reset_index(drop=True))
    predicted = ConcatLinear("linear", photo=mean_colour).fit(twice).predict(pairs)
    np.testing.assert_allclose(predicted, 0.9, atol=1e-3)


def test_the_photo_block_is_as_long_as_the_text_block(pairs: Pairs, mean_colour) -> None:
    matcher = ConcatLinear("ridge", photo=mean_colour).fit(pairs)
    content, first = np.unique(pairs.content, return_index=True)
    photos = matcher._photos(content.tolist(), [pairs.paths[at] for at in first])
    assert np.sqrt((photos**2).sum(axis=1).mean()) == pytest.approx(1, abs=0.05)
    np.testing.assert_allclose(np.linalg.norm(matcher.text_.encode(pairs.texts), axis=1), 1, rtol=1e-5)


def test_the_penalty_is_chosen_on_photos_that_were_not_fitted(pairs: Pairs, mean_colour) -> None:
    parts = ConcatLinear("ridge", photo=mean_colour)._inner_folds(pairs)
    assert parts
    for train, test in parts:
        assert not set(pairs.content[train]) & set(pairs.content[test])


def test_training_on_a_published_test_split_warns(pairs: Pairs, monkeypatch: pytest.MonkeyPatch) -> None:
    Constant().fit(pairs)  # no warning, which would be an error here
    monkeypatch.setattr(flickr8k, "_known", lambda: frozenset({flickr8k.name_hash("cat.jpg")}))
    with pytest.warns(PublishedTestWarning, match=r"as cat\.jpg"):
        Constant().fit(pairs)


def test_a_row_names_the_encoder_that_was_fitted(pairs: Pairs, mean_colour) -> None:
    matcher = ConcatLinear("ridge", photo=mean_colour).fit(pairs)
    matcher.set_params(photo="mobilenet_v2")
    assert matcher.describe()["photo"] == "mean colour"


def test_a_clone_does_not_copy_the_network() -> None:
    network = KerasPhoto(weights="random")
    assert clone(ConcatLinear(photo=network)).photo is network


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


def test_unknown_settings_are_refused_with_a_hint(pairs: Pairs, mean_colour) -> None:
    with pytest.raises(SettingError, match="Did you mean 'ridge'"):
        ConcatLinear("rigde", photo=mean_colour).fit(pairs)
    with pytest.raises(SettingError, match="Did you mean 'median'"):
        Constant("mediane").fit(pairs)


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
