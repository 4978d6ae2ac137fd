from __future__ import annotations

import numpy as np
import pytest

from withsense_tf.demo.sampling import sample_scene
from withsense_tf.demo.scene import Scene, Subject
from withsense_tf.demo.scene_agreement import agreement


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [sample_scene(np.random.default_rng([7, index])) for index in range(600)]


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
