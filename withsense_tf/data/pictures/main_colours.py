"""A photo's pixels -> the names of its main colours: those that cover enough of it, or stand out, to be asked for.

A photo in which none does has the one that covers most of it, so that each has a colour.

Pixels are compared in OKLab, where equal steps look equal: by lightness (0 is black, 1 is white), chroma (0 is grey)
and hue (an angle). Some of them have no name here, such as skin and sand: nobody looks for these as for a colour.
"""

from __future__ import annotations

from typing import Final

import numpy as np

SIDE: Final = 64  # photos are looked at this small
NAMES: Final = (
    "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "grey"
)  # fmt: skip
# What share of a photo a colour must cover. Strong ones draw the eye; some dark or pale places are in every photo.
# Chosen by eye on training photos, a sheet for each name.
LEAST: Final = dict(zip(NAMES, (0.05, 0.05, 0.06, 0.15, 0.15, 0.05, 0.05, 0.2, 0.3, 0.2, 0.5), strict=True))
# These are asked for where they cover less, too: a jacket, a ball. Such a spot is in one piece that fills its box, lies
# in the middle and is of another colour than what is around it; grass in the sun and evening skies are not.
SPOTS: Final = ("red", "orange", "yellow", "purple", "pink")
SPOT_SHARE: Final = 0.01
SPOT_FILL: Final = 0.3
EDGE: Final = 0.15
CONTRAST: Final = 0.07
# OKLab: sRGB without its curve -> cones -> lightness and two axes (Ottosson 2020).
CONES: Final = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
AXES: Final = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)


def main_colours(pixels: np.ndarray) -> tuple[str, ...]:
    """Return the names of the main colours, one or more, of an sRGB picture (height, width, 3), the largest first.

    >>> main_colours(np.full((4, 4, 3), (200, 20, 20), np.uint8))
    ('red',)
    """
    names = name_pixels(pixels)
    shares = {name: float(np.mean(names == number)) for number, name in enumerate(NAMES)}
    main = [
        name
        for number, name in enumerate(NAMES)
        if shares[name] >= LEAST[name]
        or (name in SPOTS and shares[name] >= SPOT_SHARE and _has_spot(names == number, pixels))
    ]
    return tuple(sorted(main, key=lambda name: -shares[name])) or (_largest(names, pixels),)


def _largest(names: np.ndarray, pixels: np.ndarray) -> str:
    """Return the name of what covers most of a picture, what has no name taken for the nearest that has one."""
    *_, hue = _oklch(pixels)
    # Skin and sand are a pale brown, and the rest that has no name is nearly grey.
    nearest = np.where(_is_warm(hue), NAMES.index("brown"), NAMES.index("grey"))
    return NAMES[int(np.bincount(np.where(names < 0, nearest, names).ravel()).argmax())]


def _has_spot(has_name: np.ndarray, pixels: np.ndarray) -> bool:
    """Return whether the largest piece of what has a colour's name stands out of a picture."""
    from scipy.ndimage import binary_dilation, label  # late: who only searches looks at no photo

    pieces, _ = label(has_name)
    spot = pieces == 1 + np.bincount(pieces.ravel())[1:].argmax()
    places = np.argwhere(spot)
    box = np.prod(np.ptp(places, axis=0) + 1)
    middle = places.mean(axis=0) / has_name.shape
    around = binary_dilation(spot, iterations=3) & ~binary_dilation(spot)
    if spot.mean() < SPOT_SHARE or spot.sum() < SPOT_FILL * box or not around.any():
        return False
    if (middle <= EDGE).any() or (middle >= 1 - EDGE).any():
        return False
    axes = _oklab(pixels)[..., 1:]
    return bool(np.hypot(*(axes[spot].mean(axis=0) - axes[around].mean(axis=0))) >= CONTRAST)


def name_pixels(pixels: np.ndarray) -> np.ndarray:
    """Return the number of each pixel's colour in NAMES, (height, width); -1 where it has no name."""
    light, chroma, hue = _oklch(pixels)
    is_faint = chroma < 0.035
    is_reddish, is_warm = hue < 35, _is_warm(hue)
    # The first that holds counts. Of a dark pixel the hue is hardly seen, unless it is strong.
    rules = (
        ("black", light < 0.32 - chroma),
        ("white", (light >= 0.88) & (chroma < 0.03)),
        ("grey", is_faint & (light < 0.88)),
        ("pink", ((hue < 8) & (light >= 0.6) | (hue < 30) & (light >= 0.7)) & (chroma >= 0.05)),
        ("red", is_reddish & (chroma >= 0.11)),
        ("orange", (hue >= 35) & (hue < 76) & (chroma >= 0.13) & (light >= 0.58)),
        # Grass in the sun is hardly less yellow than a lemon, and weaker.
        (
            "yellow",
            (hue >= 76) & (hue < np.where(chroma >= 0.15, 112, 103)) & (chroma >= 0.11) & (light >= 0.72),
        ),
        ("brown", is_warm & ~is_faint & (light < 0.62)),
        ("green", (hue >= 100) & (hue < 117) & (chroma >= 0.05) & (light < 0.88)),
        ("green", (hue >= 117) & (hue < 180) & ~is_faint),
        ("blue", (hue >= 180) & (hue < 283) & ~is_faint),
        ("pink", (hue >= 320) & (light >= 0.65) & (chroma >= 0.05)),
        ("purple", (hue >= 283) & (chroma >= 0.05)),
    )
    conditions, numbers = zip(*((holds, NAMES.index(name)) for name, holds in rules), strict=True)
    return np.select(conditions, numbers, -1)


def _is_warm(hue: np.ndarray) -> np.ndarray:
    return (hue >= 20) & (hue < 100)


def _oklch(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return lightness, chroma and hue in degrees, from -25 on: pink lies on both sides of 0."""
    light, a, b = np.moveaxis(_oklab(pixels), -1, 0)
    return light, np.hypot(a, b), (np.degrees(np.arctan2(b, a)) + 25) % 360 - 25


def _oklab(pixels: np.ndarray) -> np.ndarray:
    share = pixels.astype(np.float32) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ CONES.T) @ AXES.T
