from __future__ import annotations

import pytest

from withsense_tf.common.words import words
from withsense_tf.matchers.forms.colour_words import coloured_things, has_another_colour


@pytest.mark.parametrize(
    ("query", "pairs"),
    [
        ("a blue car", [("blue", "car")]),
        ("two brown dogs and a black cat", [("brown", "dog"), ("black", "cat")]),
        ("a white and yellow taxi", [("white", "taxi"), ("yellow", "taxi")]),
        ("a man in red with a ball", []),
        ("dressed in green", []),
        ("snow", []),
    ],
)
def test_a_colour_belongs_to_the_word_behind_it(query: str, pairs: list[tuple[str, str]]) -> None:
    assert list(coloured_things(words(query))) == pairs


@pytest.mark.parametrize(
    ("colour", "thing", "caption", "is_other"),
    [
        ("blue", "car", "A man in blue beside a yellow car", True),
        ("blue", "car", "A woman in blue beside a car", False),
        ("blue", "car", "A yellow car and a blue car", False),
        ("blue", "car", "A blue and yellow sports car", False),
        ("yellow", "boat", "The boat is blue, the coat yellow", True),
        ("blue", "boat", "The boat is blue", False),
        ("gray", "dog", "A grey dog", False),
        ("brown", "dog", "A black dog on brown grass", True),
        # A small word parts a colour from what stands behind it.
        ("brown", "dog", "A boy in black with his dog", False),
    ],
)
def test_a_thing_has_another_colour_where_captions_give_it_one_and_never_this(
    colour: str, thing: str, caption: str, is_other: bool
) -> None:
    assert has_another_colour(colour, thing, words(caption)) == is_other


def test_what_ends_one_caption_colours_nothing_in_the_next() -> None:
    captions = [*words("A girl in pink"), "\ue000", *words("Dog on a lawn")]
    assert not has_another_colour("white", "dog", captions)
