"""The table `facts`: the columns of each photo, and filters on them as SQL."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from withsense_tf.common.cell_texts import BETWEEN
from withsense_tf.common.limits import parse_json
from withsense_tf.errors import check_choice
from withsense_tf.index.tables.free_photos import FREE, which_are
from withsense_tf.index.vectors.filters import (
    LISTS,
    OPS,
    PERIOD,
    REST,
    Where,
    fact_row,
    fact_rows,
    list_text,
)

# Without a row id the two indexes hold the photo too, so no filter reads the table itself.
FACTS_TABLE: Final = """
CREATE TABLE facts (photo INTEGER, name TEXT, text TEXT, number REAL, PRIMARY KEY (photo, name)) WITHOUT ROWID;
CREATE INDEX facts_by_text ON facts (name, text);
CREATE INDEX facts_by_number ON facts (name, number);
"""
# A fact that is a date, as `filters.DATE` has it for Python.
YEAR_GLOB: Final = "[0-9][0-9][0-9][0-9]"
DATED_GLOBS: Final = (YEAR_GLOB, YEAR_GLOB + "-[0-9][0-9]*")
_OF_LIVE: Final = "FROM facts JOIN live ON live.id = facts.photo"


def insert_facts(tables: sqlite3.Connection, photo: int, facts: Mapping[str, str | float]) -> None:
    """Add the columns of a new photo."""
    tables.executemany("INSERT INTO facts VALUES (?, ?, ?, ?)", [(photo, *row) for row in fact_rows(facts)])


def delete_facts(tables: sqlite3.Connection, photo: int) -> None:
    """Forget the columns of a photo."""
    tables.execute("DELETE FROM facts WHERE photo = ?", (photo,))


def facts_by_photo(tables: sqlite3.Connection) -> dict[int, set[tuple[object, ...]]]:
    """Return the columns of each photo as filters ask them: name, text, number."""
    facts: dict[int, set[tuple[object, ...]]] = {}
    for photo, *row in tables.execute("SELECT photo, name, text, number FROM facts"):
        facts.setdefault(photo, set()).add(tuple(row))
    return facts


def column_names(tables: sqlite3.Connection) -> list[str]:
    """Return the names of all columns, in order."""
    return [name for (name,) in tables.execute("SELECT DISTINCT name FROM facts ORDER BY name")]


def live_column_names(tables: sqlite3.Connection) -> set[str]:
    """Return the names of the columns that live photos have."""
    return {name for (name,) in tables.execute(f"SELECT DISTINCT facts.name {_OF_LIVE}")}


def is_free_column(tables: sqlite3.Connection, column: str, age_limit: int | None) -> bool:
    """Return whether a live photo that may be seen at an age limit has a column; without a limit, all may."""
    free, values = which_are(FREE, age_limit)
    row = tables.execute(f"SELECT 1 {_OF_LIVE} WHERE facts.name = ?{free} LIMIT 1", (column, *values))
    return row.fetchone() is not None


def is_free_value(tables: sqlite3.Connection, column: str, text: str, age_limit: int | None) -> bool:
    """Return whether a live photo that may be seen at an age limit has a text, as facts are kept, in a column."""
    free, values = which_are(FREE, age_limit)
    row = tables.execute(
        f"SELECT 1 {_OF_LIVE} WHERE facts.name = ? AND text = ?{free} LIMIT 1", (column, text, *values)
    )
    return row.fetchone() is not None


def free_values(
    tables: sqlite3.Connection,
    column: str,
    age_limit: int | None,
    tells: Callable[[str | float], bool] = lambda _: True,
) -> Iterator[str | float]:
    """Yield the values of a column, those first that most live photos have which may be seen at an age limit.

    What may not be told, as `tells` says, has no part in it.
    """
    free, limits = which_are(FREE, age_limit)
    source, values = f"{_OF_LIVE} WHERE facts.name = ?{free}", (column, *limits)
    if column in LISTS:
        lists = tables.execute(f"SELECT text, count(*) {source} GROUP BY text", values)
        counts: Counter[str] = Counter()
        for text, count in lists:
            parts = text.split(BETWEEN)
            if tells("; ".join(parts)):
                counts.update(dict.fromkeys(parts, count))
        yield from filter(tells, sorted(counts, key=lambda part: (-counts[part], part)))
        return
    # As the first photo has it, whatever its other columns say: filters keep texts in small letters.
    rows = tables.execute(
        f"SELECT live.facts, min(live.id) {source} GROUP BY facts.text, facts.number "
        "ORDER BY count(*) DESC, facts.text",
        values,
    )
    for cells, _ in rows:
        own = (value for name, value in parse_json(cells).items() if str(name).casefold() == column)
        yield from filter(tells, own)


def live_photos_with(tables: sqlite3.Connection, column: str) -> list[str]:
    """Return the names of the live photos that have a column."""
    return [
        name for (name,) in tables.execute(f"SELECT live.name {_OF_LIVE} WHERE facts.name = ?", (column,))
    ]


def to_sql(where: Where) -> tuple[str, list[str | float]]:
    """Return a condition on a column `photo`, and its parameters, that holds where `filters.matches` does.

    The photos themselves come from the table that the condition is used on, since a photo without facts may meet `!=`.

    >>> from withsense_tf.index.vectors.filters import Condition
    >>> to_sql((Condition("iso", "<=", 400.0),))
    ('photo IN (SELECT photo FROM facts WHERE name = ? AND number <= ?)', ['iso', 400.0])
    """
    parts: list[str] = []
    values: list[str | float] = []
    for condition in where:
        # Not only politeness: the operator is the one part of a condition that becomes part of the SQL.
        op = check_choice("op", condition.op, OPS)
        same = "=" if op == "!=" else op
        test, operands = (
            _among(condition.value)
            if same == "=" and condition.column in LISTS
            else _test(same, condition.value)
        )
        within = "NOT IN" if op == "!=" else "IN"
        parts.append(f"photo {within} (SELECT photo FROM facts WHERE name = ? AND {test})")
        values += [condition.column, *operands]
    return " AND ".join(parts) or "1", values


def _among(value: str | float) -> tuple[str, list[str | float]]:
    """Return the test of whether the list that a text is has a part."""
    return "instr(? || text || ?, ?) > 0", [BETWEEN, BETWEEN, list_text(fact_row(value)[0])]


def _test(op: str, value: str | float) -> tuple[str, list[str | float]]:
    """Return the test of one fact's `text` and `number`; operators come from OPS, values are parameters."""
    text, number = fact_row(value)
    if op == "~":
        return "instr(text, ?) > 0", [text]
    if PERIOD.fullmatch(text):
        dates, values = _date_test(op, text)
        if number is None:
            return dates, values
        return f"(number {op} ? OR (number IS NULL AND {dates}))", [number, *values]
    if number is not None:
        return f"number {op} ?", [number]
    if op == "=":
        return "text = ?", [text]
    return f"(number IS NULL AND text {op} ?)", [text]


def _date_test(op: str, period: str) -> tuple[str, list[str | float]]:
    # A period is made of digits and hyphens alone, so that nothing in it is a sign of GLOB's own.
    within, values = "(text = ? OR text GLOB ?)", [period, period + REST[len(period)] + "*"]
    if op == "=":
        return within, [*values]
    date = "(text GLOB ? OR text GLOB ?)"
    if op == "<=":
        return f"({date} AND (text < ? OR {within}))", [*DATED_GLOBS, period, *values]
    if op == ">":
        return f"({date} AND text > ? AND NOT {within})", [*DATED_GLOBS, period, *values]
    return f"({date} AND text {op} ?)", [*DATED_GLOBS, period]
