from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from withsense_tf.common.processes import heard_by
from withsense_tf.data.dataset import Pairs
from withsense_tf.data.gallery import Gallery, Queries, cross_pairs
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.texts.caption_space import CaptionSpace
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.concat.concat_keras import ConcatKeras
from withsense_tf.matchers.concat.interaction import Interaction
from withsense_tf.matchers.concat.networks import NetworkMatcher
from withsense_tf.matchers.training import Training

# Two epochs of batches so small that there are several of them, in an order that must not be left to chance.
SHORT = Training(epochs=2, batch=64, rate=0.01)
Make = Callable[..., NetworkMatcher]


@pytest.fixture(scope="module")
def make(patches: PhotoEncoder, store: VectorStore) -> Make:
    """Return what makes a small network on concatenated vectors."""

    def new_network(**settings: Any) -> NetworkMatcher:
        return ConcatKeras(**{"widths": (8,), "training": SHORT} | settings, photo=patches, store=store)

    return new_network


@pytest.fixture(scope="module")
def fitted(make: Make, train: Pairs) -> NetworkMatcher:
    return make(training=Training(epochs=20, patience=3, batch=32, rate=0.03), seed=3).fit(train)


def held_out(matcher: NetworkMatcher, pairs: Pairs) -> np.ndarray:
    return matcher._held_out(np.unique(pairs.content), pairs)


def raw(matcher: NetworkMatcher, pairs: Pairs) -> np.ndarray:
    """Return what the network says of pairs, before calibration."""
    photos, photo = matcher._photo_rows(pairs)
    texts, text = matcher._text_rows(pairs.texts)
    return matcher._scores(photos[photo], texts[text])


def test_it_keeps_the_epoch_that_is_best_on_held_out_photos(fitted: NetworkMatcher, train: Pairs) -> None:
    held = held_out(fitted, train)
    squares = (raw(fitted, train)[held] - train.target[held]) ** 2
    best = min(fitted.history_["val_loss"])
    assert np.mean(train.weight[held] * squares) == pytest.approx(best, rel=1e-4)
    assert best < fitted.history_["val_loss"][-1]


def test_it_stops_so_many_epochs_after_the_best_one(fitted: NetworkMatcher) -> None:
    losses = fitted.history_["val_loss"]
    assert len(losses) - 1 - int(np.argmin(losses)) == 3


def test_who_waits_hears_which_epoch_is_at_work(make: Make, train: Pairs) -> None:
    heard: list[str] = []
    with heard_by(heard.append):
        make().fit(train)
    assert heard == ["epoch 1 of at most 2", "epoch 2 of at most 2"]


def test_held_out_photos_are_a_part_of_all_photos_and_lie_on_one_side(
    fitted: NetworkMatcher, train: Pairs
) -> None:
    held = held_out(fitted, train)
    inside, outside = set(train.content[held]), set(train.content[~held])
    assert not inside & outside
    assert len(inside) == round(0.15 * len(inside | outside))


def test_held_out_photos_are_not_trained_on(
    make: Make, train: Pairs, gallery: Gallery, queries: Queries
) -> None:
    # After one epoch there is nothing to choose, so the held-out targets can change the calibration alone.
    one = make(training=Training(epochs=1, batch=64)).fit(train)
    held = held_out(one, train)
    opposite = train.table.assign(target=np.where(held, 1 - train.target, train.target))
    again = clone(one).fit(Pairs(train.data, opposite))
    np.testing.assert_allclose(again.grid(gallery, queries), one.grid(gallery, queries), atol=1e-5)
    assert not np.allclose(again.predict(train), one.predict(train))


def test_numbers_are_calibrated_on_held_out_photos(fitted: NetworkMatcher, train: Pairs) -> None:
    held, scores = held_out(fitted, train), raw(fitted, train)
    line = Calibration("platt").fit(scores[held], train.target[held], train.weight[held])
    np.testing.assert_allclose(fitted.predict(train), line.apply(scores), atol=1e-6)


def test_it_learns_more_than_the_mean(fitted: NetworkMatcher, train: Pairs) -> None:
    error = np.mean((fitted.predict(train) - train.target) ** 2)
    assert error < 0.9 * np.var(train.target)


def test_the_seed_alone_decides_and_no_global_generator_is_touched(
    make: Make, train: Pairs, gallery: Gallery, queries: Queries
) -> None:
    import keras

    grids = []
    for seed in (1, 2):
        keras.utils.set_random_seed(seed)
        random.seed(seed)
        before = random.getstate(), np.random.get_state()[1].tolist()  # what must not move
        grids.append(make(dropout=0.2, seed=5).fit(train).grid(gallery, queries))
        assert (random.getstate(), np.random.get_state()[1].tolist()) == before
    np.testing.assert_allclose(grids[0], grids[1], atol=1e-5)


def test_another_seed_gives_another_network(
    make: Make, train: Pairs, gallery: Gallery, queries: Queries
) -> None:
    one, other = (make(seed=seed).fit(train).grid(gallery, queries) for seed in (5, 6))
    assert np.abs(one - other).max() > 1e-3


def test_heavier_pairs_pull_harder(make: Make, train: Pairs, held: Pairs) -> None:
    # The same pairs with target 0 and with target 1: the weights decide.
    heavy, light = (train.table.assign(target=target) for target in (1.0, 0.0))
    twice = pd.concat([heavy.assign(weight=1.9), light.assign(weight=0.1)], ignore_index=True)
    matcher = make(training=Training(epochs=8, batch=64, rate=0.03)).fit(Pairs(train.data, twice))
    assert raw(matcher, held).mean() > 0.8


def test_logs_are_written_for_tensorboard(make: Make, train: Pairs, tmp_path: Path) -> None:
    make(training=Training(epochs=1), logs=str(tmp_path / "logs")).fit(train)
    assert {path.parent.name for path in tmp_path.rglob("events.out.tfevents.*")} == {"train", "validation"}


def test_no_logs_are_written_unasked(
    make: Make, train: Pairs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make(training=Training(epochs=1)).fit(train)
    assert not list(tmp_path.iterdir())


def test_with_too_few_photos_all_pairs_train_and_choose(make: Make, train: Pairs) -> None:
    two = train.take(np.flatnonzero(train.table["photo"].isin(["red_plain_0.jpg", "blue_plain_0.jpg"])))
    matcher = make(training=Training(epochs=1)).fit(two)
    assert held_out(matcher, two).all()
    assert np.isfinite(matcher.predict(two)).all()


def test_photos_and_words_reach_the_network_with_a_size_of_about_1(
    fitted: NetworkMatcher, train: Pairs
) -> None:
    photos, _ = fitted._photo_rows(train)
    texts, _ = fitted._text_rows(train.texts)
    assert np.sqrt((photos**2).mean()) == pytest.approx(1, abs=0.2)
    assert 0.5 < np.median(np.abs(texts[texts != 0])) < 3


def test_a_grid_of_no_queries_has_no_rows(fitted: NetworkMatcher, gallery: Gallery) -> None:
    assert fitted.grid(gallery, Queries.of([])).shape == (0, len(gallery))


def test_predict_keeps_the_order_of_the_grid(
    fitted: NetworkMatcher, gallery: Gallery, queries: Queries
) -> None:
    numbers = fitted.predict(cross_pairs(gallery, queries))
    assert (np.diff(numbers[fitted.grid(gallery, queries).ravel().argsort()]) >= -1e-6).all()


def test_a_row_names_photos_texts_and_weights(fitted: NetworkMatcher) -> None:
    assert fitted.describe() == {
        "matcher": "concat Keras 8",
        "track": "image-only",
        "photo": "patches",
        "text": "tfidf(min_count=1)",
        "weights": "none",
    }


def test_the_user_s_text_encoder_stays_unfitted(make: Make, train: Pairs) -> None:
    space = CaptionSpace(dim=4)
    make(text=space, training=Training(epochs=1)).fit(train)
    assert not hasattr(space, "projection_")


def test_a_seed_is_a_whole_number(make: Make, train: Pairs) -> None:
    with pytest.raises(SettingError, match="seed"):
        make(seed=-1).fit(train)


@pytest.mark.parametrize("kind", [ConcatKeras, Interaction])
def test_what_is_set_is_stored_as_it_is(kind: type[NetworkMatcher]) -> None:
    # scikit-learn's contract: __init__ stores its arguments, and nothing else in their place.
    assert kind().get_params()["training"] is None


@pytest.mark.parametrize("kind", [ConcatKeras, Interaction])
@pytest.mark.parametrize("training", [None, SHORT], ids=["default", "given"])
def test_a_clone_keeps_the_settings_and_shares_the_store(
    kind: type[NetworkMatcher], training: Training | None, store: VectorStore
) -> None:
    matcher = kind(training=training, dropout=0.1, seed=7, store=store, logs="logs")
    assert clone(matcher).get_params() == matcher.get_params()


def test_training_may_be_set_back_to_the_default(make: Make, train: Pairs) -> None:
    two = train.take(np.flatnonzero(train.table["photo"].isin(["red_plain_0.jpg", "blue_plain_0.jpg"])))
    assert len(make().set_params(training=None).fit(two).history_["loss"]) > SHORT.epochs
