from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from tiny_photo import TinyPhoto

from withsense_tf.data.dataset import Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.encoders.photos.photo_split import Mirrored, Trunk
from withsense_tf.encoders.photos.photo_tuned import TunedPhoto
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.matchers.saved import load_matcher, save_matcher
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers
from withsense_tf.matchers.towers.contrast_training import Lesson, Progress
from withsense_tf.matchers.towers.opened_training import CHECKPOINTS, Opened, _PhotoBatches
from withsense_tf.matchers.towers.two_tower import TwoTower
from withsense_tf.matchers.training import TowerTraining

# So many photos are held out that ranking them has steps fine enough for an epoch to be better.
TRAINING = TowerTraining(epochs=4, validation=0.3)


def towers(store: VectorStore, opened: str = "late", rate: float = 1e-2, **settings) -> TwoTower:
    usual = {"dim": 8, "training": TRAINING, "seed": 1} | settings
    return TwoTower(TinyPhoto(), opened=opened, opened_rate=rate, store=store, **usual)


def tuned(matcher: TwoTower) -> TunedPhoto:
    (encoder,) = matcher.features_.encoders
    assert isinstance(encoder, TunedPhoto)
    return encoder


@pytest.fixture(scope="module")
def fitted(train: Pairs, store: VectorStore) -> TwoTower:
    return towers(store).fit(train)


@pytest.mark.slow
def test_opened_layers_change_and_frozen_ones_do_not(fitted: TwoTower) -> None:
    fresh, now = TinyPhoto().model, tuned(fitted).base.model
    for before, after in zip(fresh.get_weights(), now.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    late = [variable.numpy() for variable in fresh.trainable_variables[-4:]]
    for before, after in zip(late, tuned(fitted).arrays, strict=True):
        assert np.abs(before - after).max() > 1e-4


def test_the_epoch_is_kept_that_ranks_held_out_photos_best(fitted: TwoTower) -> None:
    ranks = fitted.opened_history_["validation_mrr"]
    assert max(ranks) > ranks[0] == max(fitted.histories_[0]["validation_mrr"])
    assert len(fitted.opened_history_["loss"]) == len(ranks)


@pytest.mark.slow
def test_where_no_epoch_is_better_than_none_nothing_was_opened(train: Pairs, store: VectorStore) -> None:
    # At such rates nothing moves, so that no epoch is better.
    matcher = towers(store, rate=1e-12, training=TowerTraining(epochs=2, rate=1e-12)).fit(train)
    (encoder,) = matcher.features_.encoders
    assert isinstance(encoder, TinyPhoto)
    assert len(set(matcher.opened_history_["validation_mrr"])) == 1


@pytest.mark.slow
def test_held_out_photos_are_not_trained_on_and_the_seed_fixes_everything(
    train: Pairs, fitted: TwoTower, store: VectorStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches: list[np.ndarray] = []
    lessons: list[Lesson] = []
    epoch, learn = _PhotoBatches.epoch, Opened.train

    def epoch_noting(self):
        for batch in epoch(self):
            batches.append(batch)
            yield batch

    def train_noting(self, towers, objective, lesson):
        lessons.append(lesson)
        return learn(self, towers, objective, lesson)

    monkeypatch.setattr(_PhotoBatches, "epoch", epoch_noting)
    monkeypatch.setattr(Opened, "train", train_noting)
    matcher = towers(store).fit(train)
    (lesson,) = lessons
    assert lesson.held_out.sum() == len(matcher.held_content_) == 9
    for photos, captions, whose, pairs, of in batches:
        assert not lesson.held_out[photos].any()
        np.testing.assert_array_equal(photos[whose], lesson.examples.owner[captions])
        np.testing.assert_array_equal(photos[of], lesson.judged_pairs[0][pairs])
    # Every caption and judged pair of a batch's photos is there.
    photos, captions, *_ = batches[0]
    assert len(captions) == np.isin(lesson.examples.owner, photos).sum()
    assert tuned(matcher).identity == tuned(fitted).identity


@pytest.mark.slow
def test_a_killed_run_goes_on_and_ends_with_the_same_numbers(
    train: Pairs, fitted: TwoTower, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = VectorStore(tmp_path)
    save, epoch = Progress.save, _PhotoBatches.epoch
    epochs: list[int] = []

    def save_and_die(self):
        save(self)
        if len(self.best.history["loss"]) == 3:
            raise KeyboardInterrupt

    def epoch_noting(self):
        epochs.append(1)
        return epoch(self)

    monkeypatch.setattr(Progress, "save", save_and_die)
    with pytest.raises(KeyboardInterrupt):
        towers(store).fit(train)
    assert len(list((tmp_path / CHECKPOINTS).iterdir())) == 1
    monkeypatch.setattr(Progress, "save", save)
    monkeypatch.setattr(_PhotoBatches, "epoch", epoch_noting)
    # Of other settings nothing is taken over.
    towers(store, rate=2e-2).fit(train)
    assert len(epochs) == 4
    epochs.clear()
    matcher = towers(store).fit(train)
    assert len(epochs) == 2
    assert matcher.opened_history_["validation_mrr"] == fitted.opened_history_["validation_mrr"]
    assert matcher.opened_history_["loss"][1:] == fitted.opened_history_["loss"][1:]
    assert tuned(matcher).identity == tuned(fitted).identity
    np.testing.assert_array_equal(matcher.predict(train), fitted.predict(train))
    assert list((tmp_path / CHECKPOINTS).iterdir()) == []


@pytest.mark.slow
def test_mirror_images_are_seen_too_and_every_epoch_cuts_anew(train: Pairs, store: VectorStore) -> None:
    seen: list[np.ndarray] = []
    cut = Opened._cut

    def cut_noting(self, maps, photos, rng):
        assert len(maps) == 2
        assert not np.array_equal(maps[0], maps[1])
        seen.append(np.asarray(cut(self, maps, photos, rng)))
        return seen[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Opened, "_cut", cut_noting)
        matcher = towers(store, opened_augment=True, training=TowerTraining(epochs=2, validation=0.3)).fit(
            train
        )
    assert len(seen) == 2
    assert seen[0].shape == seen[1].shape
    assert not np.allclose(np.sort(seen[0].ravel()), np.sort(seen[1].ravel()))
    assert matcher.name.endswith("opened from late, augmented")


def test_the_maps_of_a_mirror_image_are_those_of_the_mirrored_photo(train: Pairs, store: VectorStore) -> None:
    trunk = Trunk(TinyPhoto(), "late")
    path = train.paths[0]
    (pixels,) = trunk.read(path)
    np.testing.assert_allclose(
        Mirrored(trunk).encode([path]), trunk.forward(np.ascontiguousarray(pixels[None, :, ::-1])), atol=1e-6
    )
    assert Mirrored(trunk).identity != trunk.identity


@pytest.mark.slow
def test_two_folds_never_share_an_encoder(judged: Pairs, fitted: TwoTower, store: VectorStore) -> None:
    fold = judged.take(np.flatnonzero(~judged.table["photo"].str.endswith("_0.jpg")))
    other = towers(store).fit(fold)
    assert tuned(other).identity != tuned(fitted).identity
    assert tuned(other).trained_on <= set(fold.content)


@pytest.mark.slow
def test_a_loaded_copy_answers_as_the_one_that_was_saved_and_can_be_trained_again(
    fitted: TwoTower, train: Pairs, held: Pairs, gallery: Gallery, queries: Queries, tmp_path: Path
) -> None:
    also = {"TinyPhoto": "tiny_photo"}
    folder = save_matcher(fitted, tmp_path / "saved", also)
    # Without the store in which the vectors are.
    loaded = load_matcher(folder, None, also)
    np.testing.assert_array_equal(loaded.predict(held), fitted.predict(held))
    np.testing.assert_array_equal(loaded.grid(gallery, queries), fitted.grid(gallery, queries))
    assert loaded.describe() == fitted.describe()
    again = clone(loaded).fit(train)
    assert tuned(again).identity == tuned(fitted).identity


def test_a_row_says_what_was_opened(fitted: TwoTower, store: VectorStore) -> None:
    about = fitted.describe()
    assert about["matcher"] == towers(store).name == "two towers, softmax, opened from late"
    assert "opened from late" in about["photo"]
    assert about["weights"].startswith("random (seed 0), trained from late on")


def test_other_towers_take_the_tuned_encoder_and_know_what_it_has_seen(
    fitted: TwoTower, held: Pairs, train: Pairs, store: VectorStore
) -> None:
    matcher = ClosedFormTowers(tuned(fitted), store=store).fit(held)
    assert set(matcher.fitted_content_) == set(held.content) | tuned(fitted).trained_on
    assert np.isfinite(matcher.predict(train)).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"opened": "around"}, "paths go around it"),
        ({"members": 2}, "members=2"),
        ({"rate": 0.0}, "opened_rate=0.0"),
    ],
)
def test_what_cannot_be_opened_is_refused(
    settings: dict, message: str, train: Pairs, store: VectorStore
) -> None:
    with pytest.raises(SettingError, match=message):
        towers(store, **settings).fit(train)
