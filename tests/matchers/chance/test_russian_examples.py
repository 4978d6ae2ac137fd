from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from withsense_tf.common.unit import unit
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.matchers.chance.chance_examples import ExampleMaker
from withsense_tf.matchers.chance.familiarity import Familiarity
from withsense_tf.matchers.chance.russian_examples import RussianExampleMaker, in_russian

TEXTS = ["A dog runs on a beach .", "A dog plays on the beach .", "A man rides a bike .", "A man on a bike ."]


class Lengths(TextEncoder):
    """Read both languages, and see of a text its length alone."""

    @property
    def identity(self) -> str:
        return "lengths"

    @property
    def languages(self) -> tuple[str, ...]:
        return ("English", "Russian")

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return unit(np.array([[len(text), 1.0] for text in texts], np.float32))


@pytest.fixture(scope="module")
def makers() -> tuple[ExampleMaker, RussianExampleMaker, Familiarity]:
    owner = np.array([0, 0, 1, 1])
    familiarity = Familiarity(Lengths()).fit(TEXTS, ["a", "b", "c", "d"])
    english = ExampleMaker(TEXTS, owner, familiarity.photos_with_, familiarity.photo_count_, 0)
    return english, RussianExampleMaker(TEXTS, owner, familiarity, 0), familiarity


def test_each_word_that_the_table_has_is_said_in_russian_and_others_are_left_out() -> None:
    assert in_russian("The dog with two balls") == "собака с два мяч"
    assert in_russian("a xylophonist") == ""


def test_what_fits_is_read_as_words_of_its_caption(
    makers: tuple[ExampleMaker, RussianExampleMaker, Familiarity],
) -> None:
    _, russian, familiarity = makers
    own = [example for example in russian.examples() if example.kind == "own"]
    assert {example.caption for example in own} == {0, 1, 2, 3}
    by_caption = {example.caption: example.text for example in own}
    assert familiarity.forms(by_caption[0]) == ("dog", "run", "beach")


def test_what_no_photo_shows_is_strange_when_it_is_read_too(
    makers: tuple[ExampleMaker, RussianExampleMaker, Familiarity],
) -> None:
    english, russian, familiarity = makers
    assert len(english.strange_nouns) >= len(russian.strange_nouns) > 100
    for example in russian.examples():
        if example.kind == "strange":
            forms = familiarity.forms(example.text)
            assert forms
            assert all(familiarity.photos_with_.get(form, 0) == 0 for form in forms), example.text
