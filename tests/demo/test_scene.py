from __future__ import annotations

import pytest

from withsense_tf.demo.scene import Scene, Subject
from withsense_tf.errors import DataError


def test_two_subjects_cannot_share_a_position() -> None:
    dog, cat = (Subject(kind, "black", "sit", "left") for kind in ("dog", "cat"))
    with pytest.raises(DataError, match="position"):
        Scene("park", "sunny", (dog, cat))


@pytest.mark.parametrize(("place", "light"), [("moon", "sunny"), ("park", "eclipse")])
def test_unknown_places_and_lights_are_refused(place: str, light: str) -> None:
    with pytest.raises(DataError, match="must be one of"):
        Scene(place, light, (Subject("dog", "black", "sit", "left"),))
