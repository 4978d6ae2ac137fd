"""Draw sensible scenes at random: which subject, doing what, belongs in which place and light."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

import numpy as np

from withsense_tf.demo.scene import (
    ADULTS,
    ALOFT,
    ANIMALS,
    CHILDREN,
    CLOTHES,
    COATS,
    KINDS_WITH_SIZE,
    PAINTS,
    PEOPLE,
    PLACES,
    POSITIONS,
    SIZES,
    THINGS,
    Scene,
    Subject,
)  # fmt: skip

PLACE_LIGHTS: dict[str, tuple[str, ...]] = {
    "beach": ("sunny", "cloudy", "sunset", "night", "fog"),
    "park": ("sunny", "cloudy", "sunset", "rain", "fog"),
    "street": ("sunny", "cloudy", "sunset", "night", "rain", "snowfall"),
    "mountain": ("sunny", "cloudy", "sunset", "fog"),
    "snow": ("sunny", "cloudy", "sunset", "snowfall"),
    "forest": ("sunny", "cloudy", "rain", "fog"),
    "lake": ("sunny", "cloudy", "sunset", "rain", "fog"),
    "desert": ("sunny", "cloudy", "sunset", "night"),
    "stadium": ("sunny", "cloudy", "night", "rain"),
    "room": ("sunny", "night"),
    "harbour": ("sunny", "cloudy", "sunset", "night", "fog"),
    "square": ("sunny", "cloudy", "sunset", "night", "rain", "snowfall"),
}

PLACE_THINGS: dict[str, tuple[str, ...]] = {
    "beach": ("boat", "ball", "kite", "parasol"),
    "park": ("bicycle", "ball", "hot-air balloon", "kite", "bench", "tent"),
    "street": ("car", "bus", "bicycle", "bench"),
    "mountain": ("car", "hot-air balloon", "tent"),
    "snow": ("tent", "bench"),
    "forest": ("tent", "bicycle", "bench"),
    "lake": ("boat", "bench", "tent", "hot-air balloon"),
    "desert": ("car", "tent", "hot-air balloon"),
    "stadium": ("ball", "bench"),
    "room": ("ball",),
    "harbour": ("boat", "car", "bench", "bicycle"),
    "square": ("car", "bus", "bicycle", "bench"),
}
PLACE_ANIMALS: dict[str, tuple[str, ...]] = {
    "beach": ("dog", "horse", "bird", "flock"),
    "park": ("dog", "cat", "horse", "cow", "sheep", "bird"),
    "street": ("dog", "cat", "bird"),
    "mountain": ("dog", "horse", "cow", "sheep", "flock"),
    "snow": ("dog", "horse"),
    "forest": ("dog", "horse", "bird"),
    "lake": ("dog", "bird", "flock", "cow"),
    "desert": ("dog", "horse", "flock"),
    "stadium": ("dog",),
    "room": ("dog", "cat"),
    "harbour": ("dog", "cat", "bird", "flock"),
    "square": ("dog", "cat", "bird"),
}

ADULT_ACTIONS = ("stand", "walk", "run", "jump", "sit", "wave", "lie")
CHILD_ACTIONS = ("stand", "walk", "run", "jump", "sit", "wave")
KIND_ACTIONS: dict[str, tuple[str, ...]] = {
    "man": ADULT_ACTIONS, "woman": ADULT_ACTIONS, "old man": ("stand", "walk", "sit", "wave"),
    "boy": CHILD_ACTIONS, "girl": CHILD_ACTIONS, "toddler": ("stand", "walk", "sit"), "baby": ("sit", "crawl"),
    "dog": ("stand", "run", "sit", "lie", "jump"), "cat": ("stand", "walk", "sit", "lie"),
    "horse": ("stand", "run", "graze"), "cow": ("stand", "graze", "lie"), "sheep": ("stand", "graze"),
    "bird": ("stand", "fly"), "flock": ("fly",),
    "car": ("park", "drive"), "bus": ("park", "drive"), "bicycle": ("park",), "boat": ("sail", "moor"),
    "ball": ("rest", "bounce"), "hot-air balloon": ("fly",), "kite": ("fly",), "parasol": ("rest",),
    "bench": ("rest",), "tent": ("rest",),
}  # fmt: skip
NOT_IN_PLACE: dict[str, tuple[str, ...]] = {
    "lie": ("street", "snow", "harbour", "square", "mountain"),  # nobody lies down on asphalt or in the cold
    "graze": ("snow", "desert", "beach"),  # nothing to eat there
    "run": ("room",),
}

# action, prop, who does it, where
_RIDERS = ("man", "woman", "boy", "girl")
_WALKERS = ("man", "woman", "old man", "girl", "boy")
_ALL_BUT_BABY = tuple(kind for kind in PEOPLE if kind != "baby")
PROP_ACTIONS: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("ride", "bicycle", _RIDERS, ("park", "street", "forest", "harbour", "square", "lake")),
    ("ride", "horse", _RIDERS, ("beach", "park", "mountain", "desert", "forest", "snow")),
    ("hold", "balloon", _ALL_BUT_BABY, ("park", "street", "square", "stadium", "room")),
    ("hold", "umbrella", _WALKERS, ("park", "street", "square", "harbour", "forest", "lake", "stadium")),
    ("fly", "kite", _WALKERS, ("beach", "park", "desert", "mountain")),
    ("lead", "dog", _WALKERS, ("beach", "park", "street", "snow", "forest", "square", "mountain", "lake")),
    ("kick", "ball", (*_RIDERS, "toddler"), ("beach", "park", "stadium", "stadium", "room")),
    ("ski", "skis", _RIDERS, ("snow", "snow")),
    ("sit", "bench", ("man", "woman", "old man", "girl"), ("park", "street", "harbour", "square", "lake")),
)
# What flies needs daylight to be seen against the sky.
DIM = ("night", "fog")

# With these chances people do something with a prop rather than alone. Rain brings umbrellas out.
PROP_CHANCE = 0.5
UMBRELLA_IN_RAIN = 0.55

T = TypeVar("T")

# Chosen so that about a quarter of the scenes show a child.
GROUP_SHARES = {"adult": 0.52, "child": 0.145, "animal": 0.185, "thing": 0.15}
# Some kinds are rarer than others; 1 where nothing is said.
KIND_WEIGHTS = {
    "old man": 0.6,
    "baby": 0.5,
    "toddler": 0.8,
    "boy": 1.2,
    "girl": 1.2,
    "dog": 1.8,
    "flock": 0.7,
}


def _pick(rng: np.random.Generator, options: Sequence[T], weights: Sequence[float] | None = None) -> T:
    if weights is None:
        return options[int(rng.integers(len(options)))]
    # As numpy's cumsum and searchsorted, which take ten times as long for a handful of numbers.
    total = list(accumulate(weights))
    return options[bisect_right(total, rng.random() * total[-1])]


def sample_scene(rng: np.random.Generator) -> Scene:
    """Return a random scene whose parts go together."""
    place = _pick(rng, PLACES)
    lights = PLACE_LIGHTS[place]
    # Sun is the commonest light in holiday photos; the rest share what is left.
    light = _pick(rng, lights, [1.6 if light == "sunny" else 1.0 for light in lights])
    count = _pick(rng, (1, 2, 3), (0.28, 0.47, 0.25))
    positions = [POSITIONS[int(i)] for i in rng.permutation(len(POSITIONS))]
    subjects: list[Subject] = []
    kinds: set[str] = set()
    while len(subjects) < count:
        kind = _sample_kind(rng, place, light)
        subject = _sample_subject(rng, kind, place, light, positions[len(subjects)])
        # Kinds differ within a photo, so that "the dog" always means one dog.
        if {subject.kind, subject.prop} & kinds:
            continue
        kinds |= {subject.kind, subject.prop} - {""}
        subjects.append(subject)
    return Scene(place, light, tuple(subjects))


def _sample_kind(rng: np.random.Generator, place: str, light: str) -> str:
    group = _pick(rng, tuple(GROUP_SHARES), tuple(GROUP_SHARES.values()))
    kinds = {
        "adult": ADULTS,
        "child": tuple(kind for kind in CHILDREN if kind != "baby" or place in ("room", "park", "beach")),
        "animal": PLACE_ANIMALS[place],
        "thing": PLACE_THINGS[place],
    }[group]
    if light in DIM:
        kinds = tuple(kind for kind in kinds if kind not in ALOFT)
    return _pick(rng, kinds, [KIND_WEIGHTS.get(kind, 1.0) for kind in kinds])


def _sample_subject(rng: np.random.Generator, kind: str, place: str, light: str, position: str) -> Subject:
    action, prop = _sample_action(rng, kind, place, light)
    return Subject(
        kind=kind,
        colour=_pick(rng, colours_of(kind)),
        action=action,
        position=position,
        size=_pick(rng, SIZES) if kind in KINDS_WITH_SIZE else "",
        prop=prop,
        prop_colour=_pick(rng, colours_of(prop)) if prop and colours_of(prop) else "",
    )


def _sample_action(rng: np.random.Generator, kind: str, place: str, light: str) -> tuple[str, str]:
    """Choose what `kind` does, and with what ("" for nothing)."""
    options = [
        (action, prop)
        for action, prop, who, where in PROP_ACTIONS
        if kind in who
        for _ in range(where.count(place))
    ]
    if light in DIM:
        options = [option for option in options if option[1] != "kite"]
    if light == "rain" and ("hold", "umbrella") in options and rng.random() < UMBRELLA_IN_RAIN:
        return "hold", "umbrella"
    if options and rng.random() < PROP_CHANCE:
        return _pick(rng, options)
    alone = [action for action in KIND_ACTIONS[kind] if place not in NOT_IN_PLACE.get(action, ())]
    if light in DIM:
        alone = [action for action in alone if action != "fly"]
    return _pick(rng, alone), ""


def colours_of(kind: str) -> tuple[str, ...]:
    """Return the colours that a kind comes in.

    >>> colours_of("sheep")
    ('white', 'black')
    """
    if kind in PEOPLE:
        return CLOTHES
    if kind == "sheep":
        return ("white", "black")
    if kind == "cow":
        return ("brown", "black", "white")
    if kind in ("bird", "flock"):
        return ("white", "black", "gray")
    if kind == "bench":
        return ("brown", "green", "red", "white")
    if kind in ANIMALS:
        return COATS
    if kind in THINGS or kind in ("balloon", "umbrella"):
        return PAINTS
    return ()
