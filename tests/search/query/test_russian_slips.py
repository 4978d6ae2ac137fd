"""Russian words that are written as they sound, or typed with two slips, lead to the words that were meant."""

from __future__ import annotations

import pytest
from slips_of_queries import corrected
from small_index import LAW

from withsense_tf.search.query.russian_slips import words_heard_alike, words_typed_alike


@pytest.mark.parametrize(
    ("word", "better"),
    [
        ("матацыкл", "мотоцикл"),
        ("виласипед", "велосипед"),
        ("снигавик", "снеговик"),
        ("мкроскопоэм", "микроскопом"),
        ("фотаппартом", "фотоаппаратом"),
        ("скейтборлце", "скейтборде"),
    ],
)
def test_what_is_two_slips_from_one_russian_word_is_read_as_that(word: str, better: str) -> None:
    assert corrected(f"человек и {word}") == (f"человек и {better}", {word: better})


@pytest.mark.parametrize(
    "word",
    ["сапсёрфинг", "лабрадудль", "скейтер", "сноубордист", "гидрокостюме", "бонсай", "сапборде", "пехорка"],
)
def test_words_that_no_list_has_stay(word: str) -> None:
    assert corrected(word) == (word, {})


@pytest.mark.parametrize(
    ("word", "better"),
    [
        ("сабака", "собака"),
        ("хокей", "хоккей"),
        ("жолтая", "желтая"),
        ("чорный", "черный"),
        ("цырк", "цирк"),
        ("сонце", "солнце"),
        ("лесница", "лестница"),
        ("палто", "пальто"),
        ("собачька", "собачка"),
        ("лашадью", "лошадью"),
    ],
)
def test_a_word_that_sounds_as_a_real_one_does_is_read_as_that(word: str, better: str) -> None:
    said, corrections = corrected(f"на снимке {word}")
    assert said.replace("ё", "е") == f"на снимке {better}"
    assert list(corrections) == [word]


@pytest.mark.parametrize("word", ["латте", "багги", "смузи", "хайп", "кашка", "витка", "колона"])
def test_no_real_word_is_taken_for_one_that_sounds_alike(word: str) -> None:
    assert corrected(f"на снимке {word}") == (f"на снимке {word}", {})


def test_short_words_and_other_endings_lead_nowhere() -> None:
    assert words_heard_alike("сабок") == {}
    assert words_typed_alike("скейтбрд") == {}
    assert all(word.endswith("м") for word in words_typed_alike("мкроскопоэм"))
    assert words_heard_alike("а" * 50) == words_typed_alike("а" * 50) == {}


@pytest.mark.parametrize("text", ["рибенак на качелях", "памагите малышчику", "мальчышка", "дивачка"])
def test_no_such_correction_makes_an_allowed_query_a_restricted_one(text: str) -> None:
    said, _ = corrected(text)
    for limit in (16, 18):
        before, after = LAW.texts(limit).verdicts([text, said])
        assert after.restricted == before.restricted


def test_a_word_that_is_none_but_sounds_like_no_other_stays() -> None:
    assert (words_heard_alike("скейтер"), words_typed_alike("сноубордист")) == ({}, {})
