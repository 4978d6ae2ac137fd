from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from scenes import grey_of, scene

from withsense_tf.data.pictures.patches import LONG, MOST, RECORD, patches_of


def records_of(picture: Image.Image) -> np.ndarray:
    return np.frombuffer(patches_of(grey_of(picture, LONG))[2:], RECORD)


def test_a_photo_has_its_height_and_width_and_no_more_patches_than_are_kept() -> None:
    content = patches_of(grey_of(scene(0), LONG))
    assert tuple(content[:2]) == (168, 224)
    assert 40 < (len(content) - 2) / RECORD.itemsize <= sum(MOST)


@pytest.mark.parametrize("way", list(Image.Transpose))
def test_patches_of_a_turned_photo_have_nearly_the_same_signs(way: Image.Transpose) -> None:
    signs, of_turned = (records_of(picture)["signs"] for picture in (scene(1), scene(1).transpose(way)))
    differ = np.bitwise_count(signs[:, None] ^ of_turned).min(axis=1)
    assert np.mean(differ <= 6) > 0.6


def test_two_photos_have_no_patch_in_common() -> None:
    assert not set(records_of(scene(1))["signs"].tolist()) & set(records_of(scene(2))["signs"].tolist())


@pytest.mark.parametrize("size", [(LONG, 1), (LONG, 24), (3, 3), (24, LONG)])
def test_a_plain_photo_of_any_shape_has_no_patches(size: tuple[int, int]) -> None:
    assert patches_of(np.full(size, 90, np.uint8)) == bytes(size)
