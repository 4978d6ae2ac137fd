"""What another writer does while one stages photos: what is published in the end is whole, and the later one's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from index_digest import contents
from small_index import LAW, item_of, items_of_looks, law, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError, WithSenseWarning
from withsense_tf.index.model_generation import Generation
from withsense_tf.index.photo_index import PhotoIndex, models_to_ask
from withsense_tf.index.tables.photo_states import not_live
from withsense_tf.index.upkeep import staging
from withsense_tf.index.upkeep.compact import compact_index
from withsense_tf.index.upkeep.ingest import ingest, look_ahead
from withsense_tf.index.upkeep.judge_anew import judge_anew
from withsense_tf.index.upkeep.switch_model import take_over
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.matchers import saved
from withsense_tf.matchers.base import Matcher


@pytest.fixture
def amid(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Let something happen when the next ingestion has done its first batch."""

    def register(happens: Callable[[], object]) -> None:
        stage, waiting = staging.Staging._stage_batch, [happens]

        def stage_and_happen(*arguments: object) -> None:
            stage(*arguments)
            if waiting:
                waiting.pop()()

        monkeypatch.setattr(staging.Staging, "_stage_batch", stage_and_happen)

    return register


@pytest.fixture
def five(fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path) -> PhotoIndex:
    return new_index(tmp_path / "five", fitted("closed form"), items_of_looks(looks, 5), store)


@pytest.fixture
def nine(fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path) -> str:
    """Return what an index of nine photos holds."""
    return contents(new_index(tmp_path / "nine", fitted("closed form"), items_of_looks(looks, 9), store))


def test_photos_that_another_writer_took_over_are_live_all_the_same(
    five: PhotoIndex, nine: str, looks: Path, amid: Callable
) -> None:
    killed_then = staging.Staging(five, items_of_looks(looks, 9), LAW, None)
    amid(lambda: killed_then._adopt(1))
    ingest(five, items_of_looks(looks, 9), LAW)
    assert contents(five) == nine


def test_photos_that_another_writer_changed_meanwhile_are_put_right_by_the_later_one(
    five: PhotoIndex, nine: str, looks: Path, store: VectorStore, amid: Callable
) -> None:
    other = PhotoIndex(five.folder, store)
    changed = [item_of(looks, "001.png", 1, texts=["A plain red wall ."])]
    amid(lambda: ingest(other, changed, LAW, remove=["002.png"]))
    ingest(five, items_of_looks(looks, 9), LAW)
    assert contents(five) == nine


def test_photos_are_not_published_by_a_law_that_was_changed_meanwhile(
    five: PhotoIndex, looks: Path, store: VectorStore, amid: Callable
) -> None:
    before = contents(five)
    other = PhotoIndex(five.folder, store)
    amid(lambda: judge_anew(other, law(uncaptioned="allow")))
    with pytest.raises(DataError, match="law was changed"):
        ingest(five, items_of_looks(looks, 9), LAW)
    assert contents(five) == before


def test_a_model_put_to_use_while_photos_come_in_has_them_too(
    five: PhotoIndex,
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path: Path,
    amid: Callable,
) -> None:
    model = five.add_model(fitted("hybrid"))
    amid(lambda: take_over(PhotoIndex(five.folder, store), model))
    ingest(five, items_of_looks(looks, 9), LAW)
    whole = new_index(tmp_path / "whole", fitted("hybrid"), items_of_looks(looks, 9), store)
    assert contents(five) == contents(whole)


def test_photos_come_in_while_an_index_is_compacted(
    five: PhotoIndex, nine: str, looks: Path, store: VectorStore, amid: Callable
) -> None:
    amid(lambda: compact_index(PhotoIndex(five.folder, store)))
    ingest(five, items_of_looks(looks, 9), LAW)
    assert contents(five) == nine


def test_photos_come_in_batches_while_an_index_is_compacted(
    five: PhotoIndex,
    nine: str,
    looks: Path,
    store: VectorStore,
    amid: Callable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(staging, "BATCH", 2)
    amid(lambda: compact_index(PhotoIndex(five.folder, store)))
    ingest(five, items_of_looks(looks, 9), LAW)
    assert contents(five) == nine


def test_a_model_that_had_every_photo_gets_those_that_come_in(
    five: PhotoIndex, fitted: Callable[[str], Matcher], looks: Path
) -> None:
    take_over(five, five.add_model(fitted("hybrid")))
    changed = item_of(looks, "001.png", 1, texts=["A plain red wall ."])
    ingest(five, [*items_of_looks(looks, 1), changed, *items_of_looks(looks, 9)[5:]], LAW)
    with five.catalog.reading() as tables:
        assert models_to_ask(tables) == [2, 1]
    assert verify_index(five) == []


def test_a_model_out_of_use_that_cannot_be_loaded_keeps_no_photo_out(
    five: PhotoIndex, fitted: Callable[[str], Matcher], looks: Path
) -> None:
    take_over(five, five.add_model(fitted("hybrid")))
    (five.folder / "generations" / "1" / "matcher" / "more").write_text("")
    with pytest.warns(WithSenseWarning, match="Model 1, which is not in use, lacks the photos"):
        report = ingest(five, items_of_looks(looks, 9), LAW)
    assert (report.added, report.quarantined) == (4, ())
    with five.catalog.reading() as tables:
        assert models_to_ask(tables) == [2]


@pytest.mark.parametrize("error", [ZeroDivisionError("none there"), RuntimeError("no card"), KeyError("x")])
def test_a_model_out_of_use_that_raises_anything_keeps_no_photo_out(
    five: PhotoIndex,
    fitted: Callable[[str], Matcher],
    looks: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    take_over(five, five.add_model(fitted("hybrid")))
    rows_of = staging.rows_of

    def rows(generation: Generation, *more: object) -> object:
        if generation.number == 1:
            raise error
        return rows_of(generation, *more)

    monkeypatch.setattr(staging, "rows_of", rows)
    with pytest.warns(WithSenseWarning, match=f"Model 1, which is not in use.*{type(error).__name__}"):
        report = ingest(five, items_of_looks(looks, 9), LAW)
    assert (report.added, report.quarantined) == (4, ())
    with five.catalog.reading() as tables:
        assert models_to_ask(tables) == [2]


def test_to_look_ahead_loads_the_networks_and_leaves_the_tables_as_they_are(
    five: PhotoIndex, nine: str, looks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, items = contents(five), items_of_looks(looks, 9)
    look_ahead(five, items, LAW)
    with five.catalog.reading() as tables:
        assert (contents(five), not_live(tables)) == (before, [])
    monkeypatch.setattr(saved, "load_matcher", None)
    ingest(five, items, LAW)
    assert contents(five) == nine
