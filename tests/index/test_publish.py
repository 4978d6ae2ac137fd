"""What another writer does while one is at work: what is published in the end is whole, and the later one's."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from index_digest import contents, photo_contents
from PIL import Image
from scenes import collage_of, scene
from small_index import LAW, item_of, items_of_looks, law, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.item import Item
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.photos_table import live_ids
from withsense_tf.index.upkeep import judge_anew as judge_module
from withsense_tf.index.upkeep.compact import compact_index
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.judge_anew import judge_anew
from withsense_tf.index.upkeep.kept_out import keep_out
from withsense_tf.index.upkeep.recall import measure_recall
from withsense_tf.index.upkeep.verify import verify_index
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


@pytest.fixture(scope="module")
def matcher(fitted: Callable[[str], Matcher]) -> Matcher:
    return fitted("hybrid")


@pytest.fixture
def index(matcher: Matcher, looks: Path, store: VectorStore, tmp_path: Path) -> PhotoIndex:
    return new_index(tmp_path / "index", matcher, items_of_looks(looks, 6), store)


def known(index: PhotoIndex, name: str) -> dict:
    return next(photo for photo in photo_contents(index) if photo["name"] == name)


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
    search = Search(five, policy=LAW, country="AA")
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


def photo_of(picture: Image.Image, folder: Path, name: str, *captions: str) -> Item:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    picture.save(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Item(name, path, digest, tuple((f"{name}#{n}", text) for n, text in enumerate(captions)))


def restrictions(index: PhotoIndex) -> dict[str, str]:
    """Return the restricted photos, each with the reason; the index must be whole."""
    assert verify_index(index) == []
    with index.catalog.reading() as tables:
        door = IndexDoor(LAW, tables, "BB")
        decisions = {name: door.decision(name) for name in live_ids(tables)}
    return {name: one.source for name, one in decisions.items() if one.restricted}


@pytest.fixture
def scenes(matcher: Matcher, store: VectorStore, tmp_path: Path) -> tuple[PhotoIndex, dict[str, Item]]:
    """Return an index of a wall, and photos that are to come: of a child, a crop, and collages."""
    kid, wall = scene(0), scene(1)
    page = collage_of([scene(5), scene(6)])
    collage = collage_of([wall, kid.crop((20, 10, 310, 230)).resize(kid.size)])
    items = {
        "kid": photo_of(kid, tmp_path / "in", "kid.png", "A toddler by a wall ."),
        "crop": photo_of(kid.crop((50, 10, 320, 230)), tmp_path / "in", "crop.png", "A wall ."),
        "wall": photo_of(wall, tmp_path / "in", "wall.png", "A plain red wall ."),
        "collage": photo_of(collage, tmp_path / "in", "collage.png", "Walls ."),
        "page": photo_of(collage_of([collage, page]), tmp_path / "in", "page.png", "Walls ."),
    }  # fmt: skip
    return new_index(tmp_path / "scenes", matcher, [items["wall"]], store), items


@pytest.mark.closed
@pytest.mark.parametrize(
    "order", [("kid", "crop", "collage"), ("collage", "kid", "crop"), ("crop", "collage", "kid")]
)
def test_a_collage_is_restricted_by_what_it_shows_and_restricts_none_of_it_whatever_comes_first(
    order: tuple[str, ...], scenes: tuple[PhotoIndex, dict[str, Item]]
) -> None:
    index, items = scenes
    for name in order:
        ingest(index, [items[name]], LAW)
    expected = {"kid.png": "captions", "crop.png": "duplicate of kid.png"}
    assert restrictions(index) in (
        {**expected, "collage.png": "shows kid.png"},
        {**expected, "collage.png": "shows crop.png"},
    )
    judge_anew(index, LAW, anyway=True)
    assert restrictions(index).keys() == {"kid.png", "crop.png", "collage.png"}


@pytest.mark.closed
def test_a_collage_of_collages_stays_restricted_when_the_photo_of_the_child_leaves(
    scenes: tuple[PhotoIndex, dict[str, Item]],
) -> None:
    index, items = scenes
    ingest(index, [items["page"], items["collage"]], LAW)
    assert restrictions(index) == {}
    ingest(index, [items["kid"]], LAW)
    assert restrictions(index).keys() >= {"kid.png", "collage.png", "page.png"}
    ingest(index, [], LAW, remove=["kid.png"])
    assert restrictions(index)["collage.png"] == "shows a photo that is not here any more"
    assert restrictions(index).keys() == {"collage.png", "page.png"}
    ingest(index, [items["crop"]], LAW)
    assert "crop.png" in restrictions(index)


@pytest.mark.closed
def test_a_collage_with_a_photo_that_was_taken_out_for_good_stays_out(
    scenes: tuple[PhotoIndex, dict[str, Item]],
) -> None:
    index, items = scenes
    leaving, _ = keep_out(index, ["wall.png"])
    ingest(index, [], LAW, remove=leaving)
    assert ingest(index, [items["collage"], items["kid"]], LAW).kept_out == 1
    assert Search(index, policy=LAW, country="BB")(photo=str(items["collage"].path)).notice is not None
