"""A whole index whose vectors are in Milvus, as a file and on a server, answers as one whose vectors are files."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from index_digest import contents
from pymilvus import MilvusClient
from small_index import LAW, item_of, items_of_looks, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError
from withsense_tf.index import photo_index
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.compact import compact_index
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.recall import measure_recall
from withsense_tf.index.upkeep.switch_model import take_over
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.index.vectors.engine_settings import Engine
from withsense_tf.matchers.base import Matcher
from withsense_tf.search.search import Search

TEXTS = ("a plain scarlet wall", "striped navy cloth", "golden paper", "emerald")
FILTERS = ([], ["camera=Nikon D90"], ["iso<=200", "camera!=Leica M6"])


@pytest.fixture(params=["a file", "a server"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return Engine("milvus", address="" if request.param == "a file" else request.getfixturevalue("server"))


def answers(index: PhotoIndex) -> list[tuple[str, float]]:
    search = Search(index, policy=LAW, country="AQ")
    return [
        (hit.photo, hit.score)
        for text in TEXTS
        for where in FILTERS
        for hit in search(text, 8, where=where, minimum=0)
    ]


def check_alike(found: list[tuple[str, float]], expected: list[tuple[str, float]]) -> None:
    """Check that two engines find the same photos; they add up in different orders, so scores differ a little."""
    assert [photo for photo, _ in found] == [photo for photo, _ in expected]
    assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-5)


@pytest.fixture
def both(
    engine: Engine, fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path
) -> tuple[PhotoIndex, PhotoIndex]:
    """Return an index by files, and one by Milvus, of the same photos and matcher."""
    items = items_of_looks(tmp_path / "photos", 20)
    by_files = new_index(tmp_path / "files", fitted("hybrid"), items, store)
    by_milvus = PhotoIndex.make(tmp_path / "milvus", store)
    model = by_milvus.add_model(fitted("hybrid"), engine)
    ingest(by_milvus, items, LAW, model)
    take_over(by_milvus, model)
    return by_files, by_milvus


@pytest.mark.slow
def test_milvus_answers_as_files_do_with_filters_changes_deletes_and_after_reopening(
    both: tuple[PhotoIndex, PhotoIndex], tmp_path: Path
) -> None:
    by_files, by_milvus = both
    check_alike(answers(by_milvus), answers(by_files))
    new = [
        item_of(tmp_path / "photos", "003.png", 33),
        item_of(tmp_path / "photos", "new.png", 34),
        item_of(tmp_path / "photos", "005.png", 5, facts={"camera": "Nikon D90", "iso": 50.0}),
    ]
    for index in both:
        report = ingest(index, new, LAW, remove=["000.png", "007.png"])
        assert (report.added, report.changed, report.removed) == (1, 2, 2)
    check_alike(answers(by_milvus), answers(by_files))
    assert contents(by_milvus) == contents(by_files)
    assert verify_index(by_milvus) == []
    by_milvus.close()
    again = PhotoIndex(by_milvus.folder)
    check_alike(answers(again), answers(by_files))
    assert {found for _, found, _ in measure_recall(again, TEXTS, 5, 10)} == {1.0}
    again.close()


@pytest.mark.parametrize("kind", ["product", "concat Keras"])
@pytest.mark.slow
def test_a_network_that_looks_at_every_photo_answers_when_photos_have_left_milvus(
    kind: str, engine: Engine, fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path
) -> None:
    items = items_of_looks(tmp_path / "photos", 12)
    by_files = new_index(tmp_path / "files", fitted(kind), items, store)
    by_milvus = PhotoIndex.make(tmp_path / "milvus", store)
    model = by_milvus.add_model(fitted(kind), engine)
    ingest(by_milvus, items, LAW, model)
    take_over(by_milvus, model)
    for index in (by_files, by_milvus):
        ingest(index, [item_of(tmp_path / "photos", "003.png", 33)], LAW, remove=["002.png"])
    check_alike(answers(by_milvus), answers(by_files))
    by_milvus.close()


@pytest.mark.slow
def test_a_model_in_milvus_takes_over_from_one_in_files(
    engine: Engine, fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path
) -> None:
    items = items_of_looks(tmp_path / "photos", 12)
    index = new_index(tmp_path / "index", fitted("hybrid"), items, store)
    before = answers(index)
    take_over(index, index.add_model(fitted("hybrid"), replace(engine, graph="HNSW")))
    check_alike(answers(index), before)
    index.close()


@pytest.mark.slow
def test_rows_of_photos_that_left_stay_for_readers_amid_something_and_go_later(
    both: tuple[PhotoIndex, PhotoIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, index = both
    with index.catalog.reading() as tables:
        engine = index.current(tables).vectors["photo"]
    ingest(index, [], LAW, remove=["000.png"])
    assert engine.get(np.array([0])).shape[0] == 1
    monkeypatch.setattr(photo_index, "GRACE_SECONDS", -1.0)
    ingest(index, [], LAW)
    with pytest.raises(DataError, match=r"has no rows \[0\]"):
        engine.get(np.array([0]))
    index.close()


def test_a_model_that_is_removed_leaves_no_collection_on_a_server(
    server: str,
    fitted: Callable[[str], Matcher],
    store: VectorStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def collections() -> int:
        with contextlib.closing(MilvusClient(uri=server)) as client:
            return len(client.list_collections())

    index = new_index(tmp_path / "index", fitted("closed form"), items_of_looks(tmp_path, 6), store)
    before = collections()
    take_over(index, index.add_model(fitted("closed form"), Engine("milvus", address=server)))
    compact_index(index)
    expected = answers(index)
    assert collections() == before + 2
    monkeypatch.setattr(photo_index, "GRACE_SECONDS", -1.0)
    ingest(index, [], LAW)
    assert collections() == before + 1
    check_alike(answers(index), expected)
    index.close()
