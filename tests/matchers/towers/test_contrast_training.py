from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from withsense_tf.common.processes import heard_by
from withsense_tf.matchers.own_captions import Examples
from withsense_tf.matchers.towers import contrast_training
from withsense_tf.matchers.towers.contrast_training import (
    BestEpoch,
    Lesson,
    Objective,
    _Batches,
    train_towers,
    validation_mrr,
)
from withsense_tf.matchers.towers.two_tower import build_towers
from withsense_tf.matchers.training import TowerTraining

# Twelve photos with two captions each; three are held out, and the first four have judged pairs.
PHOTOS, EACH = 12, 2
HELD = np.arange(PHOTOS) >= 9
JUDGED = np.array([0, 0, 1, 2, 3])


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    rng = np.random.default_rng(0)
    names = tuple(f"photo {n}" for n in range(PHOTOS))
    owner = np.repeat(np.arange(PHOTOS), EACH)
    photos = Examples(
        names, names, ("",) * len(owner), owner, np.ones(len(owner)), np.zeros(len(names), bool)
    )
    judged = (JUDGED, rng.normal(size=(5, 4)).astype(np.float32), rng.random(5), np.ones(5))
    captions = np.eye(PHOTOS, 4, dtype=np.float32)[owner] + rng.normal(0, 0.1, (len(owner), 4)).astype(
        np.float32
    )
    return Lesson(captions, photos, HELD, judged)


@pytest.fixture(scope="module")
def features() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(PHOTOS, 6)).astype(np.float32)


def test_batches_hold_each_training_caption_once_with_a_judged_pair_of_its_photo(lesson: Lesson) -> None:
    batches = list(_Batches(lesson, 6, np.random.default_rng(0)).epoch())
    captions = np.concatenate([caption for caption, _ in batches])
    assert sorted(captions) == list(range(9 * EACH))
    for caption, pair in batches:
        photo = caption // EACH
        assert ((pair >= 0) == (photo < 4)).all()
        np.testing.assert_array_equal(JUDGED[pair[pair >= 0]], photo[pair >= 0])


def test_only_whole_batches_are_trained_on_and_another_epoch_has_another_order(lesson: Lesson) -> None:
    batches = _Batches(lesson, 8, np.random.default_rng(0))
    first, second = (np.concatenate([caption for caption, _ in batches.epoch()]) for _ in range(2))
    assert len(first) == len(second) == 16
    assert (first != second).any()


def test_with_many_captions_an_epoch_is_a_part_of_a_pass(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [caption for caption, _ in _Batches(lesson, 6, np.random.default_rng(0)).epoch()]
    monkeypatch.setattr(contrast_training, "MOST_CAPTIONS", len(lesson.captions) // 2)
    batches = _Batches(lesson, 6, np.random.default_rng(0))
    parts = [[caption for caption, _ in batches.epoch()] for _ in range(2)]
    assert min(map(len, parts)) > 0
    assert abs(len(parts[0]) - len(parts[1])) <= 1
    np.testing.assert_array_equal(np.concatenate([*parts[0], *parts[1]]), np.concatenate(whole))
    assert list(batches.epoch())  # another pass


def test_a_batch_is_never_larger_than_what_there_is_to_train_on(lesson: Lesson) -> None:
    ((caption, _),) = _Batches(lesson, 256, np.random.default_rng(0)).epoch()
    assert len(caption) == 18


def test_a_single_photo_is_trained_on_though_it_is_held_out() -> None:
    alone = Examples(("a",), ("a",), ("x", "y"), np.zeros(2, int), np.ones(2), np.zeros(1, bool))
    lesson = Lesson(np.ones((2, 4), np.float32), alone, np.array([True]), (np.zeros(0, int),) * 4)
    ((caption, pair),) = _Batches(lesson, 256, np.random.default_rng(0)).epoch()
    assert sorted(caption) == [0, 1]
    assert pair.tolist() == [-1, -1]


def test_the_best_epoch_is_kept_and_patience_counts_those_behind_it() -> None:
    epochs = iter(range(9))
    best = BestEpoch(lambda: next(epochs), patience=2)  # its weights are the numbers of calls
    ends = [best.add(1.0, rank) for rank in (0.2, 0.5, 0.4, 0.6, 0.6, 0.1)]
    assert ends == [False, False, False, False, False, True]
    assert best.weights == 3  # one before any epoch, then the first, the second and the fourth
    assert best.history["validation_mrr"] == [0.2, 0.5, 0.4, 0.6, 0.6, 0.1]


def test_who_waits_hears_which_epoch_is_at_work(lesson: Lesson, features: np.ndarray) -> None:
    heard: list[str] = []
    with heard_by(heard.append):
        train_towers(
            build_towers(6, 4, 3, 0, 0),
            Objective("softmax", 1.0),
            features,
            lesson,
            TowerTraining(epochs=2, batch=8),
            seed=0,
        )
    assert heard == ["epoch 1 of at most 2", "epoch 2 of at most 2"]


def test_logs_are_written_for_tensorboard(tmp_path: Path) -> None:
    best = BestEpoch(lambda: None, 3, str(tmp_path / "logs"))
    best.add(1.0, 0.5)
    best.writer.flush()
    assert [file.stat().st_size > 100 for file in (tmp_path / "logs").iterdir()] == [True]


def identity(width: int) -> keras.Model:
    vectors = keras.Input((width,))
    return keras.Model(vectors, keras.layers.Identity()(vectors))


def test_the_rank_of_held_out_photos_is_among_themselves(lesson: Lesson) -> None:
    towers = (identity(4), identity(4))
    # Each photo lies where its first caption does; its second lies near it.
    own = lesson.captions[::EACH][HELD]
    cosines = (
        np.stack([c / np.linalg.norm(c) for c in lesson.captions[9 * EACH :]])
        @ np.stack([p / np.linalg.norm(p) for p in own]).T
    )
    ranks = [(row >= row[at // EACH]).sum() for at, row in enumerate(cosines)]
    assert validation_mrr(towers, own, lesson) == pytest.approx(np.mean(1 / np.array(ranks)))


def test_photos_in_one_point_are_all_ranked_last(lesson: Lesson) -> None:
    assert validation_mrr((identity(4), identity(4)), np.ones((3, 4), np.float32), lesson) == pytest.approx(
        1 / 3
    )


@pytest.mark.slow
def test_towers_are_left_as_in_the_best_epoch_and_the_seed_fixes_everything(
    lesson: Lesson, features: np.ndarray
) -> None:
    def train(seed: int) -> tuple[list[np.ndarray], float, list[float]]:
        towers = build_towers(6, 4, 3, 0, seed=0)
        training = TowerTraining(epochs=6, patience=6, batch=6, rate=0.05)
        history = train_towers(towers, Objective("softmax", 1.0), features, lesson, training, seed)
        weights = [array for tower in towers for array in tower.get_weights()]
        return weights, validation_mrr(towers, features[HELD], lesson), history["validation_mrr"]

    weights, rank, ranks = train(seed=1)
    assert rank == pytest.approx(max(ranks))
    again, *_ = train(seed=1)
    other, *_ = train(seed=2)
    assert all(np.allclose(a, b, atol=1e-6) for a, b in zip(weights, again, strict=True))
    assert not all(np.allclose(a, b, atol=1e-6) for a, b in zip(weights, other, strict=True))
