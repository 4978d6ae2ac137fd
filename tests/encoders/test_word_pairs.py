from __future__ import annotations

import re

import pytest

from withsense_tf.encoders.word_pairs import (
    counterparts,
    english_by_russian,
    english_meant,
    english_of,
    english_places,
    russian_by_english,
)


def test_every_line_has_an_english_word_and_russian_ones_each_once() -> None:
    table = russian_by_english()
    assert len(table) > 3_000
    for english, russian in table.items():
        assert re.fullmatch("[a-z]+", english), english
        assert russian, english
        assert len(set(russian)) == len(russian), english
        assert all(re.fullmatch("[а-яё -]+", word) for word in russian), english


@pytest.mark.parametrize("form", ["собака", "собаки", "собаке", "Собаками".lower()])
def test_a_russian_word_is_known_in_every_form(form: str) -> None:
    assert english_of(form) == ("dog",)


@pytest.mark.parametrize("word", ["серфингистка", "сёрфингисткой", "серфингист", "сёрфера", "серфер"])
def test_a_word_is_known_in_the_feminine_and_without_the_dots_of_its_letters(word: str) -> None:
    assert english_of(word) == ("surfer",)


def test_a_form_of_several_words_stands_for_all_of_them() -> None:
    assert {"hot", "stand"} & set(english_of("стоит")) == {"stand"}
    assert {"saw"} <= set(english_of("пилу"))


@pytest.mark.parametrize(
    ("form", "english"),
    [("белку", "squirrel"), ("пня", "stump"), ("фатой", "veil"), ("носки", "sock"), ("суши", "sushi")],
)
def test_a_word_that_may_be_a_form_of_another_one_is_an_entry_of_its_own(form: str, english: str) -> None:
    assert english in english_of(form)


def test_every_word_of_the_table_stands_for_what_the_table_says() -> None:
    for english, russian in russian_by_english().items():
        for word in russian:
            assert english in english_of(*word.split()), (english, word)


def test_two_words_may_be_one_thing() -> None:
    assert english_of("железной", "дорогой") == ("railway",)
    assert english_of("железной", "собакой") == ()
    assert english_by_russian()["подводный лодка"] == {"submarine": 3}


@pytest.mark.parametrize(
    ("word", "usual", "other"),
    [
        ("парень", "guy", "boy"),
        ("футбол", "soccer", "football"),
        ("велик", "bike", "big"),
        ("лев", "lion", "leave"),
        ("село", "village", "sit"),
        ("змея", "snake", "kite"),
        ("стоящий", "stand", "be"),
    ],
)
def test_what_a_word_usually_says_as_it_stands_comes_before_what_it_may_be(
    word: str, usual: str, other: str
) -> None:
    assert english_places(word)[usual] < english_places(word)[other]


def test_a_form_that_is_no_word_of_the_table_is_any_of_those_that_it_may_be_a_form_of() -> None:
    assert english_places("дороге")["road"] == english_places("дорога")["road"] == 1
    assert english_places("дороге").keys() == {"road", "driveway"}


@pytest.mark.parametrize(
    ("word", "usual", "wider"),
    [
        ("дедушкой", "grandfather", "man"),
        ("бабушек", "grandmother", "woman"),
        ("людьми", "person", "man"),
    ],
)
def test_a_word_for_a_kind_of_person_is_none_for_any_person(word: str, usual: str, wider: str) -> None:
    assert usual in english_meant(word)
    assert wider in english_places(word)
    assert wider not in english_meant(word)


@pytest.mark.parametrize(
    "word", ["концерт", "девушка", "мужик", "подниматься", "парень", "сноубордист", "прогулка", "снежок"]
)
def test_a_word_keeps_what_is_as_usual_or_no_wider(word: str) -> None:
    assert english_meant(word) == english_places(word)


def test_english_words_stand_for_none() -> None:
    assert english_of("dog") == ()


def test_a_part_of_a_phrase_is_no_counterpart_unless_there_is_no_other() -> None:
    assert counterparts("деда") == ("grandfather",)
    assert counterparts("santa") == ("дед мороз",)
    assert counterparts("коньков") == ("seahorse", "skate")
    assert counterparts("polar", "bears") == ("белый медведь", "полярный медведь")
    assert counterparts("около") == ()
