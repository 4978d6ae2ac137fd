from __future__ import annotations

import numpy as np
import pytest

from withsense_tf.demo.sampling import PLACE_LIGHTS, colours_of, sample_scene
from withsense_tf.demo.scene import KINDS, KINDS_WITH_SIZE, LIGHTS, PLACES, Scene, Subject
from withsense_tf.demo.scene_agreement import agreement
from withsense_tf.errors import DataError


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [sample_scene(np.random.default_rng([7, index])) for index in range(2000)]


def test_about_a_quarter_of_the_scenes_show_a_child(scenes: list[Scene]) -> None:
    assert 0.2 < np.mean([scene.has_child for scene in scenes]) < 0.3


def test_every_kind_place_and_light_occurs(scenes: list[Scene]) -> None:
    assert {s.kind for scene in scenes for s in scene.subjects} == set(KINDS)
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


def test_two_subjects_cannot_share_a_position() -> None:
    dog, cat = (Subject(kind, "black", "sit", "left") for kind in ("dog", "cat"))
    with pytest.raises(DataError, match="position"):
        Scene("park", "sunny", (dog, cat))


@pytest.mark.parametrize(("place", "light"), [("moon", "sunny"), ("park", "eclipse")])
def test_unknown_places_and_lights_are_refused(place: str, light: str) -> None:
    with pytest.raises(DataError, match="must be one of"):
        Scene(place, light, (Subject("dog", "black", "sit", "left"),))


def test_a_scene_agrees_fully_with_itself_and_symmetrically_with_others(scenes: list[Scene]) -> None:
    for a, b in zip(scenes[:300], scenes[300:600], strict=True):
        assert agreement(a, a) == 1.0
        assert agreement(a, b) == agreement(b, a)
        assert 0.0 <= agreement(a, b) <= 1.0


def test_look_alikes_agree_more_than_strangers() -> None:
    def only(kind: str, colour: str = "red", action: str = "stand") -> Scene:
        return Scene("park", "sunny", (Subject(kind, colour, action, "left"),))

    man = only("man")
    assert agreement(man, only("woman")) > agreement(man, only("dog"))
    assert agreement(man, only("man", "orange")) > agreement(man, only("man", "blue"))
    assert agreement(man, only("man", action="wave")) > agreement(man, only("man", action="lie"))


def test_the_same_subject_elsewhere_agrees_more_than_the_place_without_it() -> None:
    man, dog = Subject("man", "red", "run", "left"), Subject("dog", "black", "lie", "left")
    here = Scene("park", "sunny", (man,))
    assert agreement(here, Scene("room", "night", (man,))) > agreement(here, Scene("park", "sunny", (dog,)))
