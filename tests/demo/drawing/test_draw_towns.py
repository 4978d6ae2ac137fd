from __future__ import annotations

import numpy as np
import pytest
from stages import stage

from withsense_tf.demo.drawing.draw_towns import harbour, square, stadium, street


@pytest.mark.parametrize("place", [street, square, harbour, stadium])
def test_lamps_and_windows_glow_at_night_alone(place: object) -> None:
    for light, glows in (("night", True), ("cloudy", False)):
        scene = stage(light, seed=3)
        place(scene)  # type: ignore[operator]  # the painters have one signature
        assert bool(np.asarray(scene.glow)[:, :, 3].any()) == glows


def test_a_harbour_has_water_and_a_stadium_grass() -> None:
    scene = stage()
    harbour(scene)
    assert scene.water is not None
    field = stage()
    stadium(field)
    red, green, blue = field.pixels[70:].mean(axis=(0, 1))
    assert green > red > blue
