"""An age may be a bound, and is about one person only."""

from __future__ import annotations

import functools
import itertools

import pytest

from withsense_tf.policy.texts.text_policy import TextPolicy

pytestmark = pytest.mark.closed
policy = functools.cache(TextPolicy)

BELOW = [
    "U{} girls", "under-{} boys", "people under {}", "somebody younger than {}", "a skater, nearly {}, bows",
    "a singer not yet {}",
    "persons under {}", "swimmers below the age of {}", "up to the age of {}", "a race for {} and under",
    "dancers no older than {}",
    "an almost {} year old skater", "she turns {} tomorrow", "an under-{}", "the U-{} team", "guests aged {} or less",
    "до {} лет", "люди младше {} лет", "гимнасты не старше {} лет", "спортсмены моложе {}", "пловцы {} лет и младше",
    "ей почти {} лет",
    "певице нет ещё {}", "лица, не достигшие {} лет", "актриса неполных {} лет", "команда U{}",
    "скоро ей исполнится {}",
]  # fmt: skip
ADULTS = [
    "women over {}", "girls {} and older", "a {}-year-old skater", "singers not younger than {}", "a girl aged {}",
    "женщины старше {} лет", "бегуны не младше {} лет", "пловцы от {} до 30 лет", "девушка {} лет",
]  # fmt: skip
# Nobody's age.
THINGS = [
    "people under 12 trees", "under 16th street bridge", "less than 10 dollars", "almost 12 meters long",
    "up to 12 photos on a wall",
    "a car less than 10 years old", "a dog younger than 5", "at 12 under par", "tickets $12 and under",
    "до 12 часов", "до 10 метров высотой", "меньше 10 рублей", "дом моложе 12 лет", "машина не старше 10 лет",
    "до 12 человек в лифте",
]  # fmt: skip
GROWN = [
    "a 30 year old woman",
    "a man, 35,",
    "a woman aged 40",
    "a man over 60",
    "a thirty five year old man",
    "a 19-year-old girl",
]
CHILDREN = ["a boy", "two girls", "her son", "kids", "a teen"]
JOINING = [" and ", " with ", ", ", " hugs ", " of "]


@pytest.mark.parametrize("limit", [12, 16, 18, 21])
@pytest.mark.parametrize("text", BELOW)
@pytest.mark.slow
def test_an_upper_bound_up_to_the_limit_is_a_child(text: str, limit: int) -> None:
    assert policy(limit).verdict(text.format(limit)).decision == "block"


@pytest.mark.parametrize("text", ["people under {}", "спортсмены до {} лет", "the U{} squad"])
def test_a_bound_soon_above_the_limit_goes_to_a_person(text: str) -> None:
    assert policy(16).verdict(text.format(18)).decision == "review"
    assert policy(16).verdict(text.format(21)).decision == "allow"


def test_a_bound_above_the_limit_excuses_no_child() -> None:
    assert policy(16).verdict("under-18 girls").decision == "block"


@pytest.mark.parametrize("limit", [16, 18])
@pytest.mark.parametrize("text", ADULTS)
def test_a_lower_bound_at_the_limit_is_an_adult(text: str, limit: int) -> None:
    assert policy(limit).verdict(text.format(limit)).decision == "allow"


@pytest.mark.parametrize("text", ["girls over 12", "boys 12 and older", "children over 5"])
def test_a_lower_bound_under_the_limit_is_a_child(text: str) -> None:
    assert policy(16).verdict(text).decision == "block"


@pytest.mark.parametrize("text", THINGS)
def test_a_bound_of_no_person_is_allowed(text: str) -> None:
    assert policy(16).verdict(text).decision == "allow"


@pytest.mark.parametrize(("grown", "joining"), itertools.product(GROWN, JOINING))
def test_an_adult_age_never_excuses_another_person(grown: str, joining: str) -> None:
    for child in CHILDREN:
        assert policy(16).verdict(f"{grown}{joining}{child}.").decision == "block"
        assert policy(16).verdict(f"{child}{joining}{grown} .").decision == "block"


@pytest.mark.parametrize(
    "text", ["a 45-year-old girls coach", "женщина 30 лет и мальчик", "девочки и их 45-летний тренер"]
)
def test_the_age_of_whoever_is_with_children_excuses_none_of_them(text: str) -> None:
    assert policy(16).verdict(text).decision == "block"


def test_a_number_of_two_words_is_one_bound() -> None:
    assert policy(16).verdict("people under twenty five").decision == "allow"
