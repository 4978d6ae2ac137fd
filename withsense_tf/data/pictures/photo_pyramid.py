"""A photo's pixels -> the photo, its half, its quarter, and so on, each more and more blurred.

Pixels to both sides are added again and again, so that a blur costs a few sums of whole photos: a Gaussian but for
what no copy outlives.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np

# The smallest blobs, in pixels; so many sizes of blobs until the photo is halved and sought through once more.
SMALLEST: Final = 1.1
SIZES: Final = 2
# So many sizes of the photo at most: the whole one, the half, and so on.
HALVES: Final = 5
# A photo is halved until a side would be shorter.
FEWEST: Final = 16
# Of Pillow's grey photo, how blurred it is already.
BLUR: Final = 0.5
# From one level of blur to the next, the pixels so far away to both sides are added, so often: all but a Gaussian.
APART: Final = (1, 1, 2, 3, 4)
TIMES: Final = (3, 3, 2, 2, 2)
LEVELS: Final = SIZES + 3
EDGE: Final = max(apart * times for apart, times in zip(APART, TIMES, strict=True))


class Pyramid(NamedTuple):
    """Where the photo, its half, and so on lie in one flat array, each at `LEVELS` levels of blur.

    Around each level is an edge of `EDGE` pixels that mirrors it. So what lies beside a pixel, or in the next level,
    is a step of numbers away: one across, a `line` down, an `area` to the next level.
    """

    height: np.ndarray
    width: np.ndarray
    line: np.ndarray
    area: np.ndarray
    start: np.ndarray


@cache
def pyramid_of(height: int, width: int) -> Pyramid:
    """Return where the levels of a photo of that shape lie."""
    shapes: list[tuple[int, int]] = []
    while len(shapes) < HALVES and min(height, width) >= FEWEST:
        shapes.append((height, width))
        height, width = -(-height // 2), -(-width // 2)
    heights, widths = np.array(shapes, np.int64).reshape(-1, 2).T
    line = widths + 2 * EDGE
    area = line * (heights + 2 * EDGE)
    return Pyramid(heights, widths, line, area, np.cumsum(LEVELS * area) - LEVELS * area)


def levels_of(grey: np.ndarray, pyramid: Pyramid) -> np.ndarray:
    """Return a photo, its half, and so on, each more and more blurred, as one flat array."""
    levels = np.zeros(pyramid.start[-1] + LEVELS * pyramid.area[-1], np.float32)
    image = grey
    for octave in range(len(pyramid.start)):
        planes = planes_of(levels, pyramid, octave)
        planes[0, EDGE:-EDGE, EDGE:-EDGE] = image
        for level in range(LEVELS):
            # Half a photo is blurred as it should be: in half as many pixels, a blur is half as wide.
            if level or not octave:
                _blur(planes[max(0, level - 1)], planes[level], level)
        image = planes[SIZES, EDGE:-EDGE:2, EDGE:-EDGE:2]
    return levels


def planes_of(levels: np.ndarray, pyramid: Pyramid, octave: int) -> np.ndarray:
    """Return the levels of a photo that is halved so often, with their edges, (levels, height, width)."""
    start, area = pyramid.start[octave], pyramid.area[octave]
    return levels[start : start + LEVELS * area].reshape(LEVELS, -1, pyramid.line[octave])


def _blur(image: np.ndarray, output: np.ndarray, level: int) -> None:
    """Blur an image so far that it is as blurred as a level; what comes out has no edges yet."""
    for lines in (image.T, image):
        lines[:EDGE] = lines[2 * EDGE - 1 : EDGE - 1 : -1]
        lines[-EDGE:] = lines[-EDGE - 1 : -2 * EDGE - 1 : -1]
    middle, beside = _weights(level)
    now, out, both = image.ravel(), output.ravel(), np.empty(image.size, np.float32)
    for step in TIMES[level] * (APART[level], APART[level] * image.shape[1]):
        some = both[: now.size - 2 * step]
        np.add(now[2 * step :], now[: -2 * step], out=some)
        some *= beside
        np.add(some, now[step:-step], out=out[step:-step])
        now = out
    out *= middle


@cache
def _weights(level: int) -> tuple[np.float32, np.float32]:
    """Return by what the sum is to be multiplied at the end, and how much a pixel beside weighs before."""
    blur, before = (SMALLEST * 2 ** (at / SIZES) for at in (level, level - 1))
    before = before if level else BLUR
    beside = (blur**2 - before**2) / (2 * TIMES[level] * APART[level] ** 2)
    middle = 1 - 2 * beside
    return np.float32(middle ** (2 * TIMES[level])), np.float32(beside / middle)
