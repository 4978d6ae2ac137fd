"""Filters as SQL find what their plain meaning says; columns are those of photos that may be seen."""

from __future__ import annotations

import json
import sqlite3

import pytest
from facts_of_photos import NAMES, VALUES, Facts
from hypothesis import given, settings
from hypothesis import strategies as st
from table_rows import add_photo

from withsense_tf.errors import SettingError
from withsense_tf.index.tables.facts_table import (
    FACTS_TABLE,
    column_names,
    delete_facts,
    facts_by_photo,
    free_values,
    insert_facts,
    is_free_column,
    live_column_names,
    live_photos_with,
    to_sql,
)
from withsense_tf.index.tables.law_table import insert_verdicts, settle_own_verdicts
from withsense_tf.index.vectors.filters import OPS, Condition, Where, matches, parse_filter

CONDITIONS = st.builds(Condition, NAMES, st.sampled_from(OPS), VALUES)


def database(photos: list[Facts]) -> sqlite3.Connection:
    """Return a database with a table of photos, numbered from 0, and their facts."""
    connection = sqlite3.connect(":memory:")
    connection.executescript("CREATE TABLE photos (photo INTEGER PRIMARY KEY);" + FACTS_TABLE)
    connection.executemany("INSERT INTO photos VALUES (?)", [(number,) for number in range(len(photos))])
    for number, facts in enumerate(photos):
        insert_facts(connection, number, facts)
    return connection


def asked(connection: sqlite3.Connection, where: Where) -> list[int]:
    test, values = to_sql(where)
    found = connection.execute(f"SELECT photo FROM photos WHERE {test} ORDER BY photo", values)
    return [photo for (photo,) in found]


def test_an_operator_of_no_filter_is_refused_before_it_reaches_the_database() -> None:
    with pytest.raises(SettingError, match="op="):
        to_sql((Condition("iso", "; DROP TABLE facts", 1.0),))


@pytest.mark.parametrize(
    "hostile", ["'", "x' OR '1'='1", "*", "%", "_", "?", "2020-05*", "'; DROP TABLE facts; --"]
)
@pytest.mark.parametrize("op", OPS)
def test_signs_of_the_databases_language_are_ordinary_ones(hostile: str, op: str) -> None:
    photos: list[Facts] = [{"place": hostile}, {"place": "other"}, {hostile.casefold(): "other"}]
    connection = database(photos)
    for where in ((Condition("place", op, hostile),), (Condition(hostile.casefold(), op, "other"),)):
        assert asked(connection, where) == [n for n, facts in enumerate(photos) if matches(where, facts)]


@pytest.mark.parametrize(
    "text", ["camera=Nikon", "iso<=400", "iso=400", "date=2020-05", "date>=2020-05-01", "colour=red"]
)
def test_every_question_is_answered_by_an_index(text: str) -> None:
    connection = database([])
    test, values = to_sql((parse_filter(text),))
    plan = connection.execute(f"EXPLAIN QUERY PLAN SELECT photo FROM photos WHERE {test}", values)
    steps = [step for *_, step in plan if "facts" in step]
    assert steps
    assert all("USING COVERING INDEX facts_by" in step for step in steps)


@settings(max_examples=500)
@given(st.lists(st.dictionaries(NAMES, VALUES), max_size=6), st.lists(CONDITIONS, max_size=3).map(tuple))
@pytest.mark.slow
def test_the_database_finds_what_the_plain_meaning_says(photos: list[Facts], where: Where) -> None:
    assert asked(database(photos), where) == [n for n, facts in enumerate(photos) if matches(where, facts)]


def test_the_values_of_a_list_are_its_parts_the_most_frequent_first(tables: sqlite3.Connection) -> None:
    for number, colour in enumerate(["blue, red", "red", "green, red", "blue"]):
        photo = add_photo(tables, f"{number}.jpg", facts=f'{{"colour": "{colour}"}}')
        insert_facts(tables, photo, {"colour": colour})
    assert list(free_values(tables, "colour", None)) == ["red", "blue", "green"]
    assert list(free_values(tables, "colour", None, lambda one: "green" not in str(one))) == ["blue", "red"]


def test_a_value_is_written_as_the_first_photo_has_it_whatever_else_it_says(
    tables: sqlite3.Connection,
) -> None:
    for number, facts in enumerate(({"place": "Pub", "a": "x"}, {"place": "PUB", "z": "x"})):
        insert_facts(tables, add_photo(tables, f"{number}.jpg", facts=json.dumps(facts)), facts)
    assert list(free_values(tables, "place", None)) == ["Pub"]


def test_of_columns_that_differ_by_case_alone_the_last_one_counts(tables: sqlite3.Connection) -> None:
    insert_facts(tables, 1, {"ISO": 100.0, "iso": "fast"})
    assert facts_by_photo(tables) == {1: {("iso", "fast", None)}}
    delete_facts(tables, 1)
    assert facts_by_photo(tables) == {}


def test_columns_of_photos_that_are_not_live_are_not_offered(tables: sqlite3.Connection) -> None:
    insert_facts(tables, add_photo(tables, "live.png"), {"camera": "Nikon"})
    insert_facts(tables, add_photo(tables, "staged.png", writer="1-a"), {"lens": "wide", "camera": "Leica"})
    assert column_names(tables) == ["camera", "lens"]
    assert live_column_names(tables) == {"camera"}
    assert is_free_column(tables, "camera", None)
    assert not is_free_column(tables, "lens", None)
    assert live_photos_with(tables, "camera") == ["live.png"]


def test_a_column_of_a_restricted_photo_alone_is_not_free_at_that_age_limit(
    tables: sqlite3.Connection,
) -> None:
    photo = add_photo(tables, "a.png")
    insert_facts(tables, photo, {"camera": "Nikon"})
    insert_verdicts(
        tables, [(photo, 16, False, "", False, 0, 0, "[]"), (photo, 18, True, "", False, 0, 0, "[]")]
    )
    assert not is_free_column(tables, "camera", 16)  # nothing is settled yet
    settle_own_verdicts(tables)
    assert is_free_column(tables, "camera", 16)
    assert not is_free_column(tables, "camera", 18)
