"""What comes from outside has a bound, and whoever exceeds it is told at once."""

from __future__ import annotations

import base64
import time

import pytest
from quick import at_once
from small_index import LAW

from withsense_tf.errors import DataError, SettingError
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.vectors.filters import MOST_FILTERS, Condition, fact_row, parse_filter
from withsense_tf.search.query.parse import parse_query
from withsense_tf.search.search import Search

pytestmark = pytest.mark.closed


def short(value: object) -> str:
    """Name a case: as a whole, it would be too long for a report."""
    try:
        return ascii(value)[:20]
    except ValueError:
        return "huge"


@pytest.mark.parametrize(
    "value", ["1" * 120_000 + "x", "a" * 120_000, '"' * 120_000, "1e" * 60_000], ids=short
)
def test_a_filter_that_is_too_long_is_refused_at_once(index: PhotoIndex, value: str) -> None:
    search = Search(index, policy=LAW, country="BB")
    for where in ([f"camera={value}"], [Condition("camera", "=", value)]):
        with at_once(), pytest.raises(SettingError, match=r"The filter has 120,00.* at most 1,000"):
            search("a wall", where=where)  # type: ignore[arg-type]  # both kinds are taken


@pytest.mark.parametrize("value", ["1" * 50_000 + "x", "1." * 50_000, "1e" * 50_000, "-" * 50_000], ids=short)
def test_a_column_of_any_length_is_told_from_a_number_at_once(value: str) -> None:
    with at_once():
        assert fact_row(value)[1] is None


@pytest.mark.parametrize("count", [MOST_FILTERS + 1, 2_000])
def test_too_many_filters_are_refused_and_the_disk_is_not_blamed(index: PhotoIndex, count: int) -> None:
    with pytest.raises(SettingError, match=rf"{count:,} filters; at most 100"):
        Search(index, policy=LAW, country="BB")("a wall", where=["camera=Nikon"] * count)


def test_as_many_filters_as_are_taken_can_be_asked(index: PhotoIndex) -> None:
    found = Search(index, policy=LAW, country="BB")("a wall", where=["iso>=1"] * MOST_FILTERS, minimum=0)
    assert found.places


@pytest.mark.parametrize(
    "part", ["-a ", "-dog ", '-"a b" ', "„", "без собак, ", "without a dog, ", "no cars, "]
)
def test_a_query_of_the_longest_length_is_read_at_once(part: str) -> None:
    text = ("beach " + part * 1_000)[:1_000]
    parse_query(text)
    with at_once(0.5):
        parse_query(text)


def test_minus_words_take_time_by_their_number_and_not_by_its_square() -> None:
    def taken(count: int) -> float:
        text = "beach " + "-a " * count
        start = time.process_time()
        parse_query(text)
        return time.process_time() - start

    taken(10)
    assert min(taken(1_200) for _ in range(3)) < 3.5 * min(taken(600) for _ in range(3)) + 0.05


@pytest.mark.parametrize(
    "after",
    ["x" * 10_000_000, base64.urlsafe_b64encode(b"[" * 700).decode(), "", "é", "e30", "\ud800"],
    ids=short,
)
def test_what_is_no_page_is_refused_at_once(index: PhotoIndex, after: str) -> None:
    with at_once(), pytest.raises(SettingError, match="is no page") as refused:
        Search(index, policy=LAW, country="BB")("a wall", after=after)
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize("folder", ["a" * 5_000, "a/" * 5_000, "\0"], ids=short)
def test_a_folder_that_no_system_can_have_is_no_index(folder: str) -> None:
    with pytest.raises(DataError, match="is no index"):
        Search(folder)


def test_a_filter_is_named_by_its_beginning_alone() -> None:
    with pytest.raises(SettingError, match=r"aaa'\.\.\. \(900 signs\) is no filter") as refused:
        parse_filter("a" * 900)
    assert len(str(refused.value)) < 500
