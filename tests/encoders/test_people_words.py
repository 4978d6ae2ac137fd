"""Words for people are told from those for beasts and things, also where no table has them."""

from __future__ import annotations

import pytest

from withsense_tf.encoders.people_words import names_people

PEOPLE = (
    "skier bikers bicyclist policewoman firemen hitchhikers cowboy cellist "
    "лыжником байкеры учительница сноубордист монах"
)
NOBODY = (
    "rooster badger spider helicopter sweater mirror snowman statues fist list paper fan model team тунец бультерьер "
    "гусеница снеговик двигатель светильник"
)


@pytest.mark.parametrize("word", PEOPLE.split())
def test_words_for_people(word: str) -> None:
    assert names_people(word)


@pytest.mark.parametrize("word", NOBODY.split())
def test_words_for_beasts_and_things(word: str) -> None:
    assert not names_people(word)
