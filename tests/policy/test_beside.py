"""What excuses a word must be about that word: an animal, a thing or a text beside a child excuses nothing."""

from __future__ import annotations

import pytest

from withsense_tf.policy.verdict import TextPolicy

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
