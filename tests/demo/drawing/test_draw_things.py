from __future__ import annotations

import numpy as np
import pytest
from stages import brush, drawn

from withsense_tf.demo.drawing.colours import PAINT
from withsense_tf.demo.drawing.draw_things import draw_thing
from withsense_tf.demo.sampling import KIND_ACTIONS
from withsense_tf.demo.scene import THINGS


@pytest.mark.parametrize("kind", [*THINGS, "balloon", "umbrella", "skis"])
def test_every_thing_can_be_drawn_and_says_how_high_it_is(kind: str) -> None:
    for action in KIND_ACTIONS.get(kind, ("rest",)):
        tool = brush(scale=10)
        tall = draw_thing(tool, kind, "red", action, np.random.default_rng(0))
        _, top, _, _ = drawn(tool.layer)
        assert (99 - max(top, 0)) / 10 == pytest.approx(min(tall, 9.9), abs=0.8)


@pytest.mark.parametrize("colour", ["red", "blue"])
def test_a_thing_has_its_colour(colour: str) -> None:
    tool = brush(scale=20)
    draw_thing(tool, "tent", colour, "rest", np.random.default_rng(0))
    pixels = np.asarray(tool.layer, dtype=float)
    painted = pixels[pixels[:, :, 3] > 0][:, :3]
    assert painted.mean(axis=0).argmax() == np.argmax(PAINT[colour])


def test_a_bus_is_higher_than_a_car_and_a_car_than_a_ball() -> None:
    heights = [
        draw_thing(brush(), kind, "red", action, np.random.default_rng(0))
        for kind, action in (("bus", "park"), ("car", "park"), ("ball", "rest"))
    ]
    assert heights == sorted(heights, reverse=True)
