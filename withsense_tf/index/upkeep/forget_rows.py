"""Rows that no state of the tables has any more: engines forget them once no reader is amid an older state."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping, Sequence

import numpy as np

from withsense_tf.errors import WithSenseError
from withsense_tf.index import photo_index
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.models_table import model_numbers
from withsense_tf.index.tables.state_table import get_state, set_state

# When rows were left, by which model, and which.
LeftRows = tuple[float, int, list[int]]


def leave_rows(index: PhotoIndex, tables: sqlite3.Connection, rows: Mapping[int, Sequence[int]]) -> None:
    """Note which rows photos have left behind; exact files keep them."""
    new = [
        (time.time(), model, sorted(some))
        for model, some in rows.items()
        if index.generation(model).engine.kind != "exact"
    ]
    if new:
        set_state(tables, forgotten=[*(get_state(tables, "forgotten") or []), *new])


def forget_rows(index: PhotoIndex) -> None:
    """Remove rows from the engines that were left so long ago that nobody asks for them any more."""
    with index.catalog.reading() as tables:
        old = _old(tables)
        models = set(model_numbers(tables))
    forgotten_rows = []
    for at, model, rows in old:
        try:
            if model in models:
                index.generation(model).remove(np.array(rows, np.int64))
        except WithSenseError:
            continue  # its server does not answer: the next time
        forgotten_rows.append((at, model, rows))
    if forgotten_rows:
        with index.catalog.writing() as tables:
            set_state(tables, forgotten=[one for one in _left_rows(tables) if one not in forgotten_rows])


def _left_rows(tables: sqlite3.Connection) -> list[LeftRows]:
    return [(at, model, rows) for at, model, rows in get_state(tables, "forgotten") or []]


def _old(tables: sqlite3.Connection) -> list[LeftRows]:
    before = time.time() - photo_index.GRACE_SECONDS
    return [one for one in _left_rows(tables) if one[0] < before]
