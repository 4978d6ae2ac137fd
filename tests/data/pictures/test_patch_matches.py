from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps
from scenes import collage_of, grey_of, scene

from withsense_tf.data.pictures import patch_matches as module
from withsense_tf.data.pictures.patch_matches import parse_patches, shared_patches
from withsense_tf.data.pictures.patches import LONG, patches_of


def relations(*pictures: Image.Image, new: list[int] | None = None) -> tuple[list, list]:
    """Return the pairs of copies, and the parts with the pictures that they are part of."""
    patches = parse_patches([patches_of(grey_of(picture, LONG)) for picture in pictures])
    is_new = np.isin(np.arange(len(pictures)), range(len(pictures)) if new is None else new)
    copies, parts = shared_patches(patches, is_new)
    return [sorted(pair) for pair in copies.T.tolist()], parts.T.tolist()


@pytest.mark.closed
@pytest.mark.parametrize("box", [(64, 0, 320, 240), (0, 0, 256, 192), (40, 30, 296, 222)])
@pytest.mark.parametrize("mirror", [False, True])
def test_a_crop_by_a_fifth_is_a_copy(box: tuple[int, int, int, int], mirror: bool) -> None:
    crop = scene(0).crop(box)
    assert relations(scene(0), ImageOps.mirror(crop) if mirror else crop, scene(1)) == ([[0, 1]], [])


@pytest.mark.closed
@pytest.mark.parametrize("place", [0, 1])
def test_a_photo_is_part_of_a_collage_and_no_copy_of_it(place: int) -> None:
    pictures = [scene(0), scene(1)]
    pictures.insert(place, scene(2).transpose(Image.Transpose.ROTATE_180))
    assert relations(scene(2), collage_of(pictures), scene(3)) == ([], [[0, 1]])
    assert relations(collage_of(pictures), scene(2), scene(3)) == ([], [[1, 0]])


def test_two_collages_with_a_photo_in_common_are_no_copies() -> None:
    assert relations(collage_of([scene(0), scene(1)]), collage_of([scene(0), scene(2)])) == ([], [])


def test_two_photos_in_one_border_have_nothing_in_common() -> None:
    border = [ImageOps.expand(scene(seed), 25, "white") for seed in (0, 1)]
    assert relations(*border) == ([], [])


def test_two_photos_with_one_stamp_have_nothing_in_common() -> None:
    pictures = [scene(0), scene(1)]
    for picture in pictures:
        ImageDraw.Draw(picture).text((200, 215), "19/07/2011 17:42", fill="orange")
    assert relations(*pictures) == ([], [])


def test_a_thing_that_stands_in_two_photos_makes_them_no_copies() -> None:
    thing = scene(7, (90, 70))
    pictures = [scene(0), scene(1)]
    for picture in pictures:
        picture.paste(thing, (100, 80))
    assert relations(*pictures)[0] == []


def test_pairs_of_which_none_is_new_are_not_looked_for() -> None:
    copies = [scene(0), scene(0).crop((10, 10, 300, 230)), scene(1), scene(1).crop((0, 0, 300, 230))]
    assert relations(*copies)[0] == [[0, 1], [2, 3]]
    assert relations(*copies, new=[3])[0] == [[2, 3]]
    assert relations(*copies, new=[])[0] == []


def test_few_at_a_time_are_compared_as_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = [scene(0), scene(0).crop((10, 10, 300, 230)), scene(1), collage_of([scene(1), scene(2)])]
    before = relations(*pictures)
    assert before == ([[0, 1]], [[2, 3]])
    monkeypatch.setattr(module, "BLOCK", 3)
    assert relations(*pictures) == before


def test_photos_without_patches_are_like_no_other() -> None:
    patches = parse_patches([b"", bytes([24, 224]), b""])
    assert patches.shape.tolist() == [[0, 0], [24, 224], [0, 0]]
    assert [part.shape for part in shared_patches(patches, np.ones(3, bool))] == [(2, 0), (2, 0)]
    assert [part.shape for part in shared_patches(parse_patches([]), np.ones(0, bool))] == [(2, 0), (2, 0)]
