"""Rows that photos left behind are forgotten by engines that can, once no reader asks for them any more."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_index import items_of_looks, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError
from withsense_tf.index import photo_index
from withsense_tf.index.model_generation import Generation
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.state_table import get_state
from withsense_tf.index.upkeep.forget_rows import forget_rows, leave_rows
from withsense_tf.index.vectors.engine_settings import Engine
from withsense_tf.matchers.base import Matcher


@pytest.fixture
def index(fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path) -> PhotoIndex:
    return new_index(tmp_path / "index", fitted("closed form"), items_of_looks(looks, 3), store)


@pytest.fixture
def removals(index: PhotoIndex, monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """Let the model's vectors be in an engine that forgets rows, and return what it is told to."""
    rows: list[list[int]] = []
    index._open[1] = dataclasses.replace(index.generation(1), engine=Engine("milvus"))
    monkeypatch.setattr(Generation, "remove", lambda _, some: rows.append(some.tolist()))
    return rows


def left(index: PhotoIndex) -> list[Any]:
    with index.catalog.reading() as tables:
        return get_state(tables, "forgotten") or []


def leave(index: PhotoIndex, rows: dict[int, list[int]]) -> None:
    with index.catalog.writing() as tables:
        leave_rows(index, tables, rows)


def test_files_keep_their_rows(index: PhotoIndex) -> None:
    leave(index, {1: [2, 0]})
    assert left(index) == []


def test_rows_are_forgotten_only_once_no_reader_can_ask_for_them(
    index: PhotoIndex, removals: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(index, {1: [2, 0]})
    forget_rows(index)
    assert (removals, len(left(index))) == ([], 1)
    monkeypatch.setattr(photo_index, "GRACE_SECONDS", -1.0)
    forget_rows(index)
    forget_rows(index)
    assert (removals, left(index)) == ([[0, 2]], [])


@pytest.mark.usefixtures("removals")
def test_rows_wait_while_a_server_does_not_answer(index: PhotoIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_answer(*_: object) -> None:
        raise DataError("no answer")

    leave(index, {1: [1]})
    monkeypatch.setattr(photo_index, "GRACE_SECONDS", -1.0)
    monkeypatch.setattr(Generation, "remove", no_answer)
    forget_rows(index)
    assert [rows for *_, rows in left(index)] == [[1]]
    assert np.isfinite(left(index)[0][0])
