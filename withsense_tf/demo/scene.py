"""What a demo photo shows, as frozen data: a place, a light and one to three subjects."""

from __future__ import annotations

from dataclasses import dataclass

from withsense_tf.errors import DataError

ADULTS = ("man", "woman", "old man")
# Under sixteen: the policy part of the package must find every one of these.
CHILDREN = ("boy", "girl", "toddler", "baby")
PEOPLE = (*ADULTS, *CHILDREN)
ANIMALS = ("dog", "cat", "horse", "cow", "sheep", "bird", "flock")
# What flies.
ALOFT = ("flock", "hot-air balloon", "kite")
THINGS = (
    "car", "bus", "bicycle", "boat", "ball", "hot-air balloon", "kite", "parasol", "bench", "tent",
)  # fmt: skip

# "left" is also the left third of the picture; see draw.SLOTS.
POSITIONS = ("left", "middle", "right")
# Only kinds of which people say "a small one" or "a big one" have a size.
KINDS_WITH_SIZE = ("dog", "boat", "ball", "tent", "kite")
SIZES = ("small", "large")

PLACES = (
    "beach", "park", "street", "mountain", "snow", "forest",
    "lake", "desert", "stadium", "room", "harbour", "square",
)  # fmt: skip
LIGHTS = ("sunny", "cloudy", "sunset", "night", "rain", "fog", "snowfall")

CLOTHES = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "white", "black")
PAINTS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "white")
COATS = ("brown", "black", "white", "gray", "tan")


@dataclass(frozen=True, slots=True)
class Subject:
    """Someone or something in the photo.

    `prop` is what the subject rides, holds, flies, kicks, leads or sits on ("" for nothing);
    it has its own colour. `size` is "" for kinds that have none.
    """

    kind: str
    colour: str
    action: str
    position: str
    size: str = ""
    prop: str = ""
    prop_colour: str = ""

    @property
    def is_child(self) -> bool:
        """Return whether this is a person under sixteen."""
        return self.kind in CHILDREN


@dataclass(frozen=True, slots=True)
class Scene:
    """A composed photo; the first subject is the main one and stands nearest."""

    place: str
    light: str
    subjects: tuple[Subject, ...]

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if self.place not in PLACES:
            raise DataError(f"place must be one of {', '.join(PLACES)}; got {self.place!r}.")
        if self.light not in LIGHTS:
            raise DataError(f"light must be one of {', '.join(LIGHTS)}; got {self.light!r}.")
        if not 1 <= len(self.subjects) <= len(POSITIONS):
            raise DataError(f"a scene has 1 to 3 subjects; got {len(self.subjects)}: add or remove some.")
        positions = sorted(subject.position for subject in self.subjects)
        if len(set(positions)) < len(positions):
            raise DataError(f"each subject needs a position of its own; got {positions}.")
