"""What a model keeps of photos: taken apart by photo, and written behind what is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small_index import items_of_looks, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.model_rows import ModelGoneError, Rows, put_rows, rows_of
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.models_table import caption_count, delete_model, row_count
from withsense_tf.matchers.base import Matcher


@pytest.fixture
def index(fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path) -> PhotoIndex:
    return new_index(tmp_path / "index", fitted("hybrid"), items_of_looks(looks, 4), store)


def test_rows_of_some_photos_take_their_captions_along() -> None:
    rows = Rows({"photo": np.arange(3)[:, None]}, np.array([[0], [0], [2], [2], [2]]), np.array([2, 0, 3]))
    some = rows.take([2, 1])
    assert some.vectors["photo"].ravel().tolist() == [2, 1]
    assert some.captions.tolist() == [3, 0]
    assert some.each is not None
    assert some.each.ravel().tolist() == [2, 2, 2]
    assert rows.take([]).captions.tolist() == []


def test_a_photos_rows_do_not_depend_on_its_company(index: PhotoIndex, looks: Path) -> None:
    generation = index.generation(1)
    matcher, items = generation.matcher(index.store), items_of_looks(looks, 3)
    together = rows_of(generation, matcher, items)
    for number, item in enumerate(items):
        alone, same = rows_of(generation, matcher, [item]), together.take([number])
        assert alone.vectors.keys() == same.vectors.keys() == {"photo", "captions"}
        for part, vectors in alone.vectors.items():
            np.testing.assert_array_equal(vectors, same.vectors[part])
        np.testing.assert_array_equal(alone.each, same.each)


def test_no_photos_have_no_rows(index: PhotoIndex) -> None:
    generation = index.generation(1)
    rows = rows_of(generation, generation.matcher(index.store), [])
    assert [vectors.shape[0] for vectors in rows.vectors.values()] == [0, 0]
    with index.catalog.writing() as tables:
        put_rows(tables, generation, [], [], rows)
        assert (row_count(tables, 1), caption_count(tables, 1)) == (4, 8)


def test_a_model_that_was_dropped_meanwhile_takes_no_rows(index: PhotoIndex) -> None:
    generation = index.generation(1)
    with index.catalog.writing() as tables:
        delete_model(tables, 1)
    with (
        pytest.raises(ModelGoneError, match="Model 1 was dropped meanwhile"),
        index.catalog.writing() as tables,
    ):
        put_rows(tables, generation, [], [], Rows({}, None, np.zeros(0, np.int64)))
