from __future__ import annotations

import numpy as np
import pytest
from stages import brush, drawn

from withsense_tf.demo.drawing.colours import PAINT
from withsense_tf.demo.drawing.draw_things import draw_thing
from withsense_tf.demo.sampling import KIND_ACTIONS
from withsense_tf.demo.scene import THINGS


def height(kind: str, action: str) -> float:
    """Return how high a thing is drawn, in metres; what reaches above the layer is as high as the layer."""
    tool = brush(scale=10)
    draw_thing(tool, kind, "red", action, np.random.default_rng(0))
    return (99 - max(drawn(tool.layer)[1], 0)) / 10


@pytest.mark.parametrize("kind", [*THINGS, "balloon", "umbrella", "skis"])
def test_every_thing_can_be_drawn(kind: str) -> None:
    for action in KIND_ACTIONS.get(kind, ("rest",)):
        assert 0 < height(kind, action) < 5


@pytest.mark.parametrize("colour", ["red", "blue"])
def test_a_thing_has_its_colour(colour: str) -> None:
    tool = brush(scale=20)
    draw_thing(tool, "tent", colour, "rest", np.random.default_rng(0))
    pixels = np.asarray(tool.layer, dtype=float)
    painted = pixels[pixels[:, :, 3] > 0][:, :3]
    assert painted.mean(axis=0).argmax() == np.argmax(PAINT[colour])


def test_a_bus_is_higher_than_a_car_and_a_car_than_a_ball() -> None:
    assert height("bus", "park") > height("car", "park") > height("ball", "rest")
