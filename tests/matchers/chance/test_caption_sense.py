"""A caption that means what the query does says that its photo fits, where captions teach too little."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pytest

from withsense_tf.encoders.base import TextEncoder
from withsense_tf.matchers.chance.caption_sense import FEW_PHOTOS, chance_by_sense, weighing_of
from withsense_tf.matchers.chance.familiarity import Familiarity
from withsense_tf.matchers.chance.match_chance import BestPhotos, ChanceLine, MatchChance


class ByLetter(TextEncoder):
    """Texts that begin alike lie at one point, others at right angles."""

    same_sense: ClassVar[float] = 0.4
    identity = "by letter"
    weights = ""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return np.eye(26, dtype=np.float32)[[ord(text[0].lower()) - ord("a") for text in texts]]


class Unmeasured(ByLetter):
    same_sense: ClassVar[float | None] = None


def logit(chance: float) -> float:
    return float(np.log(chance / (1 - chance)))


@pytest.mark.parametrize("photos", [FEW_PHOTOS - 1, FEW_PHOTOS])
def test_it_weighs_the_line_and_the_nearest_caption(photos: int) -> None:
    how = weighing_of(photos)
    moved = chance_by_sense(0.1, 0.2, ByLetter(), "dogs at play", ["a cat", "dogs"], photos)
    assert logit(moved) == pytest.approx(
        logit(0.2)
        + how.line_share * (logit(0.1) - logit(0.2))
        + how.steepness * (1 - ByLetter.same_sense + how.leeway)
    )
    assert chance_by_sense(0.1, 0.2, ByLetter(), "dogs at play", ["a cat"], photos) < 0.1


def test_where_few_photos_teach_the_line_counts_less() -> None:
    few, many = weighing_of(FEW_PHOTOS - 1), weighing_of(FEW_PHOTOS)
    assert few.line_share < many.line_share
    assert few.steepness > many.steepness


@pytest.mark.parametrize("encoder", [None, Unmeasured()])
def test_without_captions_or_a_measured_encoder_the_line_alone_counts(encoder: TextEncoder | None) -> None:
    assert chance_by_sense(0.1, 0.2, encoder, "dogs", ["dogs"], 9) == 0.1
    assert chance_by_sense(0.1, 0.2, ByLetter(), "dogs", (), 9) == 0.1


def test_chances_of_none_and_all_are_weighed_too() -> None:
    assert 0 < chance_by_sense(0.0, 0.2, ByLetter(), "dogs", ["dogs"], 9) < 1
    assert 0 < chance_by_sense(1.0, 0.2, ByLetter(), "dogs", ["cats"], 9) < 1


@pytest.mark.parametrize(("caption", "fits"), [("dashing puppy", True), ("red car", False)])
def test_a_chance_is_moved_by_what_a_caption_of_the_best_photo_means(caption: str, fits: bool) -> None:
    familiarity = Familiarity(ByLetter()).fit(["A dog runs .", "A dog sleeps ."], ["a", "b"])
    chance = MatchChance(familiarity, {"captions": ChanceLine(np.zeros(17), -2.0, 0.5)})
    best = BestPhotos(np.array([0.3, 0.2]), np.array([0.3, 0.2]), frozenset(["puppy"]), None, (caption,))
    answer = chance.of("dog on the run", best)
    assert answer is not None
    assert answer.fits is fits
