from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from withsense_tf.demo.drawing.draw import draw
from withsense_tf.demo.sampling import PLACE_LIGHTS, colours_of, sample_scene
from withsense_tf.demo.scene import ANIMALS, PEOPLE, THINGS, Scene, Subject

Pixels = NDArray[np.float64]


def photo(scene: Scene, seed: int = 0) -> Pixels:
    return np.asarray(draw(scene, np.random.default_rng(seed)), dtype=float)


def one(kind: str, colour: str, place: str = "park", light: str = "sunny", action: str = "stand") -> Scene:
    return Scene(place, light, (Subject(kind, colour, action, "middle"),))


def near(pixels: Pixels, colour: str) -> int:
    """Count the pixels in which one channel (or two, for yellow) clearly beats the rest."""
    r, g, b = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    masks = {
        "red": (r > 1.9 * g) & (r > 1.9 * b) & (r > 90),
        "blue": (b > 1.6 * r) & (b > 1.5 * g) & (b > 90),
        "yellow": (r > 1.7 * b) & (g > 1.7 * b) & (r > 150) & (abs(r - g) < 60),
        "purple": (r > 1.5 * g) & (b > 1.5 * g) & (b > 80),
    }
    return int(masks[colour].sum())


@pytest.mark.parametrize(
    ("kind", "place", "action"),
    [("car", "street", "park"), ("woman", "room", "stand"), ("tent", "snow", "rest")],
)
@pytest.mark.parametrize("colour", ["red", "blue", "yellow", "purple"])
def test_the_colour_that_is_told_is_there(kind: str, place: str, action: str, colour: str) -> None:
    other = "green"
    more = near(photo(one(kind, colour, place, action=action)), colour)
    less = near(photo(one(kind, other, place, action=action)), colour)
    assert more > less + 250


@pytest.mark.parametrize("light", ["sunny", "cloudy", "sunset", "night", "rain", "snowfall"])
def test_a_red_coat_can_be_told_from_a_blue_one_in_every_light(light: str) -> None:
    red, blue = (photo(one("man", colour, "street", light), 4) for colour in ("red", "blue"))
    assert red.shape == blue.shape
    changed = np.abs(red - blue).sum(axis=2) > 60
    assert changed.sum() > 500
    assert (red - blue)[changed][:, 0].mean() > 15 > (red - blue)[changed][:, 2].mean()


def test_the_same_generator_draws_the_same_photo_and_another_one_another() -> None:
    scene = sample_scene(np.random.default_rng(1))
    first = draw(scene, np.random.default_rng(2))
    assert first.tobytes() == draw(scene, np.random.default_rng(2)).tobytes()
    assert first.tobytes() != draw(scene, np.random.default_rng(3)).tobytes()


def test_photos_are_rgb_of_about_320_by_240_and_some_are_upright() -> None:
    sizes = set()
    for seed in range(12):
        image = draw(one("man", "red"), np.random.default_rng(seed))
        assert image.mode == "RGB"
        sizes.add(image.size)
    assert all(max(size) == 320 and 200 <= min(size) <= 240 for size in sizes)
    assert {w > h for w, h in sizes} == {True, False}


def test_photos_are_not_flat() -> None:
    """Texture and noise everywhere: hardly any two neighbouring pixels are equal."""
    for place, lights in PLACE_LIGHTS.items():
        pixels = photo(one("man", "red", place, lights[0]))
        same = (np.abs(np.diff(pixels, axis=1)).sum(axis=2) == 0).mean()
        assert same < 0.12, place


def test_every_kind_can_be_seen() -> None:
    """A subject changes some hundred pixels against the same photo with another colour of it."""
    for kind in (*PEOPLE, *ANIMALS, *THINGS):
        colours = colours_of(kind)
        action = {
            "boat": "sail",
            "flock": "fly",
            "kite": "fly",
            "hot-air balloon": "fly",
            "bus": "park",
            "car": "park",
        }.get(kind, "stand")
        place = "lake" if kind == "boat" else "park"
        a, b = (photo(one(kind, colour, place, "cloudy", action), 6) for colour in (colours[0], colours[-1]))
        assert (np.abs(a - b).sum(axis=2) > 60).sum() > 60, kind


def test_a_child_is_smaller_than_an_adult() -> None:
    def height(kind: str) -> int:
        a, b = (photo(one(kind, colour), 8) for colour in ("red", "blue"))
        rows = np.flatnonzero((np.abs(a - b).sum(axis=2) > 90).any(axis=1))
        return int(np.ptp(rows))

    assert height("man") > 1.15 * height("boy") > 1.15 * height("toddler")


@pytest.mark.slow
def test_the_place_can_be_told_from_simple_features_better_than_by_chance() -> None:
    def features(pixels: Pixels) -> Pixels:
        rows, columns = (np.array_split(np.arange(size), 4) for size in pixels.shape[:2])
        return np.array([pixels[np.ix_(r, c)].mean(axis=(0, 1)) for r in rows for c in columns]).ravel()

    places, vectors = [], []
    for index in range(60):
        rng = np.random.default_rng([11, index])
        scene = sample_scene(rng)
        places.append(scene.place)
        vectors.append(features(np.asarray(draw(scene, rng), dtype=float)))
    table = np.array(vectors)
    away = np.linalg.norm(table[:, None] - table[None], axis=2) + np.diag(np.full(len(table), np.inf))
    hits = np.mean([places[i] == places[j] for i, j in enumerate(away.argmin(axis=1))])
    assert 0.25 < hits < 0.95  # chance is 1 in 12; yet colours alone do not settle it
