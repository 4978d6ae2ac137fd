from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withsense_tf.errors import SettingError
from withsense_tf.search.query.parse import MOST_TERMS, Query, parse_query

Labelled = list[tuple[dict[str, str], bool]]


def terms(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(term for term in row["without"].split("; ") if term)


@pytest.fixture(scope="module")
def labelled() -> Labelled:
    """Return the labelled queries, each with whether it is read as labelled."""
    with Path(__file__).with_name("queries.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(row, parse_query(row["text"]) == Query(row["positive"], terms(row))) for row in rows]


def share(rows: Labelled) -> float:
    return sum(right for _, right in rows) / len(rows)


def test_the_labelled_set_is_large_and_half_of_it_asks_for_nothing_to_be_left_out(labelled: Labelled) -> None:
    alone = sum(not row["without"] for row, _ in labelled)
    assert len(labelled) >= 120
    assert min(alone, len(labelled) - alone) >= 70


@pytest.mark.parametrize("language", ["en", "ru"])
def test_queries_are_read_as_labelled(labelled: Labelled, language: str) -> None:
    assert share([(row, right) for row, right in labelled if row["lang"] == language]) >= 0.96


def test_they_are_on_the_rows_that_the_rules_were_not_mended_on(labelled: Labelled) -> None:
    assert share(labelled[1::2]) >= 0.96


def test_what_asks_for_nothing_to_be_left_out_is_left_alone(labelled: Labelled) -> None:
    assert share([(row, right) for row, right in labelled if not row["without"]]) >= 0.96


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("beach -dog", Query("beach", ("dog",))),
        ("beach -dog, -cat", Query("beach", ("dog", "cat"))),
        ("beach,-dog", Query("beach", ("dog",))),
        ('beach -"red  car" at noon', Query("beach at noon", ("red car",))),
        ('beach -"red', Query("beach", ("red",))),
        ("beach -dog without cats", Query("beach", ("dog", "cats"))),
        ("beach without cats -dog", Query("beach", ("cats", "dog"))),
        ("beach -dog -dog", Query("beach", ("dog",))),
        ("portrait (no hat)", Query("portrait", ("hat",))),
        ("A beach. No people.", Query("A beach.", ("people",))),
        ("BEACH WITHOUT DOGS", Query("BEACH", ("DOGS",))),
        ("a town where there are no cars", Query("a town", ("cars",))),
        ("a house without a single light on", Query("a house", ("light",))),
        ("a cake without candles but lots of berries", Query("a cake, lots of berries", ("candles",))),
        ("пляж, где людей нет", Query("пляж", ("людей",))),
        ("лодка без вёсел", Query("лодка", ("вёсел",))),
        ("невеста без фаты и жених", Query("невеста и жених", ("фаты",))),
        ("вид на море без домов и людей на переднем плане", Query("вид на море", ("домов", "людей"))),
    ],
)
def test_what_is_not_wanted_is_cut_out_cleanly(text: str, expected: Query) -> None:
    assert parse_query(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "beach - dog",
        "beach – dog",
        "a well-lit room",
        "1990-2000",
        "at -20 degrees",
        '"beach -dog"',
        '"a beach without dogs"',
        "a man without a tie and a woman in a dress",
        "a tree without leaves and a bench",
        "a beach without people, palm trees and a boat",
        "a girl without a care in the world",
        "a man without education",
        "there are no people on the beach",
        "a village that has been without water since May",
        "человек без образования",
    ],
)
def test_what_is_unsure_is_left_alone(text: str) -> None:
    query = parse_query(text)
    assert (query.text, query.without) == (text, ())


@pytest.mark.parametrize(
    "text", ["-dog", "no cars", "without a dog", "без людей", "нет людей", " -dog, -cat."]
)
def test_a_query_needs_something_to_look_for(text: str) -> None:
    with pytest.raises(SettingError, match="something to look for"):
        parse_query(text)


@pytest.mark.parametrize("text", ["...", "-", "🐕 🏖️", "%%%"])
def test_a_query_without_words_is_told_so(text: str) -> None:
    with pytest.raises(SettingError, match="No words were read in"):
        parse_query(text)


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_query_is_an_error(text: str) -> None:
    with pytest.raises(SettingError, match="empty"):
        parse_query(text)


PIECES = [
    "beach",
    "dog",
    "-dog",
    "without",
    "no",
    "cars",
    "people",
    ",",
    ".",
    "-",
    "and",
    "or",
    "но",
    "без",
    "собак",
    "нет",
    "где",
    "с",
    "with",
    '"',
    "«",
    "»",
    "(",
    ")",
    "red",
    "a",
    "the",
]


@given(st.one_of(st.lists(st.sampled_from(PIECES), max_size=10).map(" ".join), st.text(max_size=40)))
def test_every_word_of_any_query_is_looked_for_or_reported_or_joins_the_two(text: str) -> None:
    try:
        query = parse_query(text)
    except SettingError:
        return
    for part in (query.text, *query.without):
        assert all(word in text for word in part.split() if word.isalnum())


@given(
    st.lists(
        st.sampled_from(["beach", "dog", "cars", "people", "red", "noon", "собака", "море"]),
        min_size=1,
        max_size=8,
    )
)
def test_a_query_without_minus_words_stays_as_it_is(text: list[str]) -> None:
    assert parse_query(" ".join(text)) == Query(" ".join(text), ())


def test_too_many_minus_words_are_an_error_that_says_how_many_are_taken() -> None:
    words = [f"w{'x' * count}" for count in range(MOST_TERMS + 1)]
    assert len(parse_query(f"a wall {' '.join(f'-{word}' for word in words[1:])}").without) == MOST_TERMS
    with pytest.raises(
        SettingError, match=rf"There are {MOST_TERMS + 1} terms .*at most {MOST_TERMS}.*Use fewer"
    ):
        parse_query(f"a wall {' '.join(f'-{word}' for word in words)}")
    # One that is said again is no other one.
    assert parse_query(f"a wall {'-dog ' * (MOST_TERMS + 1)}").without == ("dog",)


def test_reading_an_english_query_loads_nothing_heavy() -> None:
    code = (
        "import sys; from withsense_tf.search.query.parse import parse_query; parse_query('a beach without dogs'); "
        "print([name for name in ('spacy', 'pymorphy3', 'tensorflow') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_a_query_is_taken_apart_into_words_minus_words_and_quotations() -> None:
    assert parse_query("a beach without dogs, -umbrella") == Query("a beach", ("dogs", "umbrella"))
    assert parse_query("a no parking sign") == Query("a no parking sign", ())
    assert parse_query('"Red Motorcycle" street').phrases == ("red motorcycle",)
