from __future__ import annotations

import numpy as np
import pytest
from stages import brush, drawn

from withsense_tf.demo.drawing.draw_people import BUILDS, POSES, SEAT, draw_person
from withsense_tf.demo.sampling import KIND_ACTIONS
from withsense_tf.demo.scene import PEOPLE


@pytest.mark.parametrize("kind", PEOPLE)
def test_everybody_can_be_drawn_in_all_they_do(kind: str) -> None:
    for action in KIND_ACTIONS[kind]:
        tool = brush(scale=40)
        body = draw_person(tool, kind, "red", action, "", np.random.default_rng(0))
        _, top, _, _ = drawn(tool.layer)
        assert 0 < body.height <= BUILDS[kind].height * 1.6
        assert top < 99
        assert action in POSES


def test_adults_are_higher_than_children_and_who_sits_is_lower() -> None:
    def height(kind: str, action: str = "stand") -> float:
        return draw_person(brush(), kind, "red", action, "", np.random.default_rng(0)).height

    assert height("man") > height("boy") > height("toddler")
    assert height("man", "sit") < height("man")


def test_who_is_seated_has_the_hips_at_the_height_of_the_seat() -> None:
    for prop, seat in SEAT.items():
        low = draw_person(brush(), "man", "red", "ride", prop, np.random.default_rng(0), seat)
        high = draw_person(brush(), "man", "red", "ride", prop, np.random.default_rng(0), seat + 0.5)
        assert high.head[1] - low.head[1] == pytest.approx(0.5)
        assert high.hand[1] - low.hand[1] == pytest.approx(0.5)
