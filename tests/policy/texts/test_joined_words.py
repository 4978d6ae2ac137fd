from __future__ import annotations

import pytest

from withsense_tf.policy.texts.joined_words import MOST_REMEMBERED, JoinedWords
from withsense_tf.policy.texts.text_policy import TextPolicy

WORDS = JoinedWords(
    {"boy", "baby", "kids"}, {"my", "little", "of", "instagram", "the", "me", "theme"}, {"babyboy"}
)


@pytest.fixture(scope="module")
def policy() -> TextPolicy:
    return TextPolicy()


@pytest.mark.parametrize(
    "text",
    [
        "#littlegirl",
        "#babyboy",
        "#kidsofinstagram",
        "babyboy",
        "two littlegirls",
        "BabyGirl",
        "schoolBoys",
        "LITTLEGIRL",
        "happy_little_boy",
        "little_girl_01.jpg",
        "littlegirl01.jpg",
        "img-baby-boy.png",
        "#mybabyboy",
        "#momofboys",
        "#toddlerlife",
        "#моямалышка",
        "#счастливыедети",
    ],
)
def test_a_joined_child_is_found(policy: TextPolicy, text: str) -> None:
    assert policy.verdict(text).decision == "block"


@pytest.mark.parametrize(
    "text",
    [
        "cowboy",
        "cowgirls",
        "#cowboys",
        "kidney",
        "a playboy",
        "boyfriend",
        "#girlfriends",
        "babysitter",
        "childhood",
        "kidding",
        "Kidman",
        "boyish",
        "Babylon",
        "sonnet",
        "#girlboss",
        "fatboy slim",
        "teenspirit",
        "#malyshka",
        "#дворник",
        "#девичник",
        "мальчишник",
    ],
)
def test_other_words_with_a_child_in_them_stay_allowed(policy: TextPolicy, text: str) -> None:
    assert policy.verdict(text).decision == "allow"


def test_the_exemptions_read_joined_words_too(policy: TextPolicy) -> None:
    assert policy.verdict("a statue of a babyboy").decision == "allow"


def test_a_way_with_a_child_is_preferred_to_one_without() -> None:
    assert WORDS.parts("thekidsofmy") == ("the", "kids", "of", "my")
    assert WORDS.parts("mytheme") == ()


def test_a_word_of_its_own_is_not_taken_apart() -> None:
    assert WORDS.parts("babyboy") == WORDS.parts("boy") == ()


def test_very_long_runs_are_left_alone() -> None:
    assert WORDS.parts("my" * 10_000 + "boy") == ()


def test_no_more_than_so_many_words_are_remembered() -> None:
    words = JoinedWords({"boy"}, {"my"}, set())
    for number in range(3):
        words.apart("", {f"{number}-{other}" for other in range(MOST_REMEMBERED)})
    assert len(words._not_joined) <= 2 * MOST_REMEMBERED
    assert words.apart("A myboy", {"a", "myboy"}) == "A my boy"
