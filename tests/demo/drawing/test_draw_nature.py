from __future__ import annotations

import pytest
from stages import stage

from withsense_tf.demo.drawing import draw_nature


def channels(place: str, rows: slice) -> list[float]:
    """Return the mean red, green and blue of rows of a place."""
    scene = stage(seed=1)
    getattr(draw_nature, place)(scene)
    return [float(mean) for mean in scene.pixels[rows].mean(axis=(0, 1))]


@pytest.mark.parametrize(
    ("place", "strongest", "weakest"), [("beach", 0, 2), ("desert", 0, 2), ("park", 1, 2), ("lake", 1, 2)]
)
def test_the_ground_has_the_colour_of_the_place(place: str, strongest: int, weakest: int) -> None:
    ground = channels(place, slice(88, 100))
    assert max(ground) == ground[strongest]
    assert min(ground) == ground[weakest]


def test_snow_is_white_and_a_forest_dark() -> None:
    assert min(channels("snow", slice(70, 100))) > 190
    assert max(channels("forest", slice(70, 100))) < 150


@pytest.mark.parametrize("place", ["beach", "lake"])
def test_boats_may_float_where_water_is_and_feet_stand_below_it(place: str) -> None:
    scene = stage()
    getattr(draw_nature, place)(scene)
    assert scene.water is not None
    assert scene.horizon <= scene.water[0] < scene.water[1] <= scene.ground + 1
    dry = stage()
    draw_nature.park(dry)
    assert dry.water is None
