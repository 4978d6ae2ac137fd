"""`compact` takes nothing away from what runs beside it, and in the end nothing is left of what it dropped."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from index_digest import contents
from small_index import LAW, item_of

from withsense_tf.index import photo_index
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.compact import compact_index
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.switch_model import take_over
from withsense_tf.matchers.base import Matcher
from withsense_tf.search.search import Search


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the time pass that dropped models are kept."""
    return lambda: monkeypatch.setattr(photo_index, "GRACE_SECONDS", -1.0)


def folders(index: PhotoIndex) -> list[str]:
    return sorted(folder.name for folder in (index.folder / "generations").iterdir())


def test_who_had_a_model_open_before_goes_on_with_it(index: PhotoIndex) -> None:
    with index.catalog.reading() as tables:
        model = index.current(tables)
    vectors = model.vectors["photo"]
    before = vectors.get(np.arange(6))
    compact_index(index)
    np.testing.assert_array_equal(vectors.get(np.arange(6)), before)


def test_who_had_read_which_model_is_in_use_opens_it_afterwards(index: PhotoIndex) -> None:
    reader = PhotoIndex(index.folder)
    with reader.catalog.reading() as tables:
        # The reading begins with the first question.
        tables.execute("SELECT count(*) FROM state").fetchone()
        compact_index(index)
        model = reader.current(tables)
        assert model.number == 1
        assert model.vectors["photo"].get(np.arange(6)).shape[0] == 6


def test_dropped_models_are_removed_by_a_later_write(
    index: PhotoIndex, looks: Path, later: Callable[[], None]
) -> None:
    compact_index(index)
    before = contents(index)
    assert folders(index) == ["1", "2"]
    ingest(index, [], LAW)
    assert folders(index) == ["1", "2"]
    later()
    ingest(index, [], LAW)
    assert folders(index) == ["2"]
    assert contents(index) == before
    with index.catalog.reading() as tables:
        assert tables.execute("SELECT id FROM generations").fetchall() == [(2,)]
        assert tables.execute("SELECT DISTINCT generation FROM rows").fetchall() == [(2,)]
    ingest(index, [item_of(looks, "new.png", 70)], LAW)
    assert "new.png" in [
        hit.photo for hit in Search(index, policy=LAW, country="AQ")("a wall", 9, minimum=0.0)
    ]


def test_a_model_that_is_being_built_is_not_dropped(
    index: PhotoIndex, fitted: Callable[[str], Matcher]
) -> None:
    building = index.add_model(fitted("closed form"))
    compact_index(index)
    take_over(index, building)
    with index.catalog.reading() as tables:
        assert index.current(tables).number == building


def test_a_model_that_nobody_has_built_for_long_is_dropped(
    index: PhotoIndex, fitted: Callable[[str], Matcher], later: Callable[[], None]
) -> None:
    left = index.add_model(fitted("closed form"))
    os.utime(index.folder / "generations" / str(left), (1e9, 1e9))
    compact_index(index)
    later()
    ingest(index, [], LAW)
    assert folders(index) == ["3"]


def test_a_model_that_was_dropped_is_made_anew_where_it_is_wanted(
    index: PhotoIndex, fitted: Callable[[str], Matcher], later: Callable[[], None]
) -> None:
    take_over(index, index.add_model(fitted("closed form")))
    before = contents(index)
    take_over(index, index.add_model(fitted("hybrid")))
    compact_index(index)
    take_over(index, index.add_model(fitted("closed form")))
    later()
    ingest(index, [], LAW)
    assert contents(index) == before
