"""What a search is asked for is checked before any work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from quick import at_once

from withsense_tf.common.unit import unit
from withsense_tf.errors import SettingError
from withsense_tf.index.vectors.filters import parse_filter
from withsense_tf.search.query.parse import Query
from withsense_tf.search.query.photo_query import PhotoQuery
from withsense_tf.search.query.reading import Reading
from withsense_tf.search.search import Search
from withsense_tf.search.search_request import SearchRequest, check_numbers, check_texts

REQUEST = SearchRequest("a wall -dog", None, (), 0.3, 5, 0.25)


class EastWest:
    """A form that puts every text at the same point."""

    def queries(self, texts: list[str]) -> np.ndarray:
        return np.array([[2.0, 0.0]] * len(texts), np.float32)

    def point(self, vectors: np.ndarray) -> np.ndarray:
        return unit(vectors)


def short(value: object) -> str:
    """Name a case: as a whole, it would be too long for a report."""
    try:
        return ascii(value)[:20]
    except ValueError:
        return "huge"


@pytest.mark.parametrize("k", [0, -1, 10_001, 10**9, 10**5_000, True, 2.5, "5"], ids=short)
def test_a_page_has_a_whole_number_of_photos_and_not_too_many(k: Any) -> None:
    with at_once(), pytest.raises(SettingError, match="k must be a whole number from 1 to 10,000") as refused:
        check_numbers(k, 0.3, 0.5)
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize(
    ("minimum", "text_share"), [(-0.1, 0.5), (1.1, 0.5), (0.3, 2.0), (0.3, float("nan"))]
)
def test_shares_are_from_0_to_1(minimum: float, text_share: float) -> None:
    with pytest.raises(SettingError):
        check_numbers(5, minimum, text_share)


@pytest.mark.parametrize(
    ("text", "photo", "after", "message"),
    [
        (3, None, None, "The query must be a text, got 3"),
        (None, None, None, "The query must be a text, got None"),
        ("a wall", 3, None, "photo= expects the name of a photo, or a file, got int 3"),
        ("a wall", np.zeros((2, 2)), None, r"the name of a photo, or a file, got ndarray\.$"),
        (np.zeros((2, 2)), None, None, r"must be a text, got a ndarray\.$"),
        ("a wall", None, b"x", "after= expects what the answer before has"),
        ("a " * 501, None, None, "The query has 1,002 signs"),
        ("", "a" * 5_000, None, "The name of the photo has 5,000 signs"),
        (" ", None, None, "Nothing to search for"),
    ],
    ids=short,
)
def test_what_is_asked_in_a_wrong_way_is_said(text: Any, photo: Any, after: Any, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        check_texts(text, photo, after)


def test_a_misspelt_setting_is_told_with_the_nearest_one() -> None:
    unopened = Search.__new__(Search)
    with pytest.raises(TypeError, match=r"takes no min=.* Did you mean 'minimum'\? Known: text, k, photo,"):
        unopened("a wall", min=0)


def test_the_text_is_read_only_once_it_is_asked_for() -> None:
    assert REQUEST.query == Query("a wall", ("dog",))
    assert replace(REQUEST, raw_text=" ").query == Query("", ())
    hopeless = replace(REQUEST, raw_text="-dog")
    with pytest.raises(SettingError, match="says only what must not be"):
        _ = hopeless.query


@pytest.mark.parametrize(
    "change",
    [
        {"raw_text": "a wall"},
        {"photo": "a.png"},
        {"where": (parse_filter("iso>100"),)},
        {"minimum": 0.0},
        {"text_share": 0.5},
    ],
    ids=str,
)
def test_pages_of_another_question_are_told_apart(change: dict[str, Any]) -> None:
    assert replace(REQUEST, **change).digest(1) != REQUEST.digest(1)


def test_how_much_is_asked_for_and_where_the_page_ended_do_not_change_the_question() -> None:
    other = replace(REQUEST, k=50, fill=True, after="a page", like=PhotoQuery("a.png", np.zeros(2)))
    assert other.digest(1) == REQUEST.digest(1)
    assert REQUEST.digest(2) != REQUEST.digest(1)


def test_a_text_and_a_photo_together_are_asked_by_a_point_between_both() -> None:
    form: Any = EastWest()
    north = PhotoQuery(None, np.array([0.0, 1.0]))
    np.testing.assert_array_equal(REQUEST.vector(form), [2, 0])
    np.testing.assert_array_equal(replace(REQUEST, raw_text="", like=north).vector(form), [0, 1])
    both = replace(REQUEST, like=north).vector(form)
    np.testing.assert_allclose(both, np.array([0.25, 0.75]) / np.hypot(0.25, 0.75), rtol=1e-6)
    assert replace(REQUEST, like=north).own_name is None


def test_what_could_not_be_left_out_is_no_term_that_was() -> None:
    reading = Reading(REQUEST.query, not_shut_out=("dog",))
    assert REQUEST.without == ("dog",)
    assert replace(REQUEST, reading=reading).without == ()


def test_what_was_read_as_no_filter_stands_first_and_other_notes_last() -> None:
    reading = Reading(Query("a dog", ()), (), (), "No filter.", strange_words=("dgo",))
    request = replace(REQUEST, reading=reading)
    assert request.message(["Nothing."]) == "No filter. Nothing. Unknown word: dgo."
    assert REQUEST.message([]) is None


def test_a_word_that_is_told_as_missing_is_not_told_as_unknown_too() -> None:
    reading = Reading(Query("Мячь dgo", ()), strange_words=("мячь", "dgo (did you mean dog?)", "kaiju"))
    request = replace(REQUEST, reading=reading)
    missing = ("Мячь", "dgo (did you mean dog?)")
    assert request.message(["Missing."], missing) == "Missing. Unknown word: kaiju."
