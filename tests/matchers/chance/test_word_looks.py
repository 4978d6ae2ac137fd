from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from withsense_tf.common.saved_objects import load_state, save_state
from withsense_tf.common.unit import unit
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.encoders.registry import TEXT_ENCODERS
from withsense_tf.matchers.chance.familiarity import Familiarity
from withsense_tf.matchers.chance.match_chance import BestPhotos, ChanceLine, MatchChance
from withsense_tf.matchers.chance.word_looks import TOP, WordLooks
from withsense_tf.matchers.saved_search_forms import FORMS

TEXTS = [
    "A dog sleeps in the snow .",
    "A dog runs in snow .",
    "A man plays a guitar .",
    "A man tunes a guitar .",
]
# Where the words stand, to the encoder and among photos: winter beasts, music, and what no caption has.
AXES = {"dog": 0, "собака": 0, "snow": 0, "guitar": 1, "гитара": 1, "man": 1, "submarine": 2, "субмарина": 2}
WINTER, MUSIC = np.array([1.0, 0, 0, 0]), np.array([0, 1.0, 0, 0])


class Axes(TextEncoder):
    """Put a text on the axes of its words, each word a little beside them; count how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    @property
    def identity(self) -> str:
        return "axes"

    @property
    def languages(self) -> tuple[str, ...]:
        return ("English", "Russian")

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += len(texts)
        rows = np.zeros((len(texts), 4), np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[3] = 0.1 + len(text) / 100
            for word in text.lower().split():
                row[AXES.get(word, 2)] += 1
        return unit(rows)


@pytest.fixture
def looks() -> WordLooks:
    familiarity = Familiarity(Axes()).fit(TEXTS, ["a", "b", "c", "d"])
    photos = np.stack([*[WINTER] * TOP, *[MUSIC] * TOP])
    return WordLooks(familiarity).fit(Axes().encode, photos)


def test_a_photo_that_does_not_show_one_of_the_words_falls_behind_by_that_word(looks: WordLooks) -> None:
    shown = looks.features("a dog in the snow", WINTER, None, is_foreign=False)
    half = looks.features("a dog with a guitar", WINTER, None, is_foreign=False)
    assert shown[0] > 0 > half[0]
    assert shown[2] > half[2]
    assert half[0] < half[1] < shown[1]


def test_words_that_no_photo_has_together_are_far_from_each_other(looks: WordLooks) -> None:
    together, apart = (
        looks.features(text, WINTER, None, is_foreign=False)[4:7]
        for text in ("a dog in the snow", "a dog with a guitar")
    )
    assert all(near > far for near, far in zip(together, apart, strict=True))


def test_a_word_of_another_language_stands_where_the_words_do_that_it_is_near_to(looks: WordLooks) -> None:
    here, there = (looks.features("собака", point, None, is_foreign=True)[0] for point in (WINTER, MUSIC))
    assert here > 0 > there


def test_a_russian_word_that_is_read_as_an_english_one_is_seen_as_that(looks: WordLooks) -> None:
    for russian, english in (("собаки в снегу", "dogs in snow"), ("на гитаре", "on a guitar")):
        assert looks.features(russian, WINTER, None, False) == looks.features(english, WINTER, None, False)


def test_a_strange_word_of_another_language_is_farther_from_captions_than_a_known_one(
    looks: WordLooks,
) -> None:
    known, strange = (looks.features(text, WINTER, None, is_foreign=True) for text in ("собака", "субмарина"))
    assert strange[7] > 0 > known[7]
    assert strange[9] < known[9]


def test_a_known_word_that_is_left_out_is_seen_as_another_languages_word(looks: WordLooks) -> None:
    whole, left = (
        looks.features("dog", WINTER, None, is_foreign=True, left_out=out) for out in (False, True)
    )
    assert whole[9] == pytest.approx(1, abs=1e-3)
    # Snow is nearest then.
    assert 0.9 < left[9] < whole[9]
    assert left[0] == whole[0]


def test_captions_confirm_words_that_are_near_to_theirs_in_every_language(looks: WordLooks) -> None:
    def confirmed(text: str, *there: str) -> float:
        return looks.features(text, WINTER, frozenset(there), is_foreign=False)[-4]

    assert confirmed("собака", "dog") > 0.9 > 0.2 > confirmed("гитара", "dog")
    assert confirmed("submarine", "submarine") == 1  # no training caption has it
    assert confirmed("dog") == 0


def test_a_text_without_telling_words_shows_nothing(looks: WordLooks) -> None:
    for is_foreign in (False, True):
        for there in (None, frozenset(["dog"])):
            none, some = (looks.features(text, WINTER, there, is_foreign) for text in ("on the", "a dog"))
            assert len(none) == len(some)
            assert not any(none)


def test_no_word_is_encoded_that_captions_have_or_that_was_met(looks: WordLooks) -> None:
    encoder = looks.familiarity.vectors
    assert isinstance(encoder, Axes)
    before = encoder.asked
    looks.familiarity.unknown("камилавка")
    assert encoder.asked == before + 1
    for text in ("a dog and a guitar", "камилавка"):
        looks.features(text, WINTER, None, is_foreign=False)
    assert encoder.asked == before + 1


def test_without_enough_photos_to_hold_words_against_nothing_is_seen() -> None:
    familiarity = Familiarity(Axes()).fit(TEXTS, ["a", "b", "c", "d"])
    assert not WordLooks(familiarity).fit(Axes().encode, np.stack([WINTER])).is_possible


def test_a_chance_sees_each_word_again_when_it_comes_back_from_a_folder(
    looks: WordLooks, tmp_path: Path
) -> None:
    weights = np.zeros(2 + 5 + 5 + 7)
    weights[12] = 1.0  # the word that the photo shows least
    before = MatchChance(looks.familiarity, {"pixels": ChanceLine(weights, 0.0, 0.5)}, looks)
    kinds = {**TEXT_ENCODERS.modules(), **FORMS, "Axes": __name__}
    save_state(before, tmp_path / "chance", kinds)
    after = load_state(tmp_path / "chance", kinds)
    best = BestPhotos(np.array([0.6]), np.array([0.7]), point=WINTER)
    for text, fits in (("a dog in the snow", True), ("a dog with a guitar", False)):
        answer = before.of(text, best)
        assert answer is not None
        assert answer.fits is fits
        assert after.of(text, best) == answer
    # A photo that stands nowhere among texts cannot be seen so.
    assert before.of("a dog", BestPhotos(best.scores, best.numbers)) is None
