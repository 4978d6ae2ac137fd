"""Where an English phrase that says what is not wanted begins and ends."""

from __future__ import annotations

import pytest
from cuts import cut_of

from withsense_tf.search.query.without_english import cut_at


@pytest.mark.parametrize(
    ("text", "phrase", "terms"),
    [
        ("a beach without a dog", "without a dog", ["dog"]),
        ("a street with no cars or people", "with no cars or people", ["cars", "people"]),
        ("a park where there are no people", "where there are no people", ["people"]),
        ("a beach without a swimming pool", "without a swimming pool", ["swimming pool"]),
        ("a room without pieces of furniture", "without pieces of furniture", ["pieces of furniture"]),
        ("a table without a cup on it", "without a cup on it", ["cup"]),
    ],
)
def test_a_phrase_ends_with_its_last_term_and_what_belongs_to_it(
    text: str, phrase: str, terms: list[str]
) -> None:
    found = cut_of(cut_at, text)
    assert found is not None
    assert found[:2] == (phrase, terms)


@pytest.mark.parametrize(
    "text",
    [
        "a no parking sign",
        "without doubt",
        "a man without a hat and a dog",  # is the dog wanted?
        "a beach without people, palm trees and a boat",  # are the trees?
        "not without a dog",
        "a man without looking",
        "a film called Without Dogs",
        "a street without permission",
        "a street no cars but a taxi",  # a taxi is a car
        *("dr no poster", "mr no face", "Dr. No poster", "ms. no dogs"),
        "a street without cars and children playing",  # are the children wanted?
    ],
)
def test_what_may_mean_something_else_is_no_phrase(text: str) -> None:
    assert cut_of(cut_at, text) is None


def test_a_caption_that_speaks_of_a_sign_does_not_mention_what_it_forbids() -> None:
    assert cut_of(cut_at, "a sign that says no dogs") is None
    assert cut_of(cut_at, "a sign that says no dogs", strict=False) is not None
    assert cut_of(cut_at, "a street without cars and children playing", strict=False) is not None


def test_what_is_wanted_instead_is_joined_to_the_rest() -> None:
    found = cut_of(cut_at, "a beach without dogs but with cats")
    assert found is not None
    assert found[0] == "without dogs but"
    assert found[2] == " "
