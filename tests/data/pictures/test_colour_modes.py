from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageCms

from withsense_tf.data.pictures.colour_modes import PLAIN_MODES, plain_mode, to_srgb


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I", "F", "I;16"])
def test_every_mode_becomes_one_that_can_be_resized_and_then_rgb(mode: str) -> None:
    plain = plain_mode(Image.new(mode, (4, 3)))
    assert plain.mode in PLAIN_MODES
    assert to_srgb(plain, None).mode == "RGB"


def test_deep_grey_is_scaled_and_not_clipped() -> None:
    deep = Image.fromarray(np.array([[0, 32_768, 65_535]], np.uint16))
    assert np.asarray(plain_mode(deep)).tolist() == [[0, 128, 255]]
    bright = Image.fromarray(np.array([[0.0, 0.5, np.nan]], np.float32))
    assert np.asarray(plain_mode(bright)).tolist() == [[0, 128, 0]]


def test_what_is_transparent_is_white() -> None:
    clear = Image.new("RGBA", (1, 1), (200, 0, 0, 0))
    assert to_srgb(clear, None).getpixel((0, 0)) == (255, 255, 255)


def test_a_broken_profile_and_that_of_srgb_change_nothing() -> None:
    image = Image.new("RGB", (1, 1), (10, 200, 30))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (b"no profile", srgb, b""):
        assert to_srgb(image, profile).getpixel((0, 0)) == (10, 200, 30)
