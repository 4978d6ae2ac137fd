from __future__ import annotations

import sqlite3

from withsense_tf.index.tables.state_table import get_state, set_state, written_state


def test_a_value_is_read_as_it_was_written_and_written_over(tables: sqlite3.Connection) -> None:
    set_state(tables, current=1, dropped={"2": 0.5})
    set_state(tables, current=None)
    assert get_state(tables, "dropped") == {"2": 0.5}
    assert written_state(tables) == {"current": "null", "dropped": '{"2": 0.5}'}


def test_what_was_never_written_is_none(tables: sqlite3.Connection) -> None:
    assert get_state(tables, "policy") is None
