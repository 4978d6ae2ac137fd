"""Chips of minus words and filters."""

from __future__ import annotations

import pytest

from withsense_tf.app.page.query_chips import (
    chips,
    filter_label,
    filters_of_form,
    form_of_filters,
    without_term,
)
from withsense_tf.app.page.wording import wording_of
from withsense_tf.search.query.parse import parse_query


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("a beach -dog", "dog"),
        ("a beach without dogs, -umbrella", "umbrella"),
        ("a beach without dogs, -umbrella", "dogs"),
        ('street -"red car" at night', "red car"),
        ("пляж без собак", "собак"),
        ("a beach −dog -cat", "cat"),
    ],
)
def test_a_chip_takes_one_term_away_and_leaves_the_words(text: str, term: str) -> None:
    before = parse_query(text)
    after = parse_query(without_term(text, term))
    assert term in before.without
    assert after.without == tuple(one for one in before.without if one != term)
    assert after.text == before.text


def test_each_chip_leaves_the_others() -> None:
    dog, camera, date = chips("a beach -dog", ["dog"], ["camera=X", "date>=2020"])
    assert (dog.text, dog.where) == ("a beach", ("camera=X", "date>=2020"))
    assert (camera.text, camera.where) == ("a beach -dog", ("date>=2020",))
    assert date.where == ("camera=X",)


def test_a_form_says_the_filters_that_it_shows() -> None:
    where = ["camera=Nikon D90", "date>=2019-05", "date<=2020", "iso=200", "lens~mm"]
    assert filters_of_form(form_of_filters(where)) == where


def test_what_is_no_filter_is_left_out_of_the_form() -> None:
    assert form_of_filters(["nonsense", "title!=a"]) == {}


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
