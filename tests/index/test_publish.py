"""What another writer does while one is at work: what is published in the end is whole, and the later one's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from index_digest import contents, photo_contents
from small_index import LAW, item_of, items_of_looks, known, law, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep import judge_anew as judge_module
from withsense_tf.index.upkeep.compact import compact_index
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.judge_anew import judge_anew
from withsense_tf.index.upkeep.recall import measure_recall
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.overrides import Override
from withsense_tf.search.hits import Hits
from withsense_tf.search.ranking_walk import RankingWalk
from withsense_tf.search.search import Search


@pytest.fixture
def five(fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path) -> PhotoIndex:
    return new_index(tmp_path / "five", fitted("closed form"), items_of_looks(looks, 5), store)


@pytest.fixture
def nine(fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path) -> str:
    """Return what an index of nine photos holds."""
    return contents(new_index(tmp_path / "nine", fitted("closed form"), items_of_looks(looks, 9), store))


def test_photos_that_come_in_while_others_are_judged_anew_are_judged_too(
    five: PhotoIndex, looks: Path, store: VectorStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    stricter = law(overrides={"007.png": Override("007.png", "restrict", "Ann", "a child")})
    other, judge, waiting = PhotoIndex(five.folder, store), judge_module.judge_items, [True]

    def judged(*arguments: object) -> object:
        found = judge(*arguments)
        if waiting:
            waiting.pop()
            ingest(other, items_of_looks(looks, 9), LAW)
        return found

    monkeypatch.setattr(judge_module, "judge_items", judged)
    assert judge_anew(five, stricter)
    with five.catalog.reading() as tables:
        door = IndexDoor(stricter, tables, "BB")
        assert door.decision("007.png").restricted
        assert not door.decision("008.png").restricted


def test_two_that_judge_anew_by_the_same_law_do_not_disturb_each_other(
    five: PhotoIndex, store: VectorStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed, waiting = law(min_votes=2), [True]
    other, judge = PhotoIndex(five.folder, store), judge_module.judge_items

    def judged(*arguments: object) -> object:
        if waiting:
            waiting.pop()
            assert judge_anew(other, changed)
        return judge(*arguments)

    monkeypatch.setattr(judge_module, "judge_items", judged)
    assert not judge_anew(five, changed)


def test_a_search_whose_model_is_dropped_amid_it_is_answered_by_the_next_one(
    five: PhotoIndex, looks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(five, [item_of(looks, "001.png", 30)], LAW)
    search = Search(five, policy=LAW, country="AQ")
    before = search("a plain scarlet wall", minimum=0.0).places
    hits, waiting = RankingWalk.hits, [True]

    def dropped(self: RankingWalk) -> Hits:
        if waiting:
            waiting.pop()
            # In a thread of its own, since this one is amid its reading.
            other = threading.Thread(target=compact_index, args=(five,))
            other.start()
            other.join()
        return hits(self)

    monkeypatch.setattr(RankingWalk, "hits", dropped)
    assert search("a plain scarlet wall", minimum=0.0).places == before
    assert not waiting


def test_writing_amid_a_reading_of_the_same_thread_is_an_error(five: PhotoIndex, looks: Path) -> None:
    with five.catalog.reading(), pytest.raises(SettingError, match="amid a reading"):
        ingest(five, items_of_looks(looks, 6), LAW)
    assert ingest(five, items_of_looks(looks, 6), LAW).added == 1
    with five.catalog.writing(), five.catalog.reading(), five.catalog.writing() as tables:
        tables.execute("DELETE FROM quarantine")


def test_whoever_stops_amid_the_contents_of_an_index_can_write_to_it(
    five: PhotoIndex, looks: Path, nine: str
) -> None:
    photos = iter(photo_contents(five))
    next(photos)
    ingest(five, items_of_looks(looks, 9), LAW)
    del photos
    assert contents(five) == nine


def test_whoever_stops_amid_a_measurement_of_recall_can_write_to_the_index(
    five: PhotoIndex, looks: Path, nine: str
) -> None:
    measured = iter(measure_recall(five, ["golden paper"], 3, 5))
    next(measured)
    ingest(five, items_of_looks(looks, 9), LAW)
    del measured
    assert contents(five) == nine


def test_two_names_may_have_the_same_content(index: PhotoIndex, looks: Path) -> None:
    ingest(index, [item_of(looks, "twin.png", 3)], LAW)
    twin, photo = known(index, "twin.png"), known(index, "003.png")
    assert twin["digest"] == photo["digest"]
    assert twin["vectors"]["photo"] == photo["vectors"]["photo"]
    ingest(index, [], LAW, remove=["twin.png"])
    assert known(index, "003.png") == photo


def test_near_duplicates_are_one_group_and_part_when_one_leaves(index: PhotoIndex, looks: Path) -> None:
    alone = known(index, "003.png")
    ingest(index, [item_of(looks, "brighter.png", 3, light=2)], LAW)
    assert known(index, "003.png")["group"] == known(index, "brighter.png")["group"] == "003.png"
    ingest(index, [], LAW, remove=["brighter.png"])
    assert known(index, "003.png") == alone
