"""A whole index that tests copy and damage."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from small_index import items_of_looks, new_whole_index

from withsense_tf.encoders.vectors.store import VectorStore
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
