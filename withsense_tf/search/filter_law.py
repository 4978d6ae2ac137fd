"""What the law says of filters: a column and what it is compared with are asked for like any text.

`children>=1` finds what the law hides as surely as "children" does. So a filter is refused if it names what may not be
asked for, or lets a value through by which a photo would be restricted.
"""

from __future__ import annotations

import sqlite3
import tomllib
from dataclasses import replace
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Final

from withsense_tf.common.cell_texts import COLOUR, cell_text
from withsense_tf.data.named import ANSWERS, column_text
from withsense_tf.errors import SettingError, some_of
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.tables.facts_table import (
    free_values,
    is_free_column,
    live_column_names,
    live_photos_with,
)
from withsense_tf.index.vectors.filters import (
    Condition,
    Where,
    check_columns,
    check_date,
    fact_row,
    matches,
    parse_filter,
)

# Values that are looked at, and that a message names.
MOST_LOOKED: Final = 1_000
MOST_NAMED: Final = 8
# What brings colours in; a reader of the page cannot.
NEEDS_COLOURS: Final = (
    " Bring it up to date: withsense index update FOLDER --index INDEX, in Python ws.build_index."
)


@cache
def filter_names() -> dict[str, dict[str, str]]:
    """Return what columns (`column_date`) and values (`colour=red`) are called, by language."""
    text = files("withsense_tf.search.query").joinpath("query_words.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text)["filter_names"])


@cache
def _by_name() -> dict[str, str]:
    """Return columns by what they are called, and values by their column and what they are called."""
    own = {}
    for key, forms in filter_names().items():
        column, _, value = key.partition("=")
        for text in map(_plain, forms.values()):
            if value:
                own[f"{column}={text}"] = value
            else:
                own[text] = key.removeprefix("column_")
    return own


def _plain(text: str) -> str:
    return text.casefold().replace("ё", "е")


def column_called(tables: sqlite3.Connection, door: IndexDoor, name: str) -> str:
    """Return the column that somebody means: one of this very name, or one that the page calls so."""
    return name if has_column(tables, door, name) else _by_name().get(_plain(name), name)


def as_index_names(tables: sqlite3.Connection, door: IndexDoor, part: Condition) -> Condition:
    """Return a condition with the column, and the value, as the index names them: "цвет=синий" is "colour=blue"."""
    column, value = column_called(tables, door, part.column), part.value
    if column == "date" != part.column and part.op != "~":
        check_date(cell_text(value))
    if isinstance(value, str):
        value = _by_name().get(f"{column}={_plain(value)}", value)
    return replace(part, column=column, value=value)


def filter_notice(door: IndexDoor, where: Where) -> str | None:
    """Return the notice that stands in the place of an answer, or None where the filter may be asked."""
    for part in where:
        # A number says nothing by itself: `age<50` asks for others.
        text = column_text(part.column, part.value) if isinstance(part.value, str) else ""
        if text and not (answer := door.query(text)).allowed:
            return answer.notice
    for column in dict.fromkeys(part.column for part in where):
        conditions = tuple(part for part in where if part.column == column)
        numbers = [float(part.value) for part in conditions if not isinstance(part.value, str)]
        near = [number + step for number in numbers for step in (-1, 0, 1)]
        passing = [value for value in (*ANSWERS, *near) if matches(conditions, {column: value})]
        for text in dict.fromkeys(column_text(column, value) for value in passing):
            # Only what is refused is logged: nobody typed the others.
            if text and door.refuses(text):
                return door.query(text).notice
    return None


def check_asked_columns(tables: sqlite3.Connection, door: IndexDoor, where: Where) -> None:
    """Raise for a column that no photo has which may be shown here; withheld photos lend none to the message either."""
    unknown = tuple(part for part in where if not has_column(tables, door, part.column))
    if unknown:
        names = columns_to_name(tables, door)
        if names and any(part.column == COLOUR for part in unknown):
            raise SettingError(
                f"No photo here has a colour yet: this index was made before colours were looked at.{NEEDS_COLOURS}"
            )
        check_columns(unknown, names)


def columns_to_name(tables: sqlite3.Connection, door: IndexDoor) -> list[str]:
    """Return the names of the columns that a message may name, in order."""
    names = [name for name in live_column_names(tables) if has_column(tables, door, name)]
    return sorted(name for name in names if not door.refuses(column_text(name, "yes")))


def has_column(tables: sqlite3.Connection, door: IndexDoor, column: str) -> bool:
    """Return whether a photo that may be shown here has a column."""
    if is_free_column(tables, column, door.limit):
        return True
    if door.limit is None or door.policy.consents is None:
        return False
    return any(map(door.lets_find, live_photos_with(tables, column)))


def is_met(tables: sqlite3.Connection, door: IndexDoor, typed_filter: str) -> bool:
    """Return whether a filter compares a number or a day, or a photo has its value that may be shown here."""
    try:
        part = as_index_names(tables, door, parse_filter(typed_filter))
    except SettingError:
        return False
    if part.op not in ("=", "!=", "~"):
        return fact_row(part.value)[1] is not None or part.column == "date"
    same = replace(part, op="=") if part.op == "!=" else part
    values = told_values(tables, door, part.column, MOST_LOOKED)
    return any(matches((same,), {part.column: value}) for value in values)


def told_values(tables: sqlite3.Connection, door: IndexDoor, column: str, most: int) -> list[str | float]:
    """Return the values that most photos have which may be shown: one that may not be told takes no place."""

    def tells(value: str | float) -> bool:
        return not door.refuses(column_text(column, value))

    return list(islice(free_values(tables, column, door.limit, tells), most))


def example_filter(tables: sqlite3.Connection, door: IndexDoor, columns: list[str]) -> str | None:
    """Return a filter by one of these columns that photos here may meet."""
    if "date" in columns:
        return "date>=2020"
    firsts = ((name, value) for name in columns for value in told_values(tables, door, name, 1))
    return next((f"{name}={cell_text(value)}" for name, value in firsts), None)


def nothing_meets(tables: sqlite3.Connection, door: IndexDoor, where: Where) -> str:
    """Return what to say where no photo was found: of a value that no photo has which may be shown, those that are."""
    hints = (_other_values(tables, door, part) for part in where if part.op != "!=")
    return " ".join(["No photo of this index meets what was asked.", *filter(None, hints)])


def _other_values(tables: sqlite3.Connection, door: IndexDoor, part: Condition) -> str:
    values = told_values(tables, door, part.column, MOST_LOOKED)
    if not values or any(matches((part,), {part.column: value}) for value in values):
        return ""
    text = cell_text(part.value)
    near = [value for value in map(str, values) if part.op == "=" and text.casefold() in value.casefold()]
    names = [cell_text(value) for value in near or values]
    parts = [f"No photo here has {part}; there are: {some_of(names, MOST_NAMED, '; ')}."]
    if (
        part.op != "~"
        and fact_row(part.value)[1] is None
        and all(fact_row(value)[1] is not None for value in values)
    ):
        parts.append(f"Expected a number, such as {part.column}{part.op}{names[0]}.")
    if near:
        parts.append(f"A part of a value is asked for by {part.column}~{text}.")
    return " ".join(parts)
