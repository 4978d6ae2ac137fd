from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quick import at_once

from withsense_tf.policy.texts.signs import as_read, one_script, remove_accents


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("🅲🅷🅸🅻🅳", "CHILD"),
        ("ｃｈｉｌｄ", "child"),
        ("c\u200bh\u00adild", "child"),
        ("\U0001f1e8\U0001f1ed\U0001f1ee\U0001f1f1\U0001f1e9", "child"),
        ("сhild", "child"),
        ("ребёнoк", "ребёнок"),
        ("👶", "baby"),
        ("👪", "child"),
        ("6½", "6 and a half"),
        ("🚋", "🚋"),
        ("Zoë’s", "Zoe's"),
        ("й ё", "й ё"),
    ],
)
def test_signs_are_read_as_the_letters_that_a_reader_sees(text: str, expected: str) -> None:
    assert " ".join(as_read(text).split()).casefold() == expected.casefold()


@pytest.mark.closed
def test_letters_that_are_never_seen_are_read_all_the_same() -> None:
    tags = "".join(chr(0xE0000 + ord(letter)) for letter in "child")
    assert "child" in as_read(f"a flag 🏴{tags}")


def test_a_word_of_one_script_stays_as_it_is() -> None:
    for word in ("child", "ребёнок", "дети", "12"):
        assert one_script(word) == word


@given(st.text(alphabet=st.characters(categories=["L", "M", "N"]), max_size=20))
def test_removing_accents_twice_changes_nothing(text: str) -> None:
    once = remove_accents(text)
    assert remove_accents(once) == once
    assert not any(unicodedata.category(sign) in ("Cf", "Cc", "Me") for sign in once)


def test_thousands_of_marks_on_one_letter_are_read_in_time() -> None:
    with at_once():
        assert as_read("a" + "\u0301\u0316" * 50_000) == "a"
