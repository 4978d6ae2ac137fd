"""The tools everything is drawn with: texture tiles, colours, and a brush that works in metres."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Array = NDArray[np.float32]
Colour = tuple[int, int, int]
Point = tuple[float, float]

SUPERSAMPLE = 2  # shapes are drawn twice as large and then reduced: smooth edges
TILE = 256  # a power of two, so that wrapping is a cheap "and"


def smooth_noise(rng: np.random.Generator, height: int, width: int, cell: float) -> Array:
    """Return soft noise of mean about 0 and spread about 1, with blobs about `cell` pixels wide."""
    rows, columns = max(2, round(height / cell)), max(2, round(width / cell))
    seed = rng.standard_normal((rows, columns)).astype(np.float32)
    big = Image.fromarray(seed).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(big, dtype=np.float32)


@lru_cache(maxsize=16)
def tile(name: str) -> Array:
    """Return a texture of TILE x TILE that repeats without a seam; the same in every photo.

    cloud: blobs of all sizes; grain: single specks; blades: upright streaks; ripples: level streaks;
    paving: stones with joints; brick: bricks with joints.
    """
    rng = np.random.default_rng([ord(letter) for letter in name])
    if name in ("paving", "brick"):
        return _bricks(rng, *((32, 32) if name == "paving" else (16, 32)))
    white = np.fft.rfft2(rng.standard_normal((TILE, TILE)))
    fy, fx = np.fft.fftfreq(TILE)[:, None] * TILE, np.fft.rfftfreq(TILE)[None, :] * TILE
    reach = np.hypot(fy, fx) + 1.0
    shape = {
        "cloud": reach**-1.6,
        "grain": reach**-0.3,
        "blades": np.exp(-((fy / 22.0) ** 2)) * (fx > 8),
        "ripples": np.exp(-((fx / 14.0) ** 2)) * (np.abs(fy) > 6) * np.exp(-((fy / 70.0) ** 2)),
    }[name]
    wave = np.fft.irfft2(white * shape, s=(TILE, TILE))
    return np.asarray((wave - wave.mean()) / wave.std(), dtype=np.float32)


def _bricks(rng: np.random.Generator, height: int, width: int) -> Array:
    """Return stones of their own brightness each, every other row shifted, with dark joints."""
    y, x = np.mgrid[0:TILE, 0:TILE]
    row = y // height
    x = x + (row % 2) * (width // 2)
    stone = rng.standard_normal((TILE // height, TILE // width))[row, (x // width) % (TILE // width)]
    joint = (y % height < 3) | (x % width < 3)
    return np.where(joint, -2.2, 0.8 * stone).astype(np.float32)


def plane(
    name: str, rng: np.random.Generator, height: int, width: int, horizon: float, top: int, fine: float = 26.0
) -> Array:
    """Return texture `name` laid on the ground, rows `top`..`height`, seen in perspective.

    `fine` is how many texels lie side by side a metre or so before the camera: larger is finer.
    """
    rows = np.arange(top, height, dtype=np.float32) - horizon
    away = (height - horizon) / np.maximum(rows, 2.0)  # 1 at the lower edge, large at the horizon
    across = (np.arange(width, dtype=np.float32) - width / 2) * (fine / 26.0)
    start = rng.integers(0, TILE, 2)
    u = (across[None, :] * away[:, None]).astype(np.int64) + start[0]
    v = (away * fine * 6.0).astype(np.int64)[:, None] + start[1]
    # Far texels are smaller than a pixel: their contrast fades, as haze and lens would make it.
    contrast = np.clip(2.2 / away, 0.12, 1.0)[:, None].astype(np.float32)
    return np.asarray(tile(name)[v & (TILE - 1), u & (TILE - 1)] * contrast, dtype=np.float32)


def crop(name: str, rng: np.random.Generator, height: int, width: int, zoom: float = 1.0) -> Array:
    """Return a piece of texture `name` that faces the camera."""
    start = rng.integers(0, TILE, 2)
    y = (np.arange(height) / zoom).astype(np.int64)[:, None] + start[0]
    x = (np.arange(width) / zoom).astype(np.int64)[None, :] + start[1]
    return np.asarray(tile(name)[y & (TILE - 1), x & (TILE - 1)], dtype=np.float32)


def shade(colour: Colour, factor: float) -> Colour:
    """Return the colour darkened (factor under 1) or lightened towards white (over 1).

    >>> shade((100, 50, 0), 0.5)
    (50, 25, 0)
    """
    if factor <= 1:
        return (round(colour[0] * factor), round(colour[1] * factor), round(colour[2] * factor))
    return mix(colour, (255, 255, 255), min(1.0, factor - 1))


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """Return colour `a` moved towards `b` by `share`."""
    r, g, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return (r, g, blue)


def vary(rng: np.random.Generator, colour: Colour, spread: float = 10.0) -> Colour:
    """Return the colour a little off, as no two coats of paint are the same."""
    # Mostly lighter or darker, hardly another hue: black must not turn purple.
    moves = spread * (float(rng.normal()) + 0.35 * rng.standard_normal(3))
    r, g, b = (int(np.clip(part + move, 0, 255)) for part, move in zip(colour, moves, strict=True))
    return (r, g, b)


class Brush:
    """Draw shapes given in metres around a foot point; x grows to where the subject faces, y grows upwards."""

    def __init__(
        self, layer: Image.Image, x: float, y: float, scale: float, facing: int = 1, tilt: float = 0.0
    ) -> None:
        """Stand at pixel (x, y) of the photo; one metre is `scale` pixels; `tilt` turns all, in degrees."""
        self.layer, self.x, self.y, self.scale, self.facing = layer, x, y, scale, facing
        self.pen = ImageDraw.Draw(layer)
        self.cos, self.sin = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))

    def at(self, point: Point) -> Point:
        """Return where a point in metres lies on the layer."""
        x, y = point[0] * self.cos + point[1] * self.sin, point[1] * self.cos - point[0] * self.sin
        return (
            (self.x + self.facing * x * self.scale) * SUPERSAMPLE,
            (self.y - y * self.scale) * SUPERSAMPLE,
        )

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        """Fill a polygon."""
        self.pen.polygon([self.at(point) for point in points], fill=(*colour, 255))

    def ellipse(self, centre: Point, rx: float, ry: float, colour: Colour, turn: float = 0.0) -> None:
        """Fill an ellipse with half axes rx and ry, turned by `turn` degrees."""
        c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
        steps = [2 * math.pi * i / 28 for i in range(28)]
        corners = [(rx * math.cos(t), ry * math.sin(t)) for t in steps]
        self.polygon([(centre[0] + x * c - y * s, centre[1] + x * s + y * c) for x, y in corners], colour)

    def ring(self, centre: Point, radius: float, width: float, colour: Colour) -> None:
        """Draw a circle's outline."""
        x, y = self.at(centre)
        r = radius * self.scale * SUPERSAMPLE
        self.pen.ellipse((x - r, y - r, x + r, y + r), outline=(*colour, 255), width=self._thick(width))

    def line(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        """Draw a line of even width through the points."""
        self.pen.line(
            [self.at(point) for point in points], fill=(*colour, 255), width=self._thick(width), joint="curve"
        )

    def limb(self, a: Point, b: Point, wide_a: float, wide_b: float, colour: Colour) -> None:
        """Draw a limb with round ends, `wide_a` thick at `a` and `wide_b` at `b`."""
        dx, dy = b[0] - a[0], b[1] - a[1]
        length = math.hypot(dx, dy) or 1e-6
        nx, ny = -dy / length / 2, dx / length / 2
        self.polygon(
            [
                (a[0] + nx * wide_a, a[1] + ny * wide_a), (b[0] + nx * wide_b, b[1] + ny * wide_b),
                (b[0] - nx * wide_b, b[1] - ny * wide_b), (a[0] - nx * wide_a, a[1] - ny * wide_a),
            ],
            colour,
        )  # fmt: skip
        self.ellipse(a, wide_a / 2, wide_a / 2, colour)
        self.ellipse(b, wide_b / 2, wide_b / 2, colour)

    def _thick(self, metres: float) -> int:
        return max(1, round(metres * self.scale * SUPERSAMPLE))
