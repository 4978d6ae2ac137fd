from __future__ import annotations

import numpy as np
import pytest
from scenes import grey_of, scene
from scipy.ndimage import gaussian_filter

from withsense_tf.data.pictures.patches import LONG
from withsense_tf.data.pictures.photo_pyramid import BLUR, EDGE, SMALLEST, levels_of, planes_of, pyramid_of


def levels(octave: int) -> np.ndarray:
    """Return the levels of a photo that is halved so often, without their edges."""
    grey = grey_of(scene(3), LONG)
    pyramid = pyramid_of(*grey.shape)
    return planes_of(levels_of(grey, pyramid), pyramid, octave)[:, EDGE:-EDGE, EDGE:-EDGE]


def test_the_photo_is_blurred_as_by_a_gaussian_that_mirrors_what_lies_beyond_the_edge() -> None:
    grey = grey_of(scene(3), LONG).astype(np.float32)
    for at, level in enumerate(levels(0)):
        blur = float(np.sqrt((SMALLEST * 2 ** (at / 2)) ** 2 - BLUR**2))
        apart = np.abs(level - gaussian_filter(grey, blur, mode="reflect", truncate=3.5))
        assert apart.max() < 1.5
        assert apart.mean() < 0.15


def test_half_a_photo_starts_with_every_other_pixel_of_a_level_that_is_twice_as_blurred() -> None:
    assert np.array_equal(levels(1)[0], levels(0)[2, ::2, ::2])


@pytest.mark.parametrize(("shape", "halves"), [((224, 224), 4), ((24, 224), 1), ((3, 3), 0)])
def test_a_photo_is_halved_until_a_side_would_be_too_short(shape: tuple[int, int], halves: int) -> None:
    assert len(pyramid_of(*shape).start) == halves
