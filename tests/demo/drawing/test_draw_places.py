from __future__ import annotations

import numpy as np
import pytest
from stages import stage

from withsense_tf.demo.drawing.draw_places import HORIZONS, paint_place
from withsense_tf.demo.scene import PLACES


def test_every_place_has_a_horizon() -> None:
    assert set(HORIZONS) == set(PLACES)


@pytest.mark.parametrize("place", PLACES)
def test_a_place_fills_the_whole_stage_and_leaves_room_for_feet(place: str) -> None:
    scene = stage()
    paint_place(scene, place)
    assert (scene.pixels.sum(axis=2) > 0).mean() > 0.99
    assert np.isfinite(scene.pixels).all()
    assert scene.horizon < scene.ground < scene.height - 20
    assert scene.sky == (place != "room")
