from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withsense_tf.errors import SettingError
from withsense_tf.index.vectors.filters import Condition, fact_row
from withsense_tf.index.vectors.milvus_filter import expression, milvus_fields, spell_column, spell_text

SIGNS = st.text(
    st.one_of(st.sampled_from("!\"#$%&'\\[]^_`\n\r\t aAbB"), st.characters(codec="utf-8")), max_size=8
)
FOLDED = SIGNS.map(lambda text: fact_row(text)[0])


@given(SIGNS)
def test_nothing_in_a_kept_text_is_special_in_an_expression(text: str) -> None:
    kept = milvus_fields({"said": text})["t_said"]
    assert not set(str(kept)) & set("\"'%_\\\n\r")


@given(FOLDED, FOLDED)
def test_kept_texts_are_equal_where_texts_are(one: str, other: str) -> None:
    assert (spell_text(one) == spell_text(other)) == (one == other)


@given(FOLDED, FOLDED)
def test_kept_texts_come_in_the_order_of_texts(one: str, other: str) -> None:
    assert (spell_text(one) < spell_text(other)) == (one < other)


@given(FOLDED, FOLDED)
def test_a_kept_text_contains_another_where_the_text_does(one: str, other: str) -> None:
    assert (spell_text(other) in spell_text(one)) == (other in one)


@given(SIGNS, SIGNS)
def test_two_columns_never_share_a_key(one: str, other: str) -> None:
    assert (spell_column("n", one) == spell_column("n", other)) == (one == other)


@given(SIGNS)
def test_a_key_is_letters_digits_and_lines(column: str) -> None:
    key = spell_column("t", column)
    assert key.replace("_", "").isalnum()
    assert key.isascii()


def test_a_date_is_kept_with_the_periods_it_lies_in() -> None:
    kept = {
        "t_d": "2020-05-01 10:00",
        "d_d": "2020-05-01 10:00",
        "y_d": "2020",
        "m_d": "2020-05",
        "e_d": "2020-05-01",
    }
    assert milvus_fields({"d": "2020-05-01 10:00"}) == kept


def test_a_month_lies_in_no_day() -> None:
    assert milvus_fields({"d": "2020-05"})["e_d"] == ""


def test_a_comparison_that_is_not_known_is_an_error() -> None:
    with pytest.raises(SettingError, match="is not known"):
        expression((Condition("file", "=>", 1.0),), 5)
