"""An age that is nearly reached, of nobody who is named: a child's, unless the words count or measure something."""

from __future__ import annotations

import functools

import pytest

from withsense_tf.policy.texts.text_policy import TextPolicy

pytestmark = pytest.mark.closed
rules = functools.cache(functools.partial(TextPolicy, second_reader=None))

CHILDREN = [
    "nearly 16",
    "almost 16",
    "nearly sixteen",
    "Nearly 15 at the lake",
    "Almost 13 on her first skis",
    "so nearly 16",
    "Nearly 16 now",
    "Still not 16",
    "not yet 16",
    "just turned 15",
    "about to turn 16",
    "going on 14",
    "Soon 16",
    "16 soon",
    "16 next week",
    "Nearly 14 at Brighton",
    "Bear, 2 days old, in the hospital with mum",
    "nearly 16 :)",
    "nearly 16 🎂",
    "Almost 4 — soon at school",
    "почти 16",
    "почти 16 :)",
    "Не совсем 16",
    "16 скоро",
    "Почти шестнадцать",
    "уже почти 16",
    "Почти 15 на озере",
    "скоро 16",
    "ещё нет 16",
    "ещё не 16",
    "нет и 16",
    "вот-вот 16",
    "без малого 16",
    "Почти 14 с удочкой у реки",
]
OTHERS = [
    "nearly 40",
    "Nearly 17 at the lake",
    "going on 50",
    "60 soon",
    "almost 5 o'clock",
    "Nearly 3 in the morning",
    "almost 11 pm",
    "Nearly 9:30 in the evening",
    "nearly 10 km",
    "almost 12 hours",
    "nearly 15 degrees",
    "Nearly 15 in the shade",
    "Almost 10 in a row",
    "Almost 10 - 2 at the whistle",
    "Nearly 10: 30, the bar is full",
    "nearly 12 dollars",
    "Nearly 5 pounds of trout",
    "almost 10 feet tall",
    "Almost 3-2 at the half",
    "almost 14 December",
    "Nearly 12 at night",
    "Almost 10 on the clock",
    "Nearly 8 on the Richter scale",
    "Not yet 5 o'clock",
    "Not yet 10 km",
    "Going on 5 hours at the gate",
    "10 soon gone, two to go",
    "Bear, 2 days old, at the zoo with its mother",
    "A bear, 2 days old, in the animal hospital",
    "Почти 40",
    "Не 5, а 6 вёсел",
    "Почти 5 - 2 в пользу гостей",
    "почти 15 километров",
    "почти 12 часов",
    "Почти 5 утра",
    "Почти 5 на часах",
    "почти 10 градусов",
    "Почти 15 на градуснике",
    "Почти 15 в тени",
    "Почти 3:2",
    "нет и 5 минут",
    "Почти 8 вечера",
    "скоро 9 мая",
    "Почти 12 тысяч шагов",
    "без малого 10 рублей",
    "ещё не 5 утра",
]


@pytest.mark.parametrize("text", CHILDREN)
def test_an_age_nearly_reached_is_a_childs(text: str) -> None:
    assert rules().verdict(text).restricted


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_counted_or_measured_is_no_age(text: str) -> None:
    assert not rules().verdict(text).restricted
