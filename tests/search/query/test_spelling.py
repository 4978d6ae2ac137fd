"""Real words are told from slips, and what is written nearly alike is found."""

from __future__ import annotations

import pytest
from small_index import LAW

from withsense_tf.search.query.spelling import (
    in_place_of,
    is_real,
    may_be_asked,
    near_words,
    same_to_the_law,
)

# The list has these as the British write them alone.
AMERICAN = ("airplane", "harbor", "jewelry", "mom", "mustache", "neighbors", "plow")


@pytest.mark.parametrize(
    "word", ["submarine", "motorcycle", "women", "running", "собаками", "собокa", "犬", "naïve", *AMERICAN]
)
def test_real_words_and_those_in_other_letters_are_real(word: str) -> None:
    assert is_real(word)


@pytest.mark.parametrize("word", ["motorcicle", "bech", "recieve", "teh", "собокаа"])
def test_slips_are_not(word: str) -> None:
    assert not is_real(word)


@pytest.mark.parametrize(
    ("word", "other", "slips"),
    [
        ("dgo", "dog", 1),
        ("baech", "beach", 1),
        ("bycicle", "bicycle", 2),
        ("motorccle", "motorcycle", 1),
        ("собоки", "собаки", 1),
    ],
)
def test_swaps_and_other_slips_count_one_each(word: str, other: str, slips: int) -> None:
    assert near_words(word, ["zebra", other]) == [(other, slips)]


def test_of_words_that_are_as_near_those_that_sound_alike_come_first() -> None:
    assert near_words("beech", ["bench", "leech", "beach"])[0] == ("beach", 1)
    assert near_words("собока", ["сорока", "собака"])[0] == ("собака", 1)


def test_what_is_too_far_too_short_or_begins_otherwise_is_not_near() -> None:
    assert near_words("wakeboarding", ["skateboarding"]) == []
    assert near_words("ca", ["cat"]) == []
    assert near_words("beahc", ["bench"]) == []
    assert near_words("a" * 100, ["a" * 99]) == []


def test_a_word_is_put_in_the_place_of_whole_words_alone() -> None:
    assert in_place_of("dog", "dgo", "Dgo and dgos, dgo") == "dog and dgos, dog"
    assert in_place_of(r"\1", "a", "a cat") == r"\1 cat"


def test_the_law_is_asked_of_the_word_and_of_the_text_with_it() -> None:
    assert may_be_asked("motorcycle", "motorcicle", "a motorcicle", LAW)
    assert not may_be_asked("toddler", "todler", "a todler", LAW)
    assert not may_be_asked("year", "yera", "a 7 yera old", LAW)
    assert same_to_the_law("a motorcicle", "a motorcycle", LAW)
    assert not same_to_the_law("a girl on a swing", "a grill on a swing", LAW)
