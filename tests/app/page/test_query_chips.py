"""Chips of minus words and filters."""

from __future__ import annotations

import pytest
from quick import at_once

from withsense_tf.app.page.query_chips import (
    chips,
    columns_of,
    filter_label,
    filters_of_form,
    form_of_filters,
    without_term,
)
from withsense_tf.app.page.wording import wording_of
from withsense_tf.common.cell_texts import cell_text
from withsense_tf.errors import SettingError
from withsense_tf.index.vectors.filters import read_where
from withsense_tf.search.query.parse import MOST_TERMS, parse_query


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("a beach -dog", "dog"),
        ("a beach without dogs, -umbrella", "umbrella"),
        ("a beach without dogs, -umbrella", "dogs"),
        ('street -"red car" at night', "red car"),
        ("пляж без собак", "собак"),
        ("a beach −dog -cat", "cat"),
        ("улица без машин и людей", "машин"),
        ("улица без машин и людей", "людей"),
        ("a street without cars or people", "cars"),
        ("a street without cars or people", "people"),
        ("a beach without people, dogs or boats", "people"),
        ("a beach without people, dogs or boats", "dogs"),
        ("a beach without people, dogs or boats", "boats"),
        ("a street with no parked cars and no dogs -bus", "parked cars"),
        ('a "red bus" -cars -dogs', "cars"),
        ("a dog -dogs -do", "do"),
    ],
)
def test_a_chip_takes_one_term_away_and_leaves_the_words(text: str, term: str) -> None:
    before = parse_query(text)
    after = parse_query(without_term(text, term))
    assert term in before.without
    assert after.without == tuple(one for one in before.without if one != term)
    assert after.text == before.text


def test_as_many_chips_as_a_query_may_have_take_little_time() -> None:
    words = [f"{first}{second}lle" for first in "bcdfgh" for second in "aeiou"]
    text = f"a wall {' and '.join(f'no {word}' for word in words)}"
    with at_once(1.0):
        rests = [chip.text for chip in chips(text, parse_query(text).without, ())]
    assert MOST_TERMS - 5 < len(rests) <= MOST_TERMS
    assert {len(parse_query(rest).without) for rest in rests} == {len(rests) - 1}


def test_each_chip_leaves_the_others() -> None:
    dog, camera, date = chips("a beach -dog", ["dog"], ["camera=X", "date>=2020"])
    assert (dog.text, dog.where) == ("a beach", ("camera=X", "date>=2020"))
    assert (camera.text, camera.where) == ("a beach -dog", ("date>=2020",))
    assert date.where == ("camera=X",)


def test_a_form_says_the_filters_that_it_shows() -> None:
    where = ["camera=Nikon D90", "date>=2019-05", "date<=2020", "iso=200", "lens~mm"]
    fields, rest = form_of_filters(where, {"f.camera", "f.date.from", "f.date.to", "f.iso", "f.lens"})
    assert (filters_of_form(fields), rest) == (where, [])


@pytest.mark.parametrize(
    "where",
    [
        ["iso=200"], ["camera~Nikon", "camera~D90"], ["iso>=100", "iso>=200"], ["date=2020"],
        ["date>=2020", "date>2021"],
        ["camera!=X", "camera=X"], ['camera="~X"'], ['camera="200"', "camera=a\nb"], ["iso>=abc"], ['date>="May"'],
        ["nonsense", "title=a", "width>=5"], ["camera= Nikon  D90 ", "iso<=1e3"],
    ],
)  # fmt: skip
def test_what_the_form_does_not_show_is_left_over_and_nothing_is_lost(where: list[str]) -> None:
    fields, rest = form_of_filters(where, {"f.camera", "f.date.from", "f.date.to", "f.iso.from", "f.iso.to"})
    readable = [one for one in where if one != "nonsense"]
    again = [*filters_of_form(fields), *(one for one in rest if one != "nonsense")]
    assert sorted(read_where(again), key=str) == sorted(read_where(readable), key=str)
    assert not any("\n" in value for value in fields.values())


@pytest.mark.parametrize("text", ["abc", "1,5", "2020-05", "nan", "1e999", "~5"])
def test_a_bound_that_is_no_number_is_an_error(text: str) -> None:
    with pytest.raises(SettingError, match=r"is no number\. Expected"):
        filters_of_form({"f.iso.from": text})
    assert filters_of_form({"f.iso.to": " 1.5e2 ", "f.date.from": "2020-05"}) == [
        "iso<=1.5e2",
        "date>=2020-05",
    ]


@pytest.mark.parametrize(
    "number", ["1234567", "12345678901234", "0.00001", "2.8", "-55.755833", "1234567.25"]
)
def test_a_number_is_in_the_form_chips_and_columns_what_it_was(number: str) -> None:
    (value,) = form_of_filters([f"iso>={number}"], {"f.iso.from"})[0].values()
    assert (float(value), len(value) <= len(number)) == (float(number), True)
    assert cell_text(float(number)) == value
    assert filter_label(wording_of("en"), f"iso>={number}") == f"ISO ≥ {value}"


@pytest.mark.parametrize(
    ("condition", "label"),
    [
        ("orientation=portrait", "Shape: portrait"),
        ("colour=red", "Colour: red"),
        ("camera~Nikon", "Camera: Nikon (all)"),
        ("iso>=200", "ISO ≥ 200"),
        ("mood!=calm", "mood ≠ calm"),
        ("no filter", "no filter"),
    ],
)
def test_a_filter_is_called_as_its_field_is(condition: str, label: str) -> None:
    assert filter_label(wording_of("en"), condition) == label


def test_a_filter_says_which_columns_it_asks_for() -> None:
    assert columns_of("colour=red") == {"colour"}
    assert columns_of("colourist=Ann") == {"colourist"}
    assert columns_of("no filter") == set()
