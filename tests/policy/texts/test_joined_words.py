from __future__ import annotations

import pytest

from withsense_tf.policy.texts.joined_words import MOST_REMEMBERED, JoinedWords, rare_english, rare_russian
from withsense_tf.policy.texts.text_policy import TextPolicy

WITH_DICTIONARY = JoinedWords({"kids", "дети"}, {"my"}, {"kidsuniverse"}, rare_english)
RUSSIAN = JoinedWords({"дети", "дочка"}, {"моя"}, set(), rare_russian)
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
    assert len(words._parts_by_run) <= 2 * MOST_REMEMBERED
    assert words.apart("A myboy", {"a", "myboy"}) == "A my boy"


def test_words_of_a_dictionary_may_stand_beside_a_child() -> None:
    assert WITH_DICTIONARY.parts("kidsatpool") == ("kids", "at", "pool")
    assert RUSSIAN.parts("дочканагорке") == ("дочка", "на", "горке")


def test_words_without_a_child_stay_joined() -> None:
    assert WITH_DICTIONARY.parts("dogsatpool") == ()
    assert WITH_DICTIONARY.parts("kidsxqzt") == WITH_DICTIONARY.parts("kidsuniverse") == ()


def test_the_likelier_words_are_read_and_without_counts_the_child() -> None:
    assert JoinedWords({"kid"}, {"my"}, set(), rare_english).parts("kidneystones") == ()
    assert RUSSIAN.parts("детинаплощадке") == ("дети", "на", "площадке")


def test_a_name_with_a_capital_stays_a_name_but_not_in_a_tag() -> None:
    words = JoinedWords({"kid"}, {"my"}, set(), rare_english)
    assert words.apart("Kidman", {"kidman"}) == "Kidman"
    assert words.apart("#Kidman", {"kidman"}) == "#kid man"
