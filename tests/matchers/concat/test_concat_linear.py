from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from withsense_tf.common.fingerprints import LastMade
from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.encoders.photos.photo_keras import KerasPhoto
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.matchers.concat import concat_linear
from withsense_tf.matchers.concat.concat_linear import ConcatLinear
from withsense_tf.targets.blend import relevance


def everything_with_everything(data: Dataset) -> Pairs:
    """Return every training photo with every judged caption."""
    photos = data.photos[data.photos["part"] == "train"]
    captions = data.captions[data.captions["caption"].isin(data.pairs["caption"])]
    rows = [
        {"photo": p.photo, "path": p.path, "caption": c.caption, "text": c.text}
        for c, p in itertools.product(captions.itertuples(), photos.itertuples())
    ]
    return Pairs(data, pd.DataFrame(rows).assign(target=0.0, weight=1.0, source="all"))


@pytest.fixture
def pairs(tiny: Dataset) -> Pairs:
    return relevance(tiny, crowd=None)


def test_a_clone_shares_the_store_and_keeps_its_settings(mean_colour) -> None:
    store = VectorStore()
    assert clone(ConcatLinear("ridge", store=store)).store is store


def test_one_encoder_in_a_tuple_is_that_one_and_two_are_refused(pairs: Pairs, mean_colour) -> None:
    alone = ConcatLinear("ridge", photo=mean_colour).fit(pairs)
    of_one = ConcatLinear("ridge", photo=(mean_colour,)).fit(pairs)
    np.testing.assert_array_equal(of_one.predict(pairs), alone.predict(pairs))
    assert of_one.describe() == alone.describe()
    with pytest.raises(SettingError, match="takes one encoder here, got 2"):
        ConcatLinear("ridge", photo=[mean_colour, mean_colour]).check_settings()


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


def test_a_row_names_the_encoder_that_was_fitted(pairs: Pairs, mean_colour) -> None:
    matcher = ConcatLinear("ridge", photo=mean_colour).fit(pairs)
    matcher.set_params(photo="mobilenet_v2")
    assert matcher.describe()["photo"] == "mean colour"


def test_a_clone_does_not_copy_the_network() -> None:
    network = KerasPhoto(weights="random")
    assert clone(ConcatLinear(photo=network)).photo is network


def test_an_unknown_kind_gets_a_hint(pairs: Pairs, mean_colour) -> None:
    with pytest.raises(SettingError, match="Did you mean 'ridge'"):
        ConcatLinear("rigde", photo=mean_colour).fit(pairs)


def test_linear_and_ridge_of_the_same_pairs_share_their_axes(
    pairs: Pairs, mean_colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    exact_axes = concat_linear._exact_axes
    monkeypatch.setattr(concat_linear, "_exact_axes", lambda vectors: made.append(1) or exact_axes(vectors))
    monkeypatch.setattr(concat_linear, "_axes_made", LastMade(concat_linear.AXES))
    linear, ridge = (ConcatLinear(kind, photo=mean_colour).fit(pairs) for kind in ("linear", "ridge"))
    assert len(made) == concat_linear.AXES == 2
    np.testing.assert_allclose(ridge.axes_[0], linear.axes_[0], atol=1e-6)
