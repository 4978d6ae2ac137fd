"""What the law says of filters: a column and what it is compared with are asked for like any text.

`children>=1` finds what the law hides as surely as "children" does. So a filter is refused if it names what may not be
asked for, or lets a value through by which a photo would be restricted.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from withsense_tf.data.named import ANSWERS, column_text
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.vectors.filters import Where, check_columns, matches

# The columns of live photos that the law lets be seen at an age limit.
SHOWN: Final = (
    "FROM facts JOIN live ON live.id = facts.photo JOIN law ON law.photo = facts.photo "
    "WHERE age_limit = ? AND restricted = 0"
)
LIVE: Final = "FROM facts JOIN live ON live.id = facts.photo"


def filter_notice(door: IndexDoor, where: Where) -> str | None:
    """Return the notice that stands in the place of an answer, or None where the filter may be asked."""
    for part in where:
        # A number says nothing by itself: `age<50` asks for others.
        text = column_text(part.column, part.value) if isinstance(part.value, str) else ""
        if text and not (answer := door.query(text)).allowed:
            return answer.notice
    for column in dict.fromkeys(part.column for part in where):
        asked = tuple(part for part in where if part.column == column)
        numbers = [float(part.value) for part in asked if not isinstance(part.value, str)]
        near = [number + step for number in numbers for step in (-1, 0, 1)]
        passing = [value for value in (*ANSWERS, *near) if matches(asked, {column: value})]
        for text in dict.fromkeys(column_text(column, value) for value in passing):
            # Only what is refused is logged: nobody typed the others.
            if text and door.refuses(text):
                return door.query(text).notice
    return None


def check_asked_columns(tables: sqlite3.Connection, door: IndexDoor, where: Where) -> None:
    """Raise for a column that no photo has which may be shown here; withheld photos lend none to the message either."""
    unknown = tuple(part for part in where if not _has(tables, door, part.column))
    if unknown:
        known = {name for (name,) in tables.execute(f"SELECT DISTINCT facts.name {LIVE}")}
        shown = {name for name in known if _has(tables, door, name)}
        check_columns(unknown, (name for name in shown if not door.refuses(column_text(name, "yes"))))


def _has(tables: sqlite3.Connection, door: IndexDoor, column: str) -> bool:
    """Tell whether a photo that may be shown here has a column."""
    if door.rule.rule == "none":
        found = tables.execute(f"SELECT 1 {LIVE} WHERE facts.name = ? LIMIT 1", (column,)).fetchone()
        return found is not None
    limit = (door.rule.age_limit, column)
    if tables.execute(f"SELECT 1 {SHOWN} AND facts.name = ? LIMIT 1", limit).fetchone() is not None:
        return True
    if door.policy.consents is None:
        return False
    held = tables.execute(f"SELECT live.name {LIVE} WHERE facts.name = ?", (column,))
    return any(door.photo(photo, "show") and door.photo(photo, "search") for (photo,) in held)
