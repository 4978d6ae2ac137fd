"""Filters amid a query: "a dog camera=Nikon D90" asks for a dog among the photos of that camera.

They count where photos that may be shown have such a column. Elsewhere the words stay words, and a hint says how to
filter and by what.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from typing import Final

from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.tables.facts_table import is_free_value
from withsense_tf.index.vectors.filters import Condition, Where, fact_row, parse_filter
from withsense_tf.search.filter_law import as_index_names, column_called, columns_to_name, has_column
from withsense_tf.search.query.tokens import tokens

# A column, how it is compared, and where the value begins: in quotation marks, or up to a blank.
FILTER: Final = re.compile(
    r"(?<!\S)(?P<column>[^\W\d]\w*)(?P<op>!=|<=|>=|=|<|>|~)"
    r"(?P<value>\"[^\"]+\"|«[^»]+»|“[^”]+”|'[^']+'|[^\s\"«“'=<>!~][^\s,;]*)"
)
# A value without quotation marks may go on so far, if photos have it: "camera=Nikon D90".
MOST_WORDS: Final = 6
MOST_NAMED: Final = 20


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
    unknown: list[str] = []
    for match in FILTER.finditer(text):
        start = match.start()
        if start < end or any(first < start < last for first, last in quotations):
            continue
        column = column_called(tables, door, match["column"].casefold())
        if not has_column(tables, door, column):
            unknown.append(match.group())
            continue
        value_end = _end_of_value(text, match, column, tables, door)
        part = parse_filter(f"{column}{text[match.start('op') : value_end]}")
        conditions.append(as_index_names(tables, door, part))
        rest.append(text[end:start])
        spans.append((start, value_end))
        end = value_end
    hint = _hint(unknown[0], columns_to_name(tables, door)) if unknown else None
    left = " ".join([*rest, text[end:]]).strip() if end else text
    return TypedFilters(left, tuple(conditions), hint, tuple(spans))


def _end_of_value(
    text: str, match: re.Match[str], column: str, tables: sqlite3.Connection, door: IndexDoor
) -> int:
    """Return where a value ends: behind the longest run of words that photos which may be shown have there."""
    end = match.end()
    if match["value"][0] in "\"«“'" or match["op"] not in ("=", "!="):
        return end
    words = list(re.finditer(r"\S+", text[end:]))[: MOST_WORDS - 1]
    for word in reversed(words):
        value = text[match.start("value") : end + word.end()].rstrip(",;")
        if is_free_value(tables, column, fact_row(value)[0], door.limit):
            return match.start("value") + len(value)
    return end


def _hint(part: str, columns: list[str]) -> str:
    there = f"columns to filter by: {', '.join(columns[:MOST_NAMED])}" if columns else "these have no columns"
    return (
        f"{part[:60]!r} was read as words, since no photo here has such a column. A filter is a column and a value, "
        f"such as date>=2020 ({there})."
    )
