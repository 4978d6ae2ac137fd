"""A model takes over once it has every photo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from small_index import items_of_looks, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.switch_model import fill, roll_back, take_over
from withsense_tf.matchers.base import Matcher


@pytest.fixture
def index(fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path) -> PhotoIndex:
    return new_index(tmp_path / "index", fitted("hybrid"), items_of_looks(looks, 8), store)


def test_a_model_that_lacks_photos_is_not_put_to_use(
    index: PhotoIndex, fitted: Callable[[str], Matcher]
) -> None:
    with pytest.raises(SettingError, match=r"lacks 8 photos.*fill it first"):
        index.switch(index.add_model(fitted("closed form")))


def test_a_model_is_filled_once_and_takes_over_until_it_is_rolled_back(
    index: PhotoIndex, fitted: Callable[[str], Matcher]
) -> None:
    with pytest.raises(SettingError, match="nothing to go back to"):
        roll_back(index)
    other = index.add_model(fitted("closed form"))
    assert fill(index, other) == 8
    assert fill(index, other) == 0
    take_over(index, other)
    with index.catalog.reading() as tables:
        assert index.current(tables).number == other
    assert roll_back(index) == 1
    with index.catalog.reading() as tables:
        assert index.current(tables).number == 1
