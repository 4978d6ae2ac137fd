"""What excuses a word must be about that word: an animal, a thing or a text beside a child excuses nothing."""

from __future__ import annotations

import pytest

from withsense_tf.policy.texts.text_policy import TextPolicy

pytestmark = pytest.mark.closed
POLICY = TextPolicy()


@pytest.mark.parametrize(
    "text",
    [
        "A dog and two babies sleep on a rug.",
        "A male dog licks the baby.",
        "An adult elephant and two children at the zoo.",
        "A female horse with a child on her back.",
        "The horse is led by a rider and her baby.",
        "Kids and goats at the petting zoo.",
        "The baby of the dog owner smiles.",
        "Собака и малыш на диване.",
        "Пони с детьми идёт по кругу.",
        "Собака защищает малыша.",
    ],
)
@pytest.mark.slow
def test_an_animal_beside_a_child_excuses_nothing(text: str) -> None:
    assert POLICY.verdict(text).restricted


@pytest.mark.parametrize(
    "text",
    [
        "Title: two boys on a pier",
        "Caption: a girl at the sea",
        "label: boy, bike, street",
        'A photo called "our kids at the beach"',
        'A sign: "welcome", kids below',
        "The word LOVE, girls run past.",
        "The words of a child.",
        "Плакат и мальчик.",
        "Футболка с надписью и девочка.",
    ],
)
def test_a_title_describes_its_photo_and_a_text_beside_a_child_excuses_nothing(text: str) -> None:
    assert POLICY.verdict(text).restricted


@pytest.mark.parametrize(
    "text",
    [
        "The boy's playing violin.",
        "A toddler playing toy drums.",
        "Kids book a flight.",
        "A boy cast in a school play.",
        "A girl painted in gold.",
        "A boy figures out a puzzle.",
        "A boy toys with a spoon.",
        "A kid rock climbing.",
        "A girls group hugs.",
    ],
)
def test_what_a_child_does_is_no_thing_of_its_own(text: str) -> None:
    assert POLICY.verdict(text).restricted


@pytest.mark.parametrize(
    "text",
    [
        "A mother dog with three babies.",
        "An elephant and its baby.",
        "A nanny goat and a kid.",
        "A sign: Children at play.",
        'A banner with "girls" on it.',
        "The boy's piano.",
        "A girl made of snow.",
        "A child playing area without anybody.",
        "Слониха с малышом.",
        "Кошка и её малыши.",
        "Табличка «Дети».",
    ],
)
def test_what_is_no_child_stays_allowed(text: str) -> None:
    assert not POLICY.verdict(text).restricted


@pytest.mark.parametrize(
    "text",
    [
        "A skater who hasn't turned 16.",
        "Skaters who aren't yet 16.",
        "<16 years old",
        "age: 12",
        "Age=12",
        "Nearly 12, and already surfing.",
        "She looks about nine.",
        "He can't be more than eleven.",
        "A person of about ten years.",
        "A 10yrold skater.",
        "An e1even-year-old skater.",
        "A skater, 12 y34rs 0ld.",
        "An 11-уеаr-оld skater.",
        "Не достигший шестнадцатилетнего возраста.",
        "<16 лет",
        "Шестнадцати ещё нет.",
    ],
)
def test_an_age_is_read_however_it_is_written(text: str) -> None:
    assert POLICY.verdict(text).restricted


@pytest.mark.parametrize(
    "text",
    ["A ChIlD on a rock.", "A bоу in a hat.", "A gіrІ in a hat.", "tags: ['kid','sea']", "Chil-\ndren run."],
)
def test_a_word_is_read_whatever_its_letters_are(text: str) -> None:
    assert POLICY.verdict(text).restricted


@pytest.mark.parametrize(
    "text",
    [
        "Less than < 16 euros",
        "A skater who hasn't turned 30.",
        "Age: 40",
        "Nearly 12 kilometres to go.",
        "A bus that isn't 16 metres long.",
        "He can't be more than sixty.",
        "to-\nday",
        "The 5even Samurai poster.",
        "iPhone and McDonald in MacOS.",
    ],
)
def test_other_numbers_and_words_stay_allowed(text: str) -> None:
    assert not POLICY.verdict(text).restricted
