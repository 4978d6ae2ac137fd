"""What tells nothing of the young: a day and a number are no age, a coach's age is his, and a thing lifts nobody."""

from __future__ import annotations

import pytest

from withsense_tf.policy.texts.text_policy import TextPolicy

DAYS = [
    "Boys, 24.07.2019",
    "Girls, 30/08/2021",
    "Our girls 25-12-2020",
    "My son, 2019-07-24",
    "Boys on the beach, 19 July",
    "Girls in the garden, July 23",
    "Lads at the river, 31st of May",
    "Мальчики, 24.07.2019",
    "Мальчики на пляже, 19 июля",
    "Дочка, 22.05.2014",
    "Пацаны у реки, 31 мая",
]
NUMBERS = ["Boys, 18:45", "Girls, 20.03", "Girl, 35 mm lens", "Boys, bus 21", "The boys, 24 Baker Street"]
NUMBERS += ["Мальчики, 18:45", "Девочки, 20.03", "Девочки, автобус 21"]
AGES_OF_OTHERS = [
    "The boys with their coach, 45",
    "The boy beside a policeman, 33",
    "Daughter with her godmother, 50",
    "The girl on the lap of Mr Brown, 66",
    "Boys listen to Captain Ray, 57",
    "Мальчики с тренером, 45",
    "Девочки с учительницей, 38 лет",
    "Девочки с хормейстером, ему 61",
    "Девочка на руках у деда Ивана, 66",
    "Пацаны слушают капитана, 57",
]
THINGS = [
    "The girls on the swings, prosecco",
    "Boys on the trampoline, beer",
    "The girls at the lake, gin and tonic",
    "Девочки на качелях, шампанское",
    "Мальчики на батуте, пиво",
    "Девочки с шариками, просекко",
]
GROWN = [
    "My daughter, 34, on 24.07.2019",
    "The girls, 45 and 47, with their coach",
    "My daughter with her coach, both in their forties",
    "The girls, both 50, prosecco in hand on the swings",
    "The girls at their bachelorette party, prosecco, 24.07.2019",
    "The lads on their stag do, beer, 03.05.2018",
    "Моя дочь, 34, на фото от 24.07.2019",
    "Девочки, 45 и 47, с тренером",
    "Девочки, обеим по 50, на качелях с шампанским",
    "Девочки на девичнике, просекко, 24.07.2019",
]


@pytest.mark.parametrize("text", DAYS + NUMBERS)
def test_a_day_a_clock_and_a_number_are_no_adult_age(text: str) -> None:
    assert TextPolicy().verdict(text).restricted


@pytest.mark.parametrize("text", AGES_OF_OTHERS)
def test_an_age_behind_a_comma_lifts_only_the_last_who_was_named(text: str) -> None:
    assert TextPolicy().verdict(text).restricted


@pytest.mark.parametrize("text", THINGS)
def test_a_thing_that_is_only_named_lifts_nobody(text: str) -> None:
    assert TextPolicy().verdict(text).restricted


@pytest.mark.parametrize("text", GROWN)
def test_a_grown_up_s_own_age_and_feast_go_on_to_lift(text: str) -> None:
    assert not TextPolicy().verdict(text).restricted


def test_what_voids_an_exemption_is_told() -> None:
    rules = {hit.rule: hit.decision for hit in TextPolicy().hits("The boys with their coach, 45")}
    assert rules["age of somebody else"] == "allow"
