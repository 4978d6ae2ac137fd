"""Are the cells of an index's tables of the kinds that were written there? SQLite takes anything into any column."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from types import NoneType
from typing import Final

from withsense_tf.common.limits import parse_json

STORED: Final = {"TEXT": ("text",), "INTEGER": ("integer",), "REAL": ("real", "integer")}
# Cells that hold JSON, and what it must be.
TOLD: Final = {
    ("photos", "facts"): dict,
    ("photos", "twins"): list,
    ("law", "evidence"): list,
    ("generations", "engine"): dict,
}
# What an index says of itself, and what of that cannot be missing once it has photos.
STATE: Final = {
    "name": (str,),
    "version": (int,),
    "current": (int, NoneType),
    "previous": (int, NoneType),
    "policy": (str, NoneType),
    "limits": (list,),
    "dropped": (dict,),
    "forgotten": (list,),
    "census": (list,),
}
NEEDED: Final = ("name", "version", "current", "previous", "policy")


def wrong_cells(tables: sqlite3.Connection) -> list[str]:
    """Return what nobody who keeps to this package wrote into the tables, a line for each column."""
    return [
        f"The tables are damaged: {told}." for told in (*_stored(tables), *_told(tables), *_state(tables))
    ]


def _stored(tables: sqlite3.Connection) -> Iterator[str]:
    names = [name for (name,) in tables.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in names:
        for _, column, kind, filled, _, key in tables.execute(f"PRAGMA table_info('{table}')").fetchall():
            kinds = STORED.get(kind)
            if kinds is None:
                continue
            kinds = kinds if filled or key else (*kinds, "null")
            marks = ", ".join("?" * len(kinds))
            asked = f"SELECT count(*) FROM {table} WHERE typeof({column}) NOT IN ({marks})"
            (count,) = tables.execute(asked, kinds).fetchone()
            if count:
                yield f"{count:,} cells of {table}.{column} are no {kind}"


def _told(tables: sqlite3.Connection) -> Iterator[str]:
    for (table, column), kind in TOLD.items():
        bad = sum(not _is(told, (kind,)) for (told,) in tables.execute(f"SELECT {column} FROM {table}"))
        if bad:
            yield f"{bad:,} cells of {table}.{column} cannot be read"


def _state(tables: sqlite3.Connection) -> Iterator[str]:
    found = dict(tables.execute("SELECT name, value FROM state").fetchall())
    yield from (f"the state {name} is missing" for name in NEEDED if name not in found)
    for name, told in found.items():
        if not _is(told, STATE.get(str(name), (object,))):
            yield f"the state {str(name)[:40]} cannot be read"


def _is(told: object, kinds: tuple[type, ...]) -> bool:
    try:
        value = parse_json(told)  # type: ignore[arg-type]  # anything may be there
    except (ValueError, TypeError):
        return False
    return isinstance(value, kinds) and not (isinstance(value, bool) and int in kinds)
