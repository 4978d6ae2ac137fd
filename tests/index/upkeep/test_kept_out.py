"""Photos that were taken out for good, and copies of them, stay out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageOps
from small_index import LAW, item_of, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.index.item import Item
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.kept_out import keep_out, readmit
from withsense_tf.matchers.base import Matcher

INNOCENT, CHILD = "A plain red wall .", "A toddler by a wall ."


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
def index(
    kid: Item, copy: Item, wall: Item, fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path
) -> PhotoIndex:
    return new_index(tmp_path / "index", fitted("hybrid"), [kid, copy, wall], store)


def turned(item: Item, folder: Path, name: str) -> Item:
    """Return a mirrored, recompressed copy with an innocent caption."""
    path = folder / name
    ImageOps.mirror(Image.open(item.path).convert("RGB").resize((96, 96))).save(path, quality=80)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Item(name, path, digest, ((f"{name}#0", INNOCENT),))


def test_a_copy_of_a_photo_that_was_removed_stays_out_until_it_is_readmit(
    index: PhotoIndex, wall: Item, tmp_path: Path
) -> None:
    leaving, _ = keep_out(index, ["wall.png"])
    ingest(index, [], LAW, remove=leaving)
    longer = tmp_path / "longer.png"
    longer.write_bytes(wall.path.read_bytes() + b"\0")
    more = Item(
        "longer.png", longer, hashlib.sha256(longer.read_bytes()).hexdigest(), (("longer.png#0", INNOCENT),)
    )
    for _ in range(2):
        report = ingest(index, [more, turned(wall, tmp_path, "turned.jpg")], LAW)
        assert (report.added, report.kept_out) == (0, 2)
    assert readmit(index, ["wall.png"]) == 1
    assert ingest(index, [more], LAW).added == 1


def test_copies_leave_with_the_photo_that_is_removed_and_come_back_with_it(
    index: PhotoIndex, kid: Item, copy: Item
) -> None:
    leaving, _ = keep_out(index, ["far.png"])
    assert sorted(leaving) == ["copy.png", "far.png"]
    ingest(index, [], LAW, remove=leaving)
    assert ingest(index, [kid, copy], LAW).kept_out == 2
    assert readmit(index, ["copy.png"]) == 2
    assert ingest(index, [kid, copy], LAW).added == 2


def test_readmitting_names_what_was_never_kept_out_and_then_readmits_nothing(
    index: PhotoIndex, wall: Item
) -> None:
    leaving, _ = keep_out(index, ["wall.png"])
    ingest(index, [], LAW, remove=leaving)
    with pytest.raises(SettingError) as told:
        readmit(index, ["wall.png", "wal.png", "far.png", "wal.png"])
    assert "by the name of 'wal.png', 'far.png': expected" in str(told.value)
    assert "Did you mean 'wall.png'?" in str(told.value)
    assert ingest(index, [wall], LAW).kept_out == 1
    assert readmit(index, ["wall.png", "wall.png"]) == 1


def test_of_very_many_unknown_names_some_are_listed(index: PhotoIndex) -> None:
    with pytest.raises(SettingError, match=r"'9\.png' and 90 more: expected"):
        readmit(index, [f"{number}.png" for number in range(100)])
