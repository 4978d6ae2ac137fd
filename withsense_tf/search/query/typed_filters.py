"""Filters amid a query: "a dog camera=Nikon D90" asks for a dog among the photos of that camera.

They count where photos that may be shown have such a column. Elsewhere the words stay words, and a hint says how to
filter and by what.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from typing import Final

from withsense_tf.data.named import column_text
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.tables.facts_table import is_free_value
from withsense_tf.index.vectors.filters import Condition, Where, fact_row, parse_filter
from withsense_tf.search.filter_law import (
    as_index_names,
    column_called,
    columns_to_name,
    example_filter,
    has_column,
    is_met,
)
from withsense_tf.search.query.tokens import tokens

# A column, how it is compared, and where the value begins: in quotation marks, or up to a blank.
FILTER: Final = re.compile(
    r"(?<!\S)(?P<column>[^\W\d]\w*)(?P<op>\s*(?:!=|<=|>=|=|<|>|~)\s*)"
    r"(?P<value>\"[^\"]+\"|«[^»]+»|“[^”]+”|'[^']+'|[^\s\"«“'=<>!~][^\s,;]*)"
)
# A value without quotation marks may go on so far, if photos have it: "camera=Nikon D90".
MOST_WORDS: Final = 6
MOST_NAMED: Final = 20
NO_COLUMN: Final = "was read as words, since no photo here has such a column."


@dataclass(frozen=True)
class TypedFilters:
    """What is left of a text without its filters, the filters, and a hint where something looked like one.

    `spans` say where in the text the filters stand, in their order.
    """

    text: str
    where: Where = ()
    hint: str | None = None
    spans: tuple[tuple[int, int], ...] = ()


def read_filters(text: str, tables: sqlite3.Connection, door: IndexDoor) -> TypedFilters:
    """Take the filters out of a text."""
    quotations = [(token.start, token.end) for token in tokens(text) if token.kind == "quoted"]
    conditions: list[Condition] = []
    rest, end = [], 0
    spans: list[tuple[int, int]] = []
    hints: list[str] = []
    for match in FILTER.finditer(text):
        start = match.start()
        if start < end or any(first < start < last for first, last in quotations):
            continue
        sign = match["op"].strip()
        has_blanks = sign != match["op"]
        column = column_called(tables, door, match["column"].casefold())
        if not has_column(tables, door, column):
            # With blanks it is hardly a filter: "a < b".
            hints += [] if has_blanks else [_hint(match.group(), tables, door)]
            continue
        value_end = _end_of_value(text, match, column, tables, door)
        typed_filter = f"{column}{sign}{text[match.start('value') : value_end]}"
        if has_blanks and not is_met(tables, door, typed_filter):
            hints.append(_no_value_hint(match.group()))
            continue
        conditions.append(as_index_names(tables, door, parse_filter(typed_filter)))
        rest.append(text[end:start])
        spans.append((start, value_end))
        end = value_end
    left = " ".join([*rest, text[end:]]).strip() if end else text
    return TypedFilters(left, tuple(conditions), next(iter(hints), None), tuple(spans))


def _end_of_value(
    text: str, match: re.Match[str], column: str, tables: sqlite3.Connection, door: IndexDoor
) -> int:
    """Return where a value ends: behind the longest run of words that photos which may be shown have there."""
    end = match.end()
    if match["value"][0] in "\"«“'" or match["op"].strip() not in ("=", "!="):
        return end
    words = list(re.finditer(r"\S+", text[end:]))[: MOST_WORDS - 1]
    for word in reversed(words):
        value = text[match.start("value") : end + word.end()].rstrip(",;")
        text_of_value = fact_row(value)[0]
        if is_free_value(tables, column, text_of_value, door.limit) and not door.refuses(
            column_text(column, text_of_value)
        ):
            return match.start("value") + len(value)
    return end


def _hint(part: str, tables: sqlite3.Connection, door: IndexDoor) -> str:
    columns = columns_to_name(tables, door)
    there = f"columns to filter by: {', '.join(columns[:MOST_NAMED])}" if columns else "these have no columns"
    example = example_filter(tables, door, columns)
    if example is None:
        return f"{part[:60]!r} {NO_COLUMN} A filter is a column and a value ({there})."
    return f"{part[:60]!r} {NO_COLUMN} A filter is a column and a value, such as {example} ({there})."


def _no_value_hint(part: str) -> str:
    return (
        f"{part[:60]!r} was read as words, since no photo here has that. To filter by it all the same, write no "
        "blanks around the sign."
    )
