from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withsense_tf.common.words import (
    english_lemmas,
    is_foreign,
    lemma,
    lemmas,
    russian_analyser,
    stop_words,
    unique,
    words,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Two Dogs' ball", ["two", "dogs", "ball"]),
        ("a 7-year-old", ["a", "7", "year", "old"]),
        ("СОБАКА, Ёж!", ["собака", "ёж"]),
        ("№7", ["no7"]),
        ("\ufb01sh", ["fish"]),
        ("", []),
        (" ... ", []),
    ],
)
def test_texts_are_cut_into_words_in_lower_case(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize("word", ["ёж", "йод", "café"])
def test_a_word_is_the_same_however_its_accents_are_written(word: str) -> None:
    assert words(unicodedata.normalize("NFD", word)) == words(unicodedata.normalize("NFC", word)) == [word]


@given(st.text())
def test_words_of_words_are_the_same_words(text: str) -> None:
    found = words(text)
    assert words(" ".join(found)) == found


@given(st.text(max_size=30))
def test_every_word_of_any_text_has_one_basic_form(text: str) -> None:
    found = lemmas(text)
    assert len(found) == len(words(text))
    assert all(found)


@pytest.mark.parametrize(
    ("form", "basic"),
    [
        ("dogs", "dog"),
        ("running", "run"),
        ("children", "child"),
        ("dog", "dog"),
        ("собаки", "собака"),
        ("бегут", "бежать"),
        ("qwrtz", "qwrtz"),
        ("7", "7"),
    ],
)
def test_a_word_has_its_basic_form_and_an_unknown_one_stays(form: str, basic: str) -> None:
    assert lemma(form) == basic


def test_stop_words_are_words_of_both_languages() -> None:
    found = stop_words()
    assert {"the", "and", "и", "не"} <= set(found)
    assert "dog" not in found
    assert all(words(word) == [word] for word in found)
    assert found == sorted(set(found))


def test_each_text_is_kept_once_in_its_order() -> None:
    assert unique(["b", "a", "b", "a", "c"]) == ["b", "a", "c"]


def test_the_tables_of_both_languages_are_loaded_once() -> None:
    assert english_lemmas() is english_lemmas()
    assert english_lemmas()["dogs"] == "dog"
    assert russian_analyser() is russian_analyser()


@pytest.mark.parametrize(
    "text", ["Lapsi leikkii rannalla", "Çocuk kumsalda oynuyor", "Barn leker på stranden"]
)
def test_a_text_of_unknown_words_is_foreign(text: str) -> None:
    assert is_foreign(text)


@pytest.mark.parametrize(
    "text", ["A dog runs in Whitby", "Два самоката у фонтана", "Petra Nováková", "DSC_4018", ""]
)
def test_a_text_of_known_words_or_of_hardly_any_is_not(text: str) -> None:
    assert not is_foreign(text)
