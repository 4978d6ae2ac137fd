from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from withsense_tf.common.unit import unit
from withsense_tf.encoders.texts.text_tfidf import Tfidf
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.search_forms import CosineForm, with_one
from withsense_tf.matchers.towers.local_scaling import FEWEST, MOST, NEAREST, SHARE, LocalScaling

DIM = 16


class Texts:
    """Texts that are numbers: the points of so many captions, in the order of the numbers."""

    def __init__(self, points: np.ndarray) -> None:
        self.points = points
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        self.asked.extend(texts)
        return self.points[[0 if text == "a" else int(text) for text in texts]]


def learned(points: np.ndarray, owner: np.ndarray | None = None) -> LocalScaling:
    texts = [str(at) for at in range(len(points))]
    return LocalScaling().fit(Texts(points), texts, np.zeros(len(points), int) if owner is None else owner)


@pytest.fixture
def captions() -> np.ndarray:
    """Return captions around the first axis: a photo that lies on it is near to all of them."""
    rng = np.random.default_rng(0)
    points = rng.normal(size=(800, DIM))
    points[:, 0] += 3
    return unit(points)


def test_a_photo_that_is_near_to_all_captions_loses_first_place_to_the_one_that_is_meant(
    captions: np.ndarray,
) -> None:
    hub, meant = np.eye(DIM)[0], unit(np.eye(DIM)[0] * 0.2 + np.eye(DIM)[1])
    photos = np.stack([hub, meant])
    query = unit(np.eye(DIM)[0] + 0.75 * np.eye(DIM)[1])[None]
    assert (query @ photos.T).argmax() == 0
    scaling = learned(captions)
    assert (with_one(query) @ scaling.rows(photos).T).argmax() == 1


def test_half_of_the_mean_cosine_with_the_nearest_captions_is_taken_away(captions: np.ndarray) -> None:
    photos = unit(np.random.default_rng(1).normal(size=(5, DIM)) + np.eye(DIM)[0])
    nearest = np.sort(photos @ captions.T, axis=1)[:, -NEAREST:].mean(axis=1)
    scores = with_one(captions[:3]) @ learned(captions).rows(photos).T
    np.testing.assert_allclose(scores, captions[:3] @ photos.T - SHARE * nearest, atol=1e-6)


def test_a_photo_that_is_left_out_is_not_judged_by_its_own_captions(captions: np.ndarray) -> None:
    owner = np.arange(len(captions)) // 20
    photos = captions[::20].copy()
    left_out = learned(captions, owner).rows(photos, np.arange(len(photos)))
    strangers = captions.copy()
    for photo, row in enumerate(left_out):
        nearest = np.sort(strangers[owner != photo] @ photos[photo])[-NEAREST:].mean()
        assert row[-1] == pytest.approx(-SHARE * nearest, abs=1e-6)


def test_few_captions_change_no_score(captions: np.ndarray) -> None:
    photos = unit(np.ones((3, DIM)))
    scaling = learned(captions[: FEWEST - 1])
    np.testing.assert_array_equal(scaling.rows(photos)[:, -1], 0)
    np.testing.assert_allclose(with_one(captions) @ scaling.rows(photos).T, captions @ photos.T)


def test_of_many_captions_some_are_drawn_the_same_each_time() -> None:
    points = unit(np.random.default_rng(2).normal(size=(MOST + 500, DIM)))
    texts = [str(at) for at in range(len(points))]
    first, again = Texts(points), Texts(points)
    one = LocalScaling().fit(first, texts, np.zeros(len(texts), int))
    LocalScaling().fit(again, texts, np.zeros(len(texts), int))
    assert len(one.captions_) == len(first.asked) == MOST
    assert first.asked == again.asked


def test_a_text_without_a_known_word_fits_no_photo(captions: np.ndarray) -> None:
    rows = learned(captions).rows(captions[:4])
    np.testing.assert_array_equal(with_one(np.zeros((1, DIM))) @ rows.T, 0)


def test_blocks_of_photos_give_what_each_alone_gives(
    captions: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = unit(np.random.default_rng(3).normal(size=(7, DIM)))
    scaling = learned(captions)
    alone = np.concatenate([scaling.rows(photos[at : at + 1]) for at in range(7)])
    monkeypatch.setattr("withsense_tf.matchers.towers.local_scaling.BLOCK", 3)
    np.testing.assert_allclose(scaling.rows(photos), alone, atol=1e-6)
    assert scaling.rows(photos[:0]).shape == (0, DIM + 1)


def test_photos_are_compared_with_each_other_by_the_plain_cosine(captions: np.ndarray) -> None:
    text = Tfidf().fit(["a dog on a beach", "a dog in the snow"])
    form = CosineForm(text, Calibration(), local_scaling=True)
    photos = unit(np.random.default_rng(4).normal(size=(2, form.width - 1)))
    rows = np.column_stack([photos, [-0.4, -0.1]])
    point = form.point(rows[0])
    np.testing.assert_allclose(rows @ point, photos @ photos[0])
    # Captions are kept as points, too, and queries have the 1 that what is taken away is multiplied with.
    query = form.queries(["a dog"])[0]
    assert query[-1] == 1
    assert form.caption_rows(["a dog"])[0][-1] == 0
    assert form.caption_rows(["a dog"])[0] @ query == pytest.approx(1)


def test_what_is_taken_away_changes_ranks_and_no_number(captions: np.ndarray) -> None:
    text = Tfidf().fit(["a dog on a beach", "a dog in the snow"])
    calibration = Calibration().fit(np.linspace(0, 1, 50), np.linspace(0, 1, 50))
    form = CosineForm(text, calibration, local_scaling=True)
    photos = unit(np.abs(np.random.default_rng(5).normal(size=(3, form.width - 1))))
    query = form.queries(["a dog"])[0]
    rows = np.column_stack([photos, [-0.4, -0.1, 0.0]])
    np.testing.assert_allclose(form.numbers_at(rows, query), photos @ query[:-1], atol=1e-6)
    np.testing.assert_allclose(form.scan(rows, query), photos @ query[:-1] + rows[:, -1], atol=1e-6)
