"""A restricted photo restricts its copies and the collages that show it, and these restrict none of what they show."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import pytest
from PIL import Image
from scenes import collage_of, scene
from small_index import LAW, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.item import Item
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.photos_table import live_ids, live_without_patches
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.judge_anew import judge_anew
from withsense_tf.index.upkeep.kept_out import keep_out
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.matchers.base import Matcher
from withsense_tf.search.search import Search


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
@pytest.mark.slow
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


def test_a_photo_with_a_look_of_a_version_before_gets_one_with_patches_when_it_comes_again(
    scenes: tuple[PhotoIndex, dict[str, Item]],
) -> None:
    index, items = scenes
    with index.catalog.writing() as tables:
        tables.execute("UPDATE photos SET look = substr(look, 1, instr(look, '.') - 1)")
        assert live_without_patches(tables) == {"wall.png"}
    assert ingest(index, [items["wall"]], LAW).changed == 1
    with index.catalog.reading() as tables:
        assert live_without_patches(tables) == set()
    assert ingest(index, [items["wall"]], LAW).same == 1


@pytest.mark.closed
def test_a_photo_without_captions_restricts_a_collage_only_as_the_copy_of_a_child(
    scenes: tuple[PhotoIndex, dict[str, Item]],
) -> None:
    index, items = scenes
    bare = dataclasses.replace(items["crop"], captions=())
    ingest(index, [bare, items["collage"]], LAW)
    assert restrictions(index) == {"crop.png": "no captions"}
    ingest(index, [items["kid"]], LAW)
    assert restrictions(index).keys() == {"kid.png", "crop.png", "collage.png"}
    assert restrictions(index)["crop.png"] == "duplicate of kid.png"
