from __future__ import annotations

import numpy as np

from withsense_tf.encoders.vectors.point_memory import PointMemory


def points_of(texts: list[str]) -> np.ndarray:
    return np.array([[float(text)] for text in texts])


def add(memory: PointMemory, *texts: str) -> None:
    memory.add(texts, points_of(list(texts)))


def test_where_there_is_no_room_the_new_ones_stay() -> None:
    memory = PointMemory(2)
    add(memory, "1", "2")
    add(memory, "3")
    assert [memory.get(text) for text in ("1", "2", "3")] == [None, None, 3.0]


def test_what_is_kept_stays_whatever_is_asked_for_later() -> None:
    memory = PointMemory(2)
    add(memory, "1", "2")
    memory.keep()
    for text in ("3", "4", "5"):
        add(memory, text)
    assert [memory.get(text) for text in ("1", "2", "3", "5")] == [1.0, 2.0, None, 5.0]


def test_more_than_there_is_room_for_is_not_remembered() -> None:
    memory = PointMemory(2)
    add(memory, "1", "2", "3")
    assert memory.get("1") is None
