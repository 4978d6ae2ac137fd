"""What the law says of filters: a column and what it is compared with are asked for like any text.

`children>=1` finds what the law hides as surely as "children" does. So a filter is refused if it names what may not be
asked for, or lets a value through by which a photo would be restricted.
"""

from __future__ import annotations

import sqlite3

from withsense_tf.common.cell_texts import COLOUR
from withsense_tf.data.named import ANSWERS, column_text
from withsense_tf.errors import SettingError
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.tables.facts_table import (
    is_free_column,
    is_live_column,
    live_column_names,
    live_photos_with,
)
from withsense_tf.index.vectors.filters import Where, check_columns, matches


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
                "No photo here has a colour yet: this index was made before colours were looked at. "
                "Bring it up to date: python -m withsense_tf index update FOLDER, in Python ws.build_index."
            )
        check_columns(unknown, names)


def columns_to_name(tables: sqlite3.Connection, door: IndexDoor) -> list[str]:
    """Return the names of the columns that a message may name, in order."""
    names = [name for name in live_column_names(tables) if has_column(tables, door, name)]
    return sorted(name for name in names if not door.refuses(column_text(name, "yes")))


def has_column(tables: sqlite3.Connection, door: IndexDoor, column: str) -> bool:
    """Return whether a photo that may be shown here has a column."""
    if door.rule.rule == "none":
        return is_live_column(tables, column)
    if is_free_column(tables, column, door.level.key):
        return True
    if door.policy.consents is None:
        return False
    photos = live_photos_with(tables, column)
    return any(door.photo(photo, "show") and door.photo(photo, "search") for photo in photos)
