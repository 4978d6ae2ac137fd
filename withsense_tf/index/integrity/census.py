"""How many photos an index has: that some are gone, or came, by another hand is seen by it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from withsense_tf.index.integrity.table_errors import index_remedy
from withsense_tf.index.tables.left_out_tables import count_kept_out
from withsense_tf.index.tables.photo_states import count_and_sum
from withsense_tf.index.tables.state_table import get_state, set_state


def census(tables: sqlite3.Connection) -> list[int]:
    """Return how many photos are live and how many left, with the sums of their ids, and how many are kept out."""
    return [*count_and_sum(tables), count_kept_out(tables)]


def put_census(tables: sqlite3.Connection) -> None:
    """Note which photos are here; whoever changes that does so in the same transaction."""
    set_state(tables, census=census(tables))


def check_census(tables: sqlite3.Connection, index: Path) -> list[str]:
    """Return a line if other photos are here, or kept out, than were when the index was last changed."""
    if get_state(tables, "census") in (None, census(tables)):
        return []
    return [
        "Photos came, left or were let in again by another hand. Bring the index back from a copy, or look at it "
        f"and bring it up to date: {index_remedy(index, 'status')} && {index_remedy(index, 'update', 'FOLDER')}"
    ]
