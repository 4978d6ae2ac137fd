"""The order of all photos is one fixed order, however much of it is asked for and whatever an index went through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from small_index import LAW, items_of_looks, new_index

from withsense_tf.encoders.store import VectorStore
from withsense_tf.matchers.base import Matcher
from withsense_tf.search.compact import compact_index
from withsense_tf.search.engine import Search
from withsense_tf.search.ingest import ingest

TEXTS = ("a plain scarlet wall", "striped navy cloth", "golden paper")


@pytest.mark.parametrize("kind", ["closed form", "hybrid", "captions", "product"])
def test_an_index_without_photos_finds_none(
    kind: str, fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    index = new_index(tmp_path / "index", fitted(kind), items_of_looks(looks, 3), store)
    ingest(index, [], LAW, complete=True)
    compact_index(index)
    answer = Search(index, policy=LAW, country="AA")(TEXTS[0], minimum=0.0)
    assert not answer.places
    assert answer.message == "No photo of this index meets what was asked."
