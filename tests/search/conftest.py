"""An index that tests of searches share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from small_index import CHILD, item_of, items_of_looks, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.matchers.base import Matcher


@pytest.fixture(scope="session")
def index(
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path_factory: pytest.TempPathFactory,
) -> PhotoIndex:
    """Return an index of five photos and one of a child, that no test changes."""
    items = [*items_of_looks(looks, 5), item_of(looks, "child.png", 20, texts=[CHILD])]
    return new_index(tmp_path_factory.mktemp("search") / "index", fitted("closed form"), items, store)
