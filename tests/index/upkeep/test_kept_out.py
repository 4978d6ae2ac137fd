"""Photos that were taken out for good, and copies of them, stay out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageOps
from scenes import collage_of, scene
from small_index import INNOCENT, LAW, new_index, turned

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.index.integrity.census import put_census
from withsense_tf.index.item import Item
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.left_out_tables import delete_kept_out, insert_kept_out, kept_out_photos
from withsense_tf.index.tables.photos_table import live_ids
from withsense_tf.index.upkeep.ingest import ingest, remove_for_good
from withsense_tf.index.upkeep.kept_out import keep_out, readmit, who_leaves
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.matchers.base import Matcher


@pytest.fixture
def items(kid: Item, copy: Item, wall: Item) -> list[Item]:
    return [kid, copy, wall]


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
    with index.catalog.reading() as tables:
        would_leave = who_leaves(tables, "far.png")
        assert kept_out_photos(tables) == []
    leaving, _ = keep_out(index, ["far.png"])
    assert would_leave == leaving
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


def saved(picture: Image.Image, folder: Path, name: str) -> Item:
    path = folder / name
    picture.save(path, quality=90)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Item(name, path, digest, ((f"{name}#0", INNOCENT),))


@pytest.fixture
def scenes(
    fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path
) -> tuple[PhotoIndex, dict[str, Item]]:
    """Return an index of three photos, a mirrored copy of one, a collage with that, one with it, and one without."""
    one, two, three = (scene(seed) for seed in range(3))
    copy, page, inset = ImageOps.mirror(one), collage_of([two, one]), two.resize((640, 480))
    inset.paste(one.resize((210, 158)), (10, 10))
    pictures = {
        "one.jpg": one, "two.jpg": two, "three.jpg": three, "copy.jpg": copy, "page.jpg": page,
        "crop.jpg": one.crop((20, 10, 310, 230)), "book.jpg": collage_of([page, collage_of([scene(5), scene(6)])]),
        "other.jpg": collage_of([two, three]), "inset.jpg": inset,
    }  # fmt: skip
    items = {name: saved(picture, tmp_path, name) for name, picture in pictures.items()}
    return new_index(tmp_path / "scenes", fitted("hybrid"), list(items.values()), store), items


def live(index: PhotoIndex) -> set[str]:
    assert verify_index(index) == []
    with index.catalog.reading() as tables:
        return set(live_ids(tables))


@pytest.mark.closed
def test_what_shows_a_photo_leaves_with_it_and_what_else_it_shows_stays(
    scenes: tuple[PhotoIndex, dict[str, Item]],
) -> None:
    index, items = scenes
    report, leaving, unknown = remove_for_good(index, ["one.jpg"], LAW)
    assert leaving == {
        "one.jpg": "",
        "copy.jpg": "",
        "crop.jpg": "",
        "page.jpg": "one.jpg",
        "book.jpg": "one.jpg",
        "inset.jpg": "one.jpg",
    }
    # The one beside it shows what the inset shows, too, and not the photo that was taken out.
    assert (report.removed, unknown) == (6, [])
    assert live(index) == {"two.jpg", "three.jpg", "other.jpg"}
    # Neither an update of the folder brings them back, nor does it take out what was also in a collage.
    report = ingest(index, list(items.values()), LAW, others="remove")
    assert (report.added, report.removed, report.kept_out) == (0, 0, 6)
    told_anew = [
        replace(items[name], captions=((f"{name}#0", "A wall, told anew ."),)) for name in live(index)
    ]
    assert ingest(index, told_anew, LAW).changed == 3
    assert live(index) == {"two.jpg", "three.jpg", "other.jpg"}


@pytest.mark.closed
def test_what_left_with_a_photo_comes_back_with_it_but_what_was_taken_out_by_name_does_not(
    scenes: tuple[PhotoIndex, dict[str, Item]],
) -> None:
    index, items = scenes
    remove_for_good(index, ["one.jpg", "book.jpg"], LAW)
    assert readmit(index, ["one.jpg"]) == 5
    ingest(index, list(items.values()), LAW)
    assert live(index) == items.keys() - {"book.jpg"}
    # What shows another one that is kept out stays out.
    remove_for_good(index, ["two.jpg"], LAW)
    remove_for_good(index, ["one.jpg"], LAW)
    readmit(index, ["one.jpg"])
    ingest(index, list(items.values()), LAW)
    assert live(index) == {"one.jpg", "copy.jpg", "crop.jpg", "three.jpg"}


@pytest.mark.closed
def test_what_left_along_and_is_then_asked_for_itself_stays_out_when_the_other_comes_back(
    scenes: tuple[PhotoIndex, dict[str, Item]],
) -> None:
    index, items = scenes
    remove_for_good(index, ["one.jpg"], LAW)
    remove_for_good(index, ["page.jpg"], LAW)
    readmit(index, ["one.jpg"])
    ingest(index, list(items.values()), LAW)
    assert "page.jpg" not in live(index)


@pytest.mark.closed
def test_of_a_photo_that_is_out_already_what_shows_it_leaves_when_it_is_asked_for_again(
    scenes: tuple[PhotoIndex, dict[str, Item]],
) -> None:
    index, items = scenes
    remove_for_good(index, ["three.jpg"], LAW)
    with index.catalog.writing() as tables:  # as what a version before left in an index
        delete_kept_out(tables, ["other.jpg"])
        put_census(tables)
        looks = {name: look for name, _, look in kept_out_photos(tables)}
        delete_kept_out(tables, ["three.jpg"])
    ingest(index, [items["other.jpg"]], LAW)
    with index.catalog.writing() as tables:
        insert_kept_out(tables, "three.jpg", items["three.jpg"].digest, looks["three.jpg"], "2026-01-01")
        put_census(tables)
    assert remove_for_good(index, ["three.jpg"], LAW)[1:] == ({"other.jpg": "three.jpg"}, ["three.jpg"])
    assert "other.jpg" not in live(index)
    readmit(index, ["three.jpg"])
    with index.catalog.reading() as tables:
        assert "other.jpg" not in {name for name, *_ in kept_out_photos(tables)}


def test_what_left_with_one_photo_stays_out_when_another_of_the_same_second_is_readmitted(
    scenes: tuple[PhotoIndex, dict[str, Item]],
) -> None:
    index, _ = scenes
    remove_for_good(index, ["one.jpg", "three.jpg"], LAW)
    # "other.jpg" shows the third.
    assert readmit(index, ["three.jpg"]) == 2
    with index.catalog.reading() as tables:
        names = {name for name, *_ in kept_out_photos(tables)}
    assert names >= {"one.jpg", "copy.jpg", "crop.jpg", "page.jpg", "book.jpg"}
    assert names.isdisjoint({"three.jpg", "other.jpg"})
