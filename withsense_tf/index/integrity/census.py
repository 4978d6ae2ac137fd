"""How many photos an index has: that some are gone, or came, by another hand is seen by it."""

from __future__ import annotations

import json
import sqlite3

from withsense_tf.common.limits import parse_json
from withsense_tf.index.departed import DEPARTED


def census(tables: sqlite3.Connection) -> list[int]:
    """Return how many photos are live and how many left, with the sums of their ids, and how many are kept out."""
    here = "SELECT count(*), coalesce(sum(id), 0) FROM photos WHERE writer IS "
    live, gone = (tables.execute(f"{here} ?", (writer,)).fetchone() for writer in (None, DEPARTED))
    return [*live, *gone, *tables.execute("SELECT count(*) FROM kept_out").fetchone()]


def put_census(tables: sqlite3.Connection) -> None:
    """Note which photos are here; whoever changes that does so in the same transaction."""
    tables.execute(
        "INSERT INTO state VALUES ('census', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (json.dumps(census(tables)),),
    )


def miscounted(tables: sqlite3.Connection) -> list[str]:
    """Return a line if other photos are here, or kept out, than were when the index was last changed."""
    found = tables.execute("SELECT value FROM state WHERE name = 'census'").fetchone()
    if found is None or parse_json(found[0]) == census(tables):
        return []
    return [
        "Photos came, left or were let in again by another hand: look at index status, and run index update, or "
        "bring the index back from a copy."
    ]
