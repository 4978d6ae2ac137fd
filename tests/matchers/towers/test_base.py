from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from weakref import ref

import numpy as np
import pytest

from withsense_tf.data.dataset import Pairs
from withsense_tf.data.gallery import Gallery, Queries, cross_pairs
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.towers.base import LastFit, Towers, points_remembered


class ByHand(Towers):
    """Photos and texts get a point by their length, and the matcher counts how many went through each tower."""

    name = "by hand"

    def _fit(self, pairs: Pairs) -> None:
        self.photos_, self.texts_ = 0, 0
        self.calibration_ = Calibration("platt").fit(self.cosines(pairs), pairs.target, pairs.weight)

    def photo_points(self, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        self.photos_ += len(content)
        angles = np.array([len(path.name) for path in paths], float)
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)

    def text_points(self, texts: Sequence[str]) -> np.ndarray:
        self.texts_ += len(texts)
        angles = np.array([len(text) for text in texts], float)
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)


@pytest.fixture
def matcher(train: Pairs) -> ByHand:
    return ByHand().fit(train)


def test_a_cosine_is_that_of_the_pairs_own_points(matcher: ByHand, held: Pairs) -> None:
    apart = [len(path.name) - len(text) for path, text in zip(held.paths, held.texts, strict=True)]
    np.testing.assert_allclose(matcher.cosines(held), np.cos(apart), atol=1e-9)


def test_each_photo_and_each_text_goes_through_its_tower_once(matcher: ByHand, held: Pairs) -> None:
    matcher.photos_ = matcher.texts_ = 0
    matcher.cosines(held)
    assert (matcher.photos_, matcher.texts_) == (len(set(held.content)), len(set(held.texts)))


def test_a_grid_has_the_cosines_of_the_crossed_pairs(
    matcher: ByHand, gallery: Gallery, queries: Queries
) -> None:
    expected = matcher.cosines(cross_pairs(gallery, queries)).reshape(len(queries), len(gallery))
    np.testing.assert_allclose(matcher.grid(gallery, queries), expected, atol=1e-9)


def test_a_point_is_worked_out_once_while_points_are_remembered(
    matcher: ByHand, train: Pairs, held: Pairs, gallery: Gallery, queries: Queries
) -> None:
    grid, cosines = matcher.grid(gallery, queries), matcher.cosines(held)
    other = ByHand().fit(train.take(range(9)))
    matcher.photos_ = other.photos_ = 0
    with points_remembered():
        for _ in range(2):
            np.testing.assert_array_equal(matcher.grid(gallery, queries), grid)
            np.testing.assert_array_equal(matcher.cosines(held), cosines)
        other.grid(gallery, queries)
    assert matcher.photos_ == len({*gallery.content, *held.content})
    assert other.photos_ == len(gallery)
    matcher.grid(gallery, queries)
    assert matcher.photos_ == len({*gallery.content, *held.content}) + len(gallery)


def test_a_prediction_is_the_calibrated_cosine(matcher: ByHand, held: Pairs) -> None:
    expected = matcher.calibration_.apply(matcher.cosines(held))
    np.testing.assert_array_equal(matcher.predict(held), expected)


def test_what_was_learned_last_is_taken_for_the_same_pairs_and_settings_alone(held: Pairs) -> None:
    last, counts = LastFit(), iter(range(9))

    def learn() -> dict[str, int]:
        return {"count": next(counts)}

    copied = held.take(np.arange(len(held)))
    asked = [(held, "a"), (held, "a"), (held, "b"), (copied, "b"), (copied, "b"), (held, "b")]
    assert [last.take_or_learn(pairs, about, learn)["count"] for pairs, about in asked] == [0, 0, 1, 2, 2, 3]


def test_what_was_learned_is_forgotten_with_the_pairs(held: Pairs) -> None:
    last = LastFit()
    pairs = held.take(np.arange(len(held)))
    learned = ref(last.take_or_learn(pairs, "a", lambda: {"what": np.zeros(3)})["what"])
    assert learned() is not None
    del pairs
    assert learned() is None
