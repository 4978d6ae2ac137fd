from __future__ import annotations

import pytest
from facts_of_photos import DATES, NAMES, NUMBERS, VALUES, Facts
from hypothesis import assume, given
from hypothesis import strategies as st

from withsense_tf.errors import SettingError
from withsense_tf.index.vectors.filters import (
    OPS,
    Condition,
    check_columns,
    fact_row,
    matches,
    parse_filter,
    read_where,
)


def holds(text: str, **facts: str | float) -> bool:
    return matches((parse_filter(text),), facts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("camera=Nikon D90", Condition("camera", "=", "Nikon D90")),
        ("date>=2020-01-01", Condition("date", ">=", "2020-01-01")),
        ("place~paris", Condition("place", "~", "paris")),
        ("iso<=400", Condition("iso", "<=", 400.0)),
        ("author!=Ann", Condition("author", "!=", "Ann")),
        ("latitude > -33.9", Condition("latitude", ">", -33.9)),
        ("Camera = Nikon", Condition("camera", "=", "Nikon")),
        ('author="Ann Lee"', Condition("author", "=", "Ann Lee")),
        ("formula=a=b", Condition("formula", "=", "a=b")),
        ("place~5", Condition("place", "~", "5")),
    ],
)
def test_a_filter_is_a_column_an_operator_and_a_value(text: str, expected: Condition) -> None:
    assert parse_filter(text) == expected


@pytest.mark.parametrize(
    "text", ["", "camera", "=Nikon", "camera=", "camera==Nikon", "iso=<400", "a=>b", "  ~x"]
)
def test_anything_else_is_an_error_with_an_example(text: str) -> None:
    with pytest.raises(SettingError, match="camera=Nikon D90"):
        parse_filter(text)


def test_an_unknown_column_is_named_with_the_nearest_one() -> None:
    with pytest.raises(SettingError, match="Did you mean 'camera'"):
        check_columns((Condition("camra", "=", "x"),), ["iso", "camera"])


def test_known_columns_pass() -> None:
    check_columns((Condition("camera", "=", "x"),), {"iso", "camera"})


def test_photos_without_columns_say_so() -> None:
    with pytest.raises(SettingError, match=r"no photo here has columns.*index update.*ws\.build_index"):
        check_columns((Condition("camera", "=", "x"),), [])


def test_no_condition_holds_for_every_photo() -> None:
    assert matches((), {})


def test_all_conditions_must_hold() -> None:
    where = (parse_filter("iso>100"), parse_filter("iso<400"))
    assert [matches(where, {"iso": iso}) for iso in (100, 200, 400)] == [False, True, False]


@pytest.mark.parametrize("text", ["author=Ann", "author~a", "author<b", "author>=a"])
def test_a_photo_without_the_column_meets_no_condition_on_it(text: str) -> None:
    assert not holds(text, camera="Ann")


def test_a_photo_without_the_column_meets_unequal() -> None:
    assert holds("author!=Ann", camera="Ann")


@pytest.mark.parametrize("value", ["ПАРИЖ", "париж", "Париж"])
def test_texts_are_compared_without_regard_to_case_in_any_alphabet(value: str) -> None:
    assert holds(f"place={value}", place="Париж")


def test_texts_are_equal_however_their_accents_are_written() -> None:
    assert holds("place=Йемен", place="И\u0306емен")


def test_a_text_may_be_contained_anywhere() -> None:
    assert holds("place~paris", place="Rue X, Paris, France")


def test_numbers_are_compared_as_numbers() -> None:
    assert holds("iso<1000", iso=400.0)


def test_a_text_that_is_a_number_is_compared_as_one() -> None:
    assert holds("iso<1000", iso="400")


@pytest.mark.parametrize("text", ["iso<1000", "iso>1000", "iso=1000"])
def test_a_number_is_not_compared_with_a_text(text: str) -> None:
    assert not holds(text, iso="auto")


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("colour=red", True),
        ("colour=Blue", True),
        ("colour=blue, red", True),
        ("colour=re", False),
        ("colour!=red", False),
        ("colour!=green", True),
        ("colour~re", True),
    ],
)
def test_a_photo_has_several_colours(text: str, is_there: bool) -> None:
    assert holds(text, colour="blue, red") == is_there


@pytest.mark.parametrize("text", ["iso<high", "iso>4oo"])
def test_a_text_is_not_compared_with_a_number(text: str) -> None:
    assert not holds(text, iso=400.0)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("date=2020", {"2020", "2020-02", "2020-02-29", "2020-12-31"}),
        ("date=2020-02", {"2020-02", "2020-02-29"}),
        ("date=2020-02-29", {"2020-02-29"}),
        ("date<2020", {"2019-12-31"}),
        ("date<=2020", {"2019-12-31", "2020", "2020-02", "2020-02-29", "2020-12-31"}),
        ("date>2020", {"2021-01-01T09:00"}),
        ("date>=2020-02", {"2020-02", "2020-02-29", "2020-12-31", "2021-01-01T09:00"}),
        ("date<=2020-02", {"2019-12-31", "2020", "2020-02", "2020-02-29"}),
        ("date>2020-02-29", {"2020-12-31", "2021-01-01T09:00"}),
        ("date=2021-01-01", {"2021-01-01T09:00"}),
    ],
)
def test_a_year_or_a_month_stands_for_all_of_its_days(text: str, found: set[str]) -> None:
    dates = ["2019-12-31", "2020", "2020-02", "2020-02-29", "2020-12-31", "2021-01-01T09:00", "unknown"]
    assert {date for date in dates if holds(text, date=date)} == found


@given(st.dictionaries(NAMES, VALUES), NAMES, VALUES)
def test_unequal_is_always_the_opposite_of_equal(facts: Facts, name: str, value: str | float) -> None:
    equal, unequal = (matches((Condition(name, op, value),), facts) for op in ("=", "!="))
    assert equal != unequal


@given(st.dictionaries(NAMES, DATES, min_size=3), DATES)
def test_a_date_is_before_in_or_after_a_period(facts: Facts, value: str) -> None:
    found = [matches((Condition("date", op, value),), facts) for op in ("<", "=", ">")]
    assert sum(found) <= 1


@given(VALUES)
def test_a_fact_equals_itself(value: str | float) -> None:
    assert matches((Condition("x", "=", value),), {"x": value})


@given(
    NAMES,
    st.sampled_from(OPS),
    st.one_of(NUMBERS, st.from_regex(r"[a-zа-я0-9][a-zа-я0-9 :-]*", fullmatch=True)),
)
def test_a_written_filter_means_the_condition(name: str, op: str, value: str | float) -> None:
    assume(name != "date")  # it takes dates alone
    written = fact_row(value)[0]
    where, back = (Condition(name, op, value),), (parse_filter(f"{name}{op}{written}"),)
    assert matches(where, {name: value}) == matches(back, {name: value})


def test_none_is_no_filter() -> None:
    assert read_where(None) == ()
