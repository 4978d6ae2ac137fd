from __future__ import annotations

import numpy as np
import pytest

from withsense_tf.demo.sampling import PLACE_LIGHTS, colours_of, sample_scene
from withsense_tf.demo.scene import ANIMALS, KINDS_WITH_SIZE, LIGHTS, PEOPLE, PLACES, THINGS, Scene


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [sample_scene(np.random.default_rng([7, index])) for index in range(2000)]


def test_about_a_quarter_of_the_scenes_show_a_child(scenes: list[Scene]) -> None:
    assert 0.2 < np.mean([any(one.is_child for one in scene.subjects) for scene in scenes]) < 0.3


def test_every_kind_place_and_light_occurs(scenes: list[Scene]) -> None:
    assert {s.kind for scene in scenes for s in scene.subjects} == {*PEOPLE, *ANIMALS, *THINGS}
    assert {scene.place for scene in scenes} == set(PLACES)
    assert {scene.light for scene in scenes} == set(LIGHTS)


def test_lights_suit_the_place_and_colours_the_kind(scenes: list[Scene]) -> None:
    for scene in scenes:
        assert scene.light in PLACE_LIGHTS[scene.place]
        for s in scene.subjects:
            assert s.colour in colours_of(s.kind)
            assert bool(s.size) == (s.kind in KINDS_WITH_SIZE)


def test_kinds_and_positions_differ_within_a_scene(scenes: list[Scene]) -> None:
    for scene in scenes:
        kinds = [kind for s in scene.subjects for kind in (s.kind, s.prop) if kind]
        assert len(kinds) == len(set(kinds))
        assert len({s.position for s in scene.subjects}) == len(scene.subjects)


def test_scenes_share_places_and_colours_but_seldom_everything(scenes: list[Scene]) -> None:
    assert len(set(scenes)) > 0.97 * len(scenes)
