"""Indexes that tests copy, damage and change, and what goes into them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from small_index import CHILD, INNOCENT, item_of, items_of_looks, new_index, new_whole_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.item import Item
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.matchers.base import Matcher


@pytest.fixture(scope="session")
def whole_index(
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "index"
    return new_whole_index(folder, fitted("hybrid"), items_of_looks(looks, 8), store)


@pytest.fixture
def index_folder(whole_index: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole_index, tmp_path / "index"))


@pytest.fixture
def kid(looks: Path) -> Item:
    return item_of(looks, "far.png", 1, texts=[CHILD])


@pytest.fixture
def copy(looks: Path) -> Item:
    return item_of(looks, "copy.png", 1, light=2, texts=[INNOCENT])


@pytest.fixture
def wall(looks: Path) -> Item:
    return item_of(looks, "wall.png", 2, texts=[INNOCENT])


@pytest.fixture
def two(looks: Path) -> list[Item]:
    return [
        item_of(looks, "ann.png", 1, texts=[CHILD, INNOCENT]),
        item_of(looks, "wall.png", 2, texts=[INNOCENT, INNOCENT + " Again ."]),
    ]


@pytest.fixture
def items(looks: Path) -> list[Item]:
    """Return the photos of `index`; some files of tests have others."""
    return items_of_looks(looks, 6)


@pytest.fixture(scope="session")
def matcher(fitted: Callable[[str], Matcher]) -> Matcher:
    return fitted("hybrid")


@pytest.fixture
def index(items: list[Item], matcher: Matcher, store: VectorStore, tmp_path: Path) -> PhotoIndex:
    """Return an index that a test may change."""
    return new_index(tmp_path / "index", matcher, items, store)
