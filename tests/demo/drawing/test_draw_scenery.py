from __future__ import annotations

import numpy as np
import pytest
from stages import brush, drawn, stage

from withsense_tf.demo.drawing.draw_scenery import (
    broadleaf,
    cactus,
    fir,
    house,
    paint_hills,
    palm,
    ridge,
    stall,
    street_lamp,
)


def test_a_ridge_lies_between_its_foot_and_its_height() -> None:
    hills = ridge(stage(), 60, 30, 20, jag=0.3)
    assert hills.crest.shape == (140,)
    assert hills.crest.min() == pytest.approx(30)
    assert hills.crest.max() <= 60 - 30 * 0.35 + 1e-6
    assert hills.jagged
    assert not ridge(stage(), 60, 30, 20).jagged


def test_hills_are_painted_below_their_crest_and_snow_lies_on_top() -> None:
    scene = stage()
    hills = ridge(scene, 60, 30, 20)
    paint_hills(scene, hills, (100, 100, 90), 0.0, snow=0.5)
    painted = scene.pixels.any(axis=2)
    assert not painted[:29].any()
    assert not painted[63:].any()
    top = int(hills.crest.argmin())
    assert scene.pixels[32, top].mean() > 1.5 * scene.pixels[58, top].mean()


def test_far_hills_have_the_colour_of_the_haze() -> None:
    scene = stage()
    paint_hills(scene, ridge(scene, 60, 30, 20), (10, 90, 10), 1.0)
    assert scene.pixels[59].mean(axis=0) == pytest.approx([198, 206, 216], abs=1)


@pytest.mark.parametrize(
    ("plant", "height"),
    [
        (lambda tool: broadleaf(tool, np.random.default_rng(0)), 4.5),
        (fir, 4.55),
        (lambda tool: palm(tool, np.random.default_rng(0)), 5.6),
        (lambda tool: cactus(tool, np.random.default_rng(0)), 2.5),
    ],
)
def test_plants_are_as_high_as_they_grow_and_stand_on_the_ground(plant: object, height: float) -> None:
    tool = brush(scale=15)
    plant(tool)  # type: ignore[operator]  # a function of a brush
    _, top, _, bottom = drawn(tool.layer)
    assert (99 - top) / 15 == pytest.approx(height, abs=0.6)
    assert bottom == pytest.approx(99, abs=4)


def test_houses_have_the_size_that_is_told_and_roofs_above_it() -> None:
    heights = {}
    for roof in ("flat", "gable", "tower"):
        scene = stage()
        layer = scene.layer()
        house(scene, layer, 20, 95, 40, 50, roof)
        left, top, right, bottom = drawn(layer)
        assert (left, right, bottom) == pytest.approx((18, 62, 95), abs=1)
        heights[roof] = bottom - top
    assert 50 < heights["flat"] < heights["gable"] < heights["tower"]


def test_lamps_and_stalls_stand_where_they_are_put() -> None:
    for draw in (street_lamp, stall):
        scene = stage()
        layer = scene.layer()
        draw(scene, layer, 70, 90, 12)
        left, _, right, bottom = drawn(layer)
        assert left < 70 < right
        assert bottom == pytest.approx(90, abs=2)
