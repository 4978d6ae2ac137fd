"""A photo's pixels -> its patches: small places that are found again in a crop of the photo and in a collage with it.

A patch lies at a blob, bright or dark, and is as large as the blob asks for (D. Lowe, "Distinctive image features from
scale-invariant keypoints", IJCV 2004: extrema of differences of Gaussians). It is kept as the signs of its lowest
frequencies, as `looks` keeps a photo, turned and mirrored so that its left and upper halves are the brighter ones and
it changes most from left to right. So the same patch of a copy has the same signs, however the copy was turned.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np

from withsense_tf.data.pictures.photo_pyramid import (
    EDGE,
    LEVELS,
    SIZES,
    SMALLEST,
    Pyramid,
    levels_of,
    pyramid_of,
)

# Patches are sought in photos whose longer side is this long, and whose shorter one is no shorter than that.
LONG: Final = 224
SHORT: Final = 24
# So many patches are kept of the whole size, of the half, and so on: those of half the photo and less are few.
MOST: Final = (64, 56, 36, 20, 12)
# One after another of each field of a grid: a collage must have some of each of its photos.
GRID: Final = 6
# Where more than this share of a patch is of its darkest or brightest grey, it is the corner of a border or of another
# photo's place in a collage, which many have.
PLAIN: Final = 0.3
SAME: Final = 2.0
# In levels of 255: weaker blobs are noise. Longer than so many times their width, they are edges, which lie nowhere.
WEAKEST: Final = 1.2
LONGEST: Final = 20.0
# A patch reaches so many times the size of its blob to each side, and this share of that beyond the photo's edge.
REACH: Final = 4.0
BEYOND: Final = 0.25
# A patch is read at so many points in each direction, and keeps so many frequencies of each.
POINTS: Final = 12
WAVES: Final = 8
# A patch in a look: its signs, where it lies (across and down), its size in sixteenths of a doubling, its turn. Indexes
# hold such looks: what changes this asks for a new format.
RECORD: Final = np.dtype([("signs", "<u8"), ("across", "u1"), ("down", "u1"), ("size", "u1"), ("turn", "u1")])
STEPS: Final = 16


class Blobs(NamedTuple):
    """Places in a photo: how often it is halved there, across and down in pixels, size, level of blur, how clear."""

    octave: np.ndarray
    across: np.ndarray
    down: np.ndarray
    size: np.ndarray
    level: np.ndarray
    strength: np.ndarray

    def some(self, which: np.ndarray) -> Blobs:
        """Return some of the blobs, by place or by yes and no."""
        return Blobs(*(part[which] for part in self))


def patches_of(grey: np.ndarray) -> bytes:
    """Return the patches of a grey photo whose longer side is `LONG`, after its height and width."""
    height, width = grey.shape
    shape, pyramid = bytes(grey.shape), pyramid_of(height, width)
    if not len(pyramid.start):
        return shape
    levels = levels_of(grey, pyramid)
    blobs = _strongest(_blobs(levels, pyramid), pyramid)
    patches = _patches(levels, blobs, pyramid)
    telling = _is_telling(patches)
    return shape + _records(patches[telling], blobs.some(telling)).tobytes()


def _blobs(levels: np.ndarray, pyramid: Pyramid) -> Blobs:
    """Return where a difference between levels is stronger than all that is beside it in place and in size."""
    apart, places = np.empty_like(levels), []
    for start, line, area in zip(
        *(part.tolist() for part in (pyramid.start, pyramid.line, pyramid.area)), strict=True
    ):
        planes, ours = (whole[start : start + LEVELS * area] for whole in (levels, apart))
        np.subtract(planes[area:], planes[:-area], out=ours[:-area])
        strength = np.abs(ours[:-area])
        # All but the first and the last of these, but for a line's end.
        first, last = area + line + 1, len(strength) - area - line - 1
        middle = strength[first:last]
        is_blob = middle > WEAKEST
        for step in (1, line, area):
            is_blob &= middle >= strength[first + step : last + step]
            is_blob &= middle >= strength[first - step : last - step]
        places.append(start + first + np.flatnonzero(is_blob))
    octave = np.repeat(np.arange(len(places)), list(map(len, places)))
    place = np.concatenate(places)
    _, down, across = _position(place, octave, pyramid)
    is_inner = (across > 0) & (across < pyramid.width[octave] - 1)
    is_inner &= (down > 0) & (down < pyramid.height[octave] - 1)
    place, octave = place[is_inner], octave[is_inner]
    # Last those that are beside it slantwise, as few are left.
    value = apart[place][:, None]
    others = apart[place[:, None] + _slantwise(pyramid.line, pyramid.area)[octave]]
    outermost = ((others - value) * np.sign(value) <= 0).all(axis=1)
    return _blobs_at(apart, place[outermost], octave[outermost], pyramid)


def _position(place: np.ndarray, octave: np.ndarray, pyramid: Pyramid) -> tuple[np.ndarray, ...]:
    """Return level, down and across of places in the flat array."""
    level, at = np.divmod(place - pyramid.start[octave], pyramid.area[octave])
    down, across = np.divmod(at, pyramid.line[octave])
    return level, down - EDGE, across - EDGE


def _slantwise(line: np.ndarray, area: np.ndarray) -> np.ndarray:
    """Return the steps to the twenty places beside one that are not straight on from it, (octaves, 20)."""
    beside = np.stack(np.meshgrid(*3 * [(-1, 0, 1)], indexing="ij"), axis=-1).reshape(-1, 3)
    beside = beside[np.abs(beside).sum(axis=1) > 1]
    steps: np.ndarray = np.stack([area, line, np.ones_like(line)], axis=1) @ beside.T
    return steps


def _blobs_at(apart: np.ndarray, place: np.ndarray, octave: np.ndarray, pyramid: Pyramid) -> Blobs:
    """Return blobs at places of differences, between pixels, without those that are edges or cross the photo's."""
    area, line = pyramid.area[octave], pyramid.line[octave]
    value = apart[place]
    ends = [(apart[place + step], apart[place - step]) for step in (1, line, area)]
    bends = [after + before - 2 * value for after, before in ends]
    across2, down2, _ = bends
    corners = [apart[place + step] for step in (line + 1, -line - 1, 1 - line, line - 1)]
    both2 = (corners[0] + corners[1] - corners[2] - corners[3]) / 4
    spread, curve = across2 + down2, across2 * down2 - both2**2
    is_blob = (curve > 0) & (spread**2 * LONGEST < (LONGEST + 1) ** 2 * curve)
    shifts = [
        np.clip((after - before) / np.where(bend == 0, np.inf, -2 * bend), -0.5, 0.5)
        for (after, before), bend in zip(ends, bends, strict=True)
    ]
    level, down, across = _position(place, octave, pyramid)
    size = SMALLEST * np.exp2((level + shifts[2] + 0.5) / SIZES)
    blobs = Blobs(octave, across + shifts[0], down + shifts[1], size, level - 1, np.abs(value))
    inner = REACH * (1 - BEYOND) * size
    is_blob &= (
        (np.minimum(blobs.across, blobs.down) > inner)
        & (blobs.across + inner < pyramid.width[octave] - 1)
        & (blobs.down + inner < pyramid.height[octave] - 1)
    )
    return blobs.some(is_blob)


def _strongest(blobs: Blobs, pyramid: Pyramid) -> Blobs:
    """Return the clearest blobs of each size: the first of each field of a grid, then the second, and so on."""
    row, column = (
        (part * GRID / side[blobs.octave]).astype(np.int64)
        for part, side in ((blobs.down, pyramid.height), (blobs.across, pyramid.width))
    )
    field = (blobs.octave * GRID + row) * GRID + column
    order = np.lexsort((-blobs.strength, field))
    blobs, rank = blobs.some(order), _place_in_run(field[order])
    order = np.lexsort((-blobs.strength, rank, blobs.octave))
    blobs = blobs.some(order)
    return blobs.some(_place_in_run(blobs.octave) < np.array(MOST)[blobs.octave])


def _place_in_run(keys: np.ndarray) -> np.ndarray:
    """Return of sorted keys how many equal ones stand before each."""
    place: np.ndarray = np.arange(len(keys)) - np.searchsorted(keys, keys, "left")
    return place


def _is_telling(patches: np.ndarray) -> np.ndarray:
    """Return which patches are not plain for a good part, (patches,)."""
    ends = [patches.min(axis=(1, 2), keepdims=True), patches.max(axis=(1, 2), keepdims=True)]
    plain = np.max([(np.abs(patches - end) < SAME).mean(axis=(1, 2)) for end in ends], axis=0)
    return np.asarray(plain <= PLAIN)


def _patches(levels: np.ndarray, blobs: Blobs, pyramid: Pyramid) -> np.ndarray:
    """Return the patches at blobs, (patches, POINTS, POINTS)."""
    points = (np.arange(POINTS, dtype=np.float32) + 0.5) / POINTS * 2 - 1
    reach = (REACH * blobs.size)[:, None] * points
    line = pyramid.line[blobs.octave][:, None]
    across, down = (
        np.clip(part[:, None] + reach, 0, side[blobs.octave][:, None] - 1.001)
        for part, side in ((blobs.across, pyramid.width), (blobs.down, pyramid.height))
    )
    column, row = across.astype(np.int64), down.astype(np.int64)
    right = (across - column)[:, None, :].astype(np.float32)
    lower = (down - row)[:, :, None].astype(np.float32)
    first = (pyramid.start + EDGE)[blobs.octave] + blobs.level * pyramid.area[blobs.octave]
    place = (first[:, None] + (row + EDGE) * line)[:, :, None] + column[:, None, :]
    above, below = (
        levels[part] + (levels[part + 1] - levels[part]) * right for part in (place, place + line[:, :, None])
    )
    patches: np.ndarray = above + (below - above) * lower
    return patches


@cache
def _waves() -> np.ndarray:
    """Return what takes points to frequencies, (POINTS, WAVES)."""
    at, number = np.arange(POINTS)[:, None] + 0.5, np.arange(WAVES)
    return np.asarray(np.cos(np.pi * number * at / POINTS), np.float32)


def _frequencies(patches: np.ndarray) -> np.ndarray:
    """Return the frequencies of patches, (patches, WAVES, WAVES): products so small that no core waits for another."""
    across = (patches.reshape(-1, POINTS) @ _waves()).reshape(-1, POINTS, WAVES).transpose(0, 2, 1)
    both = (across.reshape(-1, POINTS) @ _waves()).reshape(-1, WAVES, WAVES)
    return np.asarray(both.transpose(0, 2, 1))


def _records(patches: np.ndarray, blobs: Blobs) -> np.ndarray:
    """Return patches as a look keeps them."""
    waves = _frequencies(patches)
    odd = np.where(np.arange(WAVES) % 2 == 1, -1, 1).astype(np.float32)
    left_right, upside_down = waves[:, 0, 1] < 0, waves[:, 1, 0] < 0
    waves = np.where(left_right[:, None, None], waves * odd, waves)
    waves = np.where(upside_down[:, None, None], waves * odd[:, None], waves)
    swap = np.abs(waves[:, 1, 0]) > np.abs(waves[:, 0, 1])
    waves = np.where(swap[:, None, None], waves.transpose(0, 2, 1), waves)
    signs = waves.reshape(-1, WAVES * WAVES)[:, _order()] > 0
    signs[:, 0] = False
    records = np.zeros(len(waves), RECORD)
    records["signs"] = np.packbits(signs, axis=1).reshape(-1).view(">u8")
    # Places are those of pixels' middles, which a smaller photo has elsewhere.
    times = 1 << blobs.octave
    records["across"] = np.clip(np.round(blobs.across * times), 0, 255)
    records["down"] = np.clip(np.round(blobs.down * times), 0, 255)
    records["size"] = np.round(np.log2(blobs.size * times) * STEPS)
    records["turn"] = left_right * 1 + upside_down * 2 + swap * 4
    return records


@cache
def _order() -> np.ndarray:
    """Return the places of the frequencies, the lowest first; the mean has no sign, for a brighter copy is a copy."""
    row, column = np.divmod(np.arange(WAVES * WAVES), WAVES)
    return np.lexsort((column, row, np.maximum(row, column)))
