"""Words, marks and quotations, and where clauses end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withsense_tf.search.query.tokens import (
    begins,
    clause,
    clause_start,
    ends,
    is_word,
    low,
    tokens,
    word_table,
)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("black-and-white", ["word"]),
        ("don't stop", ["word", "word"]),
        ("«без машин» на улице", ["quoted", "word", "word"]),
        ("the dog's 'no entry' sign", ["word", "word", "quoted", "word"]),
        ('an open " mark', ["word", "word", "mark", "word"]),
        ("a, b", ["word", "mark", "word"]),
    ],
)
def test_a_text_is_cut_into_words_marks_and_quotations(text: str, kinds: list[str]) -> None:
    assert [token.kind for token in tokens(text)] == kinds


@given(st.text(max_size=40))
def test_each_token_is_what_stands_at_its_place_and_nothing_but_blanks_is_left_over(text: str) -> None:
    rest = list(text)
    for token in tokens(text):
        assert text[token.start : token.end] == token.text
        rest[token.start : token.end] = " " * len(token.text)
    assert not "".join(rest).strip()


def test_rules_read_small_letters_plain_e_and_no_quotations() -> None:
    words = tokens("Ёлка «Лес» Don’t")
    assert [low(words, at) for at in range(-1, 4)] == ["", "елка", "", "don't", ""]


def test_a_number_is_no_word_of_a_phrase() -> None:
    words = tokens("3 dogs")
    assert [is_word(words, at) for at in range(-1, 3)] == [False, False, True, False]


def test_a_clause_ends_at_marks_and_at_the_ends_of_the_text() -> None:
    words = tokens("a beach, no people: sunset")
    assert clause(words, 3) == ["no", "people"]
    assert clause(words, 0) == ["a", "beach"]
    assert [clause_start(words, at) for at in (1, 4)] == [0, 3]
    assert begins(words, 3)
    assert not begins(words, 0)
    assert ends(words, len(words))


def test_an_unknown_section_of_the_words_is_an_error() -> None:
    assert "en" in word_table("filter_names")["colour=red"]
    with pytest.raises(KeyError):
        word_table("klingon")
