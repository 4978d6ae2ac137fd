"""An age behind an animal or a thing is that of somebody beside it, if anybody is there whose it may be."""

from __future__ import annotations

import functools

import pytest

from withsense_tf.policy.texts.text_policy import TextPolicy

pytestmark = pytest.mark.closed
policy = functools.cache(TextPolicy)

WHO = ["Lucy", "Tom Bell", "Oluwaseun", "Me", "A dancer"]
BESIDE = [
    "on her pony", "with her puppy", "and the dog", "holding a kitten", "feeding a goat", "in the car", "at the piano",
    "by the old oak", "in front of the church",
]  # fmt: skip
AGED = [", 7 years old", ", aged 7", ", 7", ", seven", " (7)", ", six and a half"]
NAMED = ["Ava, ", "Leo is ", "Mia turned "]
YOUNG = ["9 months", "six weeks", "seven", "7 years old"]
WHERE = [
    " on the beach",
    " at the piano",
    " with a dog",
    " and the cat",
    " by the lake",
    " before bed",
    ", first snow",
]
NAMED_IN_RUSSIAN = ["Лёве ", "Маша, ей ", "На фото Петя, "]
YOUNG_IN_RUSSIAN = ["7", "семь лет", "8 месяцев", "три недели"]
WHERE_IN_RUSSIAN = [" в саду", " за роялем", " с собакой", " и кот", " в школе", " на сцене", " у озера"]
RESTRICTED = [
    "She leads the calf, eight years old",
    "Seven years old, on a pony",
    "7 years old with a puppy",
    "Lucy, 7 years old, with the dog",
    "Lucy is 7 years old, her dog is 2",
    "Tom on tractor 6yrs",
    "tom_on_tractor_6_years_old.jpg",
    "Nine years old, holding the hen",
    "Freya with the violin, 8 yrs",
    "Leo, 7, holding the leash",
    "Leo, 7 years old, and mummy hold the leash",
    "Leo, 9 months, with painted whiskers",
    "Маша, 7 лет, держит поводок",
    "Маша на пони, 7 лет",
    "Маша с котёнком, 7 лет",
    "Лёва гладит кота, ему шесть лет",
    "я с собакой, 9 лет",
    "Миша за роялем, 9 лет",
    "Тим и старая машина, 11 лет",
    "Она гладит козу, шесть лет",
]
ALLOWED = [
    "My dog, 7 years old, with a ball",
    "Rex, a 6-year-old rescue dog",
    "Bella is 7 years old, our dog",
    "Anna's dog, 4 years old",
    "Dog on a boat, 4 years old",
    "A cat with her kittens, 3 years old",
    "Old tractor by the barn, 12 years old",
    "House beside the church, 12 years old",
    "Max the cat, 9 years old, and the vet",
    "The vet with the mare, 11 years old",
    "The car, 9 years old, with a new engine",
    "A man on a horse, 7 years old",
    "Lucy on her pony, 27 years old",
    "Собака на лодке, 4 года",
    "Кот с котятами, 3 года",
    "Дом у церкви, 12 лет",
    "Она — кобыла, 9 лет",
    "Маша на пони, 27 лет",
    "Leo is 37 on the beach",
    "Ava, 9 months in the army",
    "Ей 37 на сцене",
]


@pytest.mark.parametrize("age", AGED)
@pytest.mark.parametrize("beside", BESIDE)
def test_who_is_beside_an_animal_or_a_thing_may_be_so_old(beside: str, age: str) -> None:
    texts = [f"{who} {beside}{age}" for who in WHO]
    assert [text for text in texts if not policy().verdict(text).restricted] == []


@pytest.mark.parametrize(
    ("who", "ages", "places"), [(NAMED, YOUNG, WHERE), (NAMED_IN_RUSSIAN, YOUNG_IN_RUSSIAN, WHERE_IN_RUSSIAN)]
)
def test_who_is_named_is_so_old_wherever_they_are(who: list[str], ages: list[str], places: list[str]) -> None:
    texts = [f"{name}{age}{place}" for name in who for age in ages for place in places]
    assert [text for text in texts if not policy().verdict(text).restricted] == []


@pytest.mark.parametrize("text", RESTRICTED)
def test_an_age_is_somebodys_where_it_may_be(text: str) -> None:
    assert policy().verdict(text).restricted


@pytest.mark.parametrize("text", ALLOWED)
def test_where_nobody_is_whose_it_may_be_it_is_the_animals_or_the_things(text: str) -> None:
    assert not policy().verdict(text).restricted
