from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withsense_tf.errors import SettingError
from withsense_tf.search.filters import Condition
from withsense_tf.search.milvus_filter import expression, kept_facts, spell_column, spell_text

TEXTS = st.text(
    st.one_of(st.sampled_from("!\"#$%&'\\[]^_`\n\r\t%_aAbB"), st.characters(codec="utf-8")), max_size=8
)


@given(TEXTS)
def test_nothing_in_a_kept_text_is_special_in_an_expression(text: str) -> None:
    assert not set(spell_text(text)) & set("\"'%_\\\n\r")


@given(TEXTS, TEXTS)
def test_kept_texts_are_equal_where_texts_are_but_for_case(one: str, other: str) -> None:
    assert (spell_text(one) == spell_text(other)) == (one.casefold() == other.casefold())


@given(TEXTS, TEXTS)
def test_kept_texts_come_in_the_order_of_texts(one: str, other: str) -> None:
    assert (spell_text(one) < spell_text(other)) == (one.casefold() < other.casefold())


@given(TEXTS, TEXTS)
def test_a_kept_text_contains_another_where_the_text_does(one: str, other: str) -> None:
    assert (spell_text(other) in spell_text(one)) == (other.casefold() in one.casefold())


@given(TEXTS, TEXTS)
def test_two_columns_never_share_a_key(one: str, other: str) -> None:
    assert (spell_column(one, 1.0) == spell_column(other, 1.0)) == (one == other)


@given(TEXTS)
def test_a_key_is_letters_digits_and_lines(column: str) -> None:
    assert spell_column(column, "a").replace("_", "").isalnum()
    assert spell_column(column, "a").isascii()


def test_half_a_surrogate_pair_is_kept_as_a_question_mark() -> None:
    assert spell_text("a\udc80") == "a?"


def test_a_number_that_is_none_is_kept_as_missing() -> None:
    assert kept_facts({"iso": math.nan, "camera": "X"}) == {"t_camera": "x"}


def test_an_infinite_number_is_kept_as_the_largest() -> None:
    assert kept_facts({"iso": math.inf}) == {"n_iso": 1.7976931348623157e308}


def test_a_number_that_is_to_be_contained_is_a_text() -> None:
    assert expression((Condition("file", "~", 2020.0),), 5) == 'row < 5 and $meta["t_file"] like "%2020%"'


def test_a_comparison_that_is_not_known_is_an_error() -> None:
    with pytest.raises(SettingError, match="is not known"):
        expression((Condition("file", "=>", 1.0),), 5)


def test_a_comparison_with_no_number_is_an_error() -> None:
    with pytest.raises(SettingError, match="compares with no number"):
        expression((Condition("iso", "<", math.nan),), 5)
