from __future__ import annotations

import numpy as np
import pytest
from stages import stage

from withsense_tf.demo.drawing.canvas import Brush
from withsense_tf.demo.drawing.stage import SKY


@pytest.mark.parametrize("light", SKY)
def test_a_sky_fills_the_rows_above_the_horizon_and_none_far_below(light: str) -> None:
    scene = stage(light)
    scene.paint_sky()
    assert (scene.pixels[:40].mean(axis=(1, 2)) > 10).all()
    assert not scene.pixels[70:].any()


def test_the_night_is_darker_than_the_day() -> None:
    skies = {}
    for light in ("sunny", "night"):
        scene = stage(light)
        scene.paint_sky()
        skies[light] = scene.pixels[:40].mean()
    assert skies["night"] < 0.6 * skies["sunny"]


def test_the_ground_lies_below_its_row_and_water_between_two() -> None:
    scene = stage()
    scene.paint_ground(60, (100, 150, 50), (110, 140, 60), "grain")
    assert not scene.pixels[:60].any()
    assert scene.pixels[60:].mean(axis=(0, 1)) == pytest.approx([105, 145, 55], abs=12)
    scene.paint_water(41, 60, (30, 110, 150))
    assert scene.water == (41, 60)
    assert scene.pixels[41:60].any(axis=2).all()


def test_a_layer_is_laid_over_the_pixels_where_it_was_drawn_on() -> None:
    scene = stage()
    layer = scene.layer()
    scene.paste(layer)
    assert not scene.pixels.any()
    Brush(layer, 20, 80, 1.0).polygon([(0, 0), (0, 10), (10, 10), (10, 0)], (200, 0, 0))
    scene.paste(layer, texture=0.0)
    assert scene.pixels[71:79, 21:29].reshape(-1, 3).mean(axis=0) == pytest.approx([200, 0, 0], abs=1)
    assert not scene.pixels[:, 40:].any()
    scene.paste(layer, texture=0.0, haze=1.0)
    assert scene.pixels[75, 25].tolist() == pytest.approx([200, 206, 212], abs=1)


def test_rows_are_shares_of_the_way_from_the_horizon_to_the_lower_edge() -> None:
    scene = stage()
    assert (scene.row(0), scene.row(0.5), scene.row(1)) == (40, 70, 100)
    assert np.isclose(scene.unit, 100)
    assert stage("fog").far_haze() > scene.far_haze()
