from __future__ import annotations

import numpy as np
import pytest
from stages import brush, drawn

from withsense_tf.demo.drawing.draw_people import BUILDS, POSES, SEAT, draw_person
from withsense_tf.demo.sampling import KIND_ACTIONS
from withsense_tf.demo.scene import PEOPLE


def height(kind: str, action: str) -> float:
    """Return how high somebody is drawn, in metres."""
    tool = brush(scale=40)
    draw_person(tool, kind, "red", action, "", np.random.default_rng(0))
    return (99 - drawn(tool.layer)[1]) / 40


@pytest.mark.parametrize("kind", PEOPLE)
def test_everybody_can_be_drawn_in_all_they_do(kind: str) -> None:
    for action in KIND_ACTIONS[kind]:
        assert 0 < height(kind, action) <= BUILDS[kind].height * 1.8
        assert action in POSES


def test_adults_are_higher_than_children_and_who_sits_is_lower() -> None:
    assert height("man", "stand") > height("boy", "stand") > height("toddler", "stand")
    assert height("man", "sit") < height("man", "stand")


def test_who_is_seated_has_the_hips_at_the_height_of_the_seat() -> None:
    for prop, seat in SEAT.items():
        low = draw_person(brush(), "man", "red", "ride", prop, np.random.default_rng(0), seat)
        high = draw_person(brush(), "man", "red", "ride", prop, np.random.default_rng(0), seat + 0.5)
        assert high[1] - low[1] == pytest.approx(0.5)
