from __future__ import annotations

import numpy as np
import pytest
from stages import brush, drawn

from withsense_tf.demo.drawing.draw_animals import FRAMES, draw_animal
from withsense_tf.demo.sampling import KIND_ACTIONS
from withsense_tf.demo.scene import ANIMALS


def height(kind: str, action: str) -> float:
    """Return how high an animal is drawn, in metres."""
    tool = brush(scale=20)
    draw_animal(tool, kind, "brown", action, np.random.default_rng(1))
    return (99 - drawn(tool.layer)[1]) / 20


@pytest.mark.parametrize("kind", ANIMALS)
def test_every_animal_can_be_drawn_in_all_it_does(kind: str) -> None:
    assert all(0 < height(kind, action) < 4 for action in KIND_ACTIONS[kind])


def test_animals_have_the_order_of_their_sizes() -> None:
    assert set(FRAMES) < set(ANIMALS)
    assert height("cat", "stand") < height("dog", "stand") < height("cow", "stand") < height("horse", "stand")
    assert height("dog", "lie") < height("dog", "stand") < height("dog", "jump")
