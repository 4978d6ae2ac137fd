from __future__ import annotations

import numpy as np
import pytest
from stages import brush, drawn

from withsense_tf.demo.drawing.draw_animals import FRAMES, draw_animal
from withsense_tf.demo.sampling import KIND_ACTIONS
from withsense_tf.demo.scene import ANIMALS


def height(kind: str, action: str, seed: int = 0) -> float:
    return draw_animal(brush(), kind, "brown", action, np.random.default_rng(seed))


@pytest.mark.parametrize("kind", ANIMALS)
def test_every_animal_can_be_drawn_in_all_it_does(kind: str) -> None:
    for action in KIND_ACTIONS[kind]:
        tool = brush(scale=20)
        tall = draw_animal(tool, kind, "brown", action, np.random.default_rng(1))
        _, top, _, _ = drawn(tool.layer)
        assert 0 < tall < 4
        # What grazes has its head lower than it is high.
        assert (99 - top) / 20 < tall + 0.7


def test_animals_have_the_order_of_their_sizes() -> None:
    assert set(FRAMES) < set(ANIMALS)
    assert height("cat", "stand") < height("dog", "stand") < height("cow", "stand") < height("horse", "stand")
    assert height("dog", "lie") < height("dog", "stand") < height("dog", "jump")
