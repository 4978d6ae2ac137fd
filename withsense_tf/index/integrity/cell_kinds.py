"""Are the cells of an index's tables of the kinds that were written there? SQLite takes anything into any column."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from types import NoneType
from typing import Final

from withsense_tf.common.limits import parse_json
from withsense_tf.index.tables.schema import JSON_COLUMNS, cells, cells_of_other_types
from withsense_tf.index.tables.state_table import written_state

# What an index says of itself, and what of that cannot be missing once it has photos.
STATE: Final = {
    "name": (str,),
    "version": (int,),
    "current": (int, NoneType),
    "previous": (int, NoneType),
    "policy": (str, NoneType),
    "limits": (list,),
    "law_files": (dict, NoneType),
    "dropped": (dict,),
    "builder": (dict,),
    "forgotten": (list,),
    "census": (list,),
}
REQUIRED_STATE: Final = ("name", "version", "current", "previous", "policy")


def wrong_cells(tables: sqlite3.Connection) -> list[str]:
    """Return what nobody who keeps to this package wrote into the tables, a line for each column."""
    return [f"The tables are damaged: {line}." for line in (*_types(tables), *_json(tables), *_state(tables))]


def _types(tables: sqlite3.Connection) -> Iterator[str]:
    for table, column, kind, count in cells_of_other_types(tables):
        yield f"{count:,} cells of {table}.{column} are no {kind}"


def _json(tables: sqlite3.Connection) -> Iterator[str]:
    for (table, column), kind in JSON_COLUMNS.items():
        bad = sum(not _is(cell, (kind,)) for cell in cells(tables, table, column))
        if bad:
            yield f"{bad:,} cells of {table}.{column} cannot be read"


def _state(tables: sqlite3.Connection) -> Iterator[str]:
    values = written_state(tables)
    yield from (f"the state {name} is missing" for name in REQUIRED_STATE if name not in values)
    for name, value in values.items():
        if not _is(value, STATE.get(str(name), (object,))):
            yield f"the state {str(name)[:40]} cannot be read"


def _is(text: object, kinds: tuple[type, ...]) -> bool:
    try:
        value = parse_json(text)  # type: ignore[arg-type]  # anything may be there
    except (ValueError, TypeError):
        return False
    return isinstance(value, kinds) and not (isinstance(value, bool) and int in kinds)
