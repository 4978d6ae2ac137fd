from __future__ import annotations

import numpy as np
import pytest

from withsense_tf.data.pictures.main_colours import LEAST, NAMES, main_colours, name_pixels

SAMPLES = {
    "red": [(255, 0, 0), (220, 20, 60), (128, 0, 0), (178, 34, 34)],
    "orange": [(255, 165, 0), (255, 140, 0), (255, 110, 20)],
    "yellow": [(255, 255, 0), (255, 215, 0), (240, 220, 60)],
    "green": [(0, 128, 0), (0, 255, 0), (90, 120, 50), (150, 190, 60), (46, 139, 87)],
    "blue": [(0, 0, 255), (0, 0, 128), (135, 206, 235), (70, 130, 180), (0, 255, 255)],
    "purple": [(128, 0, 128), (75, 0, 130), (138, 43, 226)],
    "pink": [(255, 192, 203), (255, 105, 180), (255, 20, 147)],
    "brown": [(139, 69, 19), (90, 60, 35), (160, 82, 45)],
    "black": [(0, 0, 0), (25, 25, 28), (15, 20, 30)],
    "white": [(255, 255, 255), (240, 240, 238), (225, 235, 250)],
    "grey": [(128, 128, 128), (192, 192, 192), (90, 92, 95)],
}


def plain(colour: tuple[int, int, int], height: int = 10) -> np.ndarray:
    return np.full((height, 100, 3), colour, np.uint8)


@pytest.mark.parametrize("name", NAMES)
def test_colours_have_the_names_that_people_give_them(name: str) -> None:
    assert [main_colours(plain(colour)) for colour in SAMPLES[name]] == [(name,)] * len(SAMPLES[name])


def test_skin_and_sand_have_no_name() -> None:
    pixels = np.array([[(230, 180, 160), (255, 219, 172), (210, 180, 140)]], np.uint8)
    assert (name_pixels(pixels) == -1).all()


def test_the_largest_colour_comes_first() -> None:
    picture = np.concatenate([plain((0, 0, 255), 30), plain((0, 200, 0), 50), plain((255, 0, 0), 20)])
    assert main_colours(picture) == ("green", "blue", "red")


@pytest.mark.parametrize(("share", "colours"), [(0.04, ("blue",)), (0.06, ("blue", "red"))])
def test_a_colour_must_cover_enough(share: float, colours: tuple[str, ...]) -> None:
    picture = plain((0, 0, 255), 100)
    picture[: round(share * 100)] = (255, 0, 0)
    assert main_colours(picture) == colours


def spotted(
    colour: tuple[int, int, int], top: int, left: int, side: int, ground: tuple[int, int, int]
) -> np.ndarray:
    picture = np.full((64, 64, 3), ground, np.uint8)
    picture[top : top + side, left : left + side] = colour
    return picture


JACKET, SNOW = (240, 220, 40), (235, 240, 245)


def test_a_small_spot_that_stands_out_counts() -> None:
    assert main_colours(spotted(JACKET, 25, 28, 8, SNOW)) == ("white", "yellow")
    assert main_colours(spotted((200, 20, 20), 25, 28, 8, (80, 130, 60))) == ("green", "red")


@pytest.mark.parametrize(
    "picture",
    [
        spotted(JACKET, 25, 28, 5, SNOW),  # too small
        spotted(JACKET, 0, 0, 8, SNOW),  # in a corner
        spotted((225, 195, 80), 25, 28, 8, (190, 165, 90)),  # hardly another colour than what is around it
        spotted((60, 110, 210), 25, 28, 8, SNOW),  # blue is in every second photo
    ],
)
def test_other_small_spots_do_not(picture: np.ndarray) -> None:
    assert not set(main_colours(picture)) & {"yellow", "blue"}


def test_a_picture_in_which_no_colour_covers_enough_has_the_one_that_covers_most() -> None:
    picture = np.full((100, 100, 3), (210, 180, 140), np.uint8)
    assert main_colours(picture) == ("brown",)
    picture[:40], picture[40:65], picture[65:80] = (128, 128, 128), (20, 20, 22), (90, 60, 35)
    assert main_colours(picture) == ("grey",)


@pytest.mark.parametrize("seed", range(5))
def test_each_picture_has_a_colour(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(40):
        size = rng.integers(1, 65, 2)
        colours = rng.integers(0, 256, (rng.integers(1, 30), 3), dtype=np.uint8)
        assert main_colours(colours[rng.integers(0, len(colours), size)])


def test_scattered_dots_are_no_spot() -> None:
    picture = np.full((64, 64, 3), SNOW, np.uint8)
    picture[10:54:5, 10:54:4] = JACKET
    assert main_colours(picture) == ("white",)


def test_a_black_and_white_photo_has_neither_colours_nor_names_of_them() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (64, 64, 1), dtype=np.uint8)
    names = {NAMES[number] for number in np.unique(name_pixels(np.repeat(grey, 3, axis=2)))}
    assert names == {"black", "white", "grey"}


def test_each_name_has_a_least_share() -> None:
    assert tuple(LEAST) == NAMES
