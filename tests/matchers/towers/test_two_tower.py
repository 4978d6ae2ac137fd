from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.base import clone

from withsense_tf.data.dataset import Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.towers.two_tower import TwoTower, build_towers
from withsense_tf.matchers.training import TowerTraining

TRAINING = TowerTraining(epochs=12, rate=0.01, decay=0.0, validation=0.3)


@pytest.fixture(scope="module")
def make(patches: PhotoEncoder, store: VectorStore) -> Callable[..., TwoTower]:
    return lambda **settings: TwoTower(patches, store=store, **({"dim": 8, "training": TRAINING} | settings))


@pytest.fixture(scope="module")
def towers(make: Callable[..., TwoTower], train: Pairs) -> TwoTower:
    return make(members=2).fit(train)


@pytest.mark.slow
def test_held_out_captions_find_their_photos_better_than_by_chance(
    towers: TwoTower, gallery: Gallery, queries: Queries, reciprocal_rank: Callable[[np.ndarray], float]
) -> None:
    assert reciprocal_rank(towers.grid(gallery, queries)) > 0.5  # by chance: 0.29


def test_the_cosine_of_two_members_is_the_mean_of_theirs(
    towers: TwoTower, gallery: Gallery, queries: Queries
) -> None:
    photos = towers.photo_points(gallery.content, gallery.paths)
    texts = towers.text_points(queries.texts)
    assert photos.shape[1] == texts.shape[1] == 16
    np.testing.assert_allclose(np.linalg.norm(photos, axis=1), 1, atol=1e-5)
    each = [2 * texts[:, part] @ photos[:, part].T for part in (slice(0, 8), slice(8, 16))]
    np.testing.assert_allclose(texts @ photos.T, np.mean(each, axis=0), atol=1e-5)


def test_numbers_are_calibrated_on_photos_that_were_held_out(towers: TwoTower, train: Pairs) -> None:
    held = np.isin(train.content, towers.held_content_)
    assert len(towers.held_content_) == round(0.3 * len(set(train.content)))
    cosines = towers.cosines(train)
    line = Calibration().fit(cosines[held], train.target[held], train.weight[held])
    np.testing.assert_allclose(towers.predict(train), line.apply(cosines), atol=1e-6)


def test_copies_of_a_held_out_photo_are_held_out_with_it(make: Callable[..., TwoTower], train: Pairs) -> None:
    matcher = make(training=TowerTraining(epochs=1, validation=0.1)).fit(train)
    held = np.isin(train.content, matcher.held_content_)
    assert not set(train.group[held]) & set(train.group[~held])


def test_the_members_start_from_numbers_of_their_own(towers: TwoTower) -> None:
    (one, _), (other, _) = towers.towers_
    assert not np.allclose(one.get_weights()[0], other.get_weights()[0])


def test_a_hidden_layer_is_in_the_photo_tower_alone() -> None:
    photo, text = build_towers(6, 4, 3, 5, seed=0)
    assert [array.shape for array in photo.get_weights()] == [(6, 5), (5,), (5, 3), (3,)]
    assert [array.shape for array in text.get_weights()] == [(4, 3), (3,)]


def test_a_row_names_the_loss_and_the_encoders(towers: TwoTower, make: Callable[..., TwoTower]) -> None:
    about = make(loss="hinge").describe()
    assert (about["matcher"], about["photo"], about["track"]) == (
        "two towers, hinge",
        "patches",
        "image-only",
    )
    assert about["text"] == towers.describe()["text"]


def test_a_clone_keeps_the_settings_and_shares_the_store(towers: TwoTower, store: VectorStore) -> None:
    copy = clone(towers)
    before, after = (one.get_params(deep=False) for one in (towers, copy))
    assert before.pop("photo").identity == after.pop("photo").identity
    assert before == after
    assert copy.store is store
    assert not hasattr(copy, "towers_")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"loss": "softmaxx"}, "Did you mean 'softmax'"),
        ({"dim": 0}, "dim and members must be at least 1"),
        ({"members": 0}, "dim and members must be at least 1"),
        ({"hidden": -1}, "hidden and judged_weight at least 0"),
        ({"judged_weight": -0.5}, "hidden and judged_weight at least 0"),
        ({"seed": -1}, "seed"),
    ],
    ids=str,
)
def test_bad_settings_are_refused(
    settings: dict[str, object], message: str, make: Callable[..., TwoTower], train: Pairs
) -> None:
    with pytest.raises(SettingError, match=message):
        make(**settings).fit(train)
