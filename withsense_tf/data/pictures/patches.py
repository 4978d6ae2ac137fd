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

# Patches are sought in photos whose longer side is this long, and whose shorter one is no shorter than that.
LONG: Final = 224
SHORT: Final = 24
# The smallest blobs, in pixels; so many sizes of blobs until the photo is halved and sought through once more.
SMALLEST: Final = 1.1
SIZES: Final = 2
# So many patches are kept of the whole size, of the half, and so on: those of half the photo and less are few.
MOST: Final = (48, 48, 32, 20, 12)
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
POINTS: Final = 16
WAVES: Final = 8
# Of Pillow's grey photo, how blurred it is already.
BLUR: Final = 0.5
# A patch in a look: its signs, where it lies (across and down), its size in sixteenths of a doubling, its turn.
RECORD: Final = np.dtype([("signs", ">u8"), ("across", "u1"), ("down", "u1"), ("size", "u1"), ("turn", "u1")])
STEPS: Final = 16


class Blobs(NamedTuple):
    """Places in a photo: across and down in pixels, the size, the level of blur that it is seen at, how clear it is."""

    across: np.ndarray
    down: np.ndarray
    size: np.ndarray
    level: np.ndarray
    strength: np.ndarray


def patches_of(grey: np.ndarray) -> bytes:
    """Return the patches of a grey photo whose longer side is `LONG`, after its height and width."""
    records = [np.zeros(0, RECORD)]
    image, times = grey.astype(np.float32), 1
    for most in MOST:
        if min(image.shape) < POINTS:
            break
        levels = _levels(image, times == 1)
        blobs = _strongest(_blobs(levels), image.shape, most)
        patches = _patches(levels, blobs)
        telling = _is_telling(patches)
        records.append(_records(patches[telling], Blobs(*(part[telling] for part in blobs)), times))
        image, times = levels[SIZES][::2, ::2], times * 2
    return bytes(grey.shape) + np.concatenate(records).tobytes()


def _levels(image: np.ndarray, first: bool) -> np.ndarray:
    """Return the photo more and more blurred, (levels, height, width); but for the first, it is blurred already."""
    blur = SMALLEST * 2 ** (np.arange(SIZES + 3) / SIZES)
    before = BLUR if first else SMALLEST
    levels = np.empty((len(blur), *image.shape), np.float32)
    for at, after in enumerate(blur.tolist()):
        if at == 0 and not first:
            levels[at] = image
            continue
        more = round(float(np.sqrt(after**2 - before**2)), 6)
        height, width = image.shape
        levels[at] = _blurring(height, more) @ image @ _blurring(width, more).T
    return levels


@cache
def _blurring(side: int, blur: float) -> np.ndarray:
    """Return what blurs a photo down its columns, (side, side); beyond the edge the photo is mirrored."""
    reach = int(np.ceil(3.5 * blur))
    steps = np.arange(-reach, reach + 1)
    weights = np.exp(-(steps**2) / (2 * blur**2))
    lines = np.mod(np.arange(side)[:, None] + steps, 2 * side)
    lines = np.where(lines < side, lines, 2 * side - 1 - lines)
    kernel = np.zeros((side, side))
    np.add.at(kernel, (np.arange(side)[:, None], lines), weights / weights.sum())
    return kernel.astype(np.float32)


def _blobs(levels: np.ndarray) -> Blobs:
    """Return where a difference between levels is above, or below, all that is beside it in place and in size."""
    apart = levels[1:] - levels[:-1]
    _, height, width = apart.shape
    middle, planes = apart[1:-1, 1:-1, 1:-1], apart[1:-1]
    above, below = middle > WEAKEST, middle < -WEAKEST
    for side in (planes[:, 1:-1, 2:], planes[:, 1:-1, :-2], planes[:, 2:, 1:-1], planes[:, :-2, 1:-1]):
        above &= middle >= side
        below &= middle <= side
    level, down, across = np.unravel_index(np.flatnonzero(above | below), middle.shape)
    flat, place = apart.ravel(), ((level + 1) * height + down + 1) * width + across + 1
    # Twice, as few are left after the first time.
    for steps in _beside(height, width):
        value = flat[place][:, None]
        outermost = (flat[place[:, None] + steps] - value) * np.sign(value) <= 0
        place = place[outermost.all(axis=1)]
    return _blobs_at(flat, place, height, width)


@cache
def _beside(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the steps to the same place in the next sizes, and to all other places beside, in a flat array."""
    area = height * width
    plane = [down * width + across for down in (-1, 0, 1) for across in (-1, 0, 1)]
    others = [level * area + step for level in (-1, 0, 1) for step in plane if (level, step) != (0, 0)]
    straight = {1, -1, width, -width, area, -area}
    return np.array([area, -area]), np.array([step for step in others if step not in straight])


def _blobs_at(flat: np.ndarray, place: np.ndarray, height: int, width: int) -> Blobs:
    """Return blobs at places of a flat array, between its points, without those that are edges or cross the photo's."""
    area = height * width
    value, right, left = flat[place], flat[place + 1], flat[place - 1]
    lower, upper = flat[place + width], flat[place - width]
    across2, down2 = right + left - 2 * value, lower + upper - 2 * value
    corners = [flat[place + step] for step in (width + 1, -width - 1, 1 - width, width - 1)]
    both2 = (corners[0] + corners[1] - corners[2] - corners[3]) / 4
    spread, curve = across2 + down2, across2 * down2 - both2**2
    is_blob = (curve > 0) & (spread**2 * LONGEST < (LONGEST + 1) ** 2 * curve)
    larger, smaller = flat[place + area], flat[place - area]
    size2 = larger + smaller - 2 * value
    with np.errstate(divide="ignore", invalid="ignore"):
        shifts = [
            np.clip(np.nan_to_num((after - before) / (-2 * bend)), -0.5, 0.5)
            for after, before, bend in (
                (right, left, across2),
                (lower, upper, down2),
                (larger, smaller, size2),
            )
        ]
    level, at = np.divmod(place, area)
    down, across = np.divmod(at, width)
    size = SMALLEST * 2 ** ((level + shifts[2] + 0.5) / SIZES)
    blobs = Blobs(across + shifts[0], down + shifts[1], size, level - 1, np.abs(value))
    inner = REACH * (1 - BEYOND) * size
    is_inside = (
        (np.minimum(blobs.across, blobs.down) > inner)
        & (blobs.across + inner < width - 1)
        & (blobs.down + inner < height - 1)
    )
    return Blobs(*(part[is_blob & is_inside] for part in blobs))


def _strongest(blobs: Blobs, shape: tuple[int, ...], most: int) -> Blobs:
    """Return the clearest blobs: the first of each field of the grid, then the second of each, and so on."""
    order = np.argsort(-blobs.strength, kind="stable")
    row, column = (
        (part[order] * GRID / side).astype(np.int64)
        for part, side in zip((blobs.down, blobs.across), shape, strict=True)
    )
    field = row * GRID + column
    by_field = np.argsort(field, kind="stable")
    first = np.searchsorted(field[by_field], field[by_field], "left")
    rank = np.empty(len(order), np.int64)
    rank[by_field] = np.arange(len(order)) - first
    best = order[np.argsort(rank, kind="stable")[:most]]
    return Blobs(*(part[best] for part in blobs))


def _is_telling(patches: np.ndarray) -> np.ndarray:
    """Return which patches are not plain for a good part, (patches,)."""
    ends = [patches.min(axis=(1, 2), keepdims=True), patches.max(axis=(1, 2), keepdims=True)]
    plain = np.max([(np.abs(patches - end) < SAME).mean(axis=(1, 2)) for end in ends], axis=0)
    return np.asarray(plain <= PLAIN)


def _patches(levels: np.ndarray, blobs: Blobs) -> np.ndarray:
    """Return the patches at blobs, (patches, POINTS, POINTS)."""
    _, height, width = levels.shape
    points = (np.arange(POINTS, dtype=np.float32) + 0.5) / POINTS * 2 - 1
    reach = (REACH * blobs.size)[:, None] * points
    across = np.clip(blobs.across[:, None] + reach, 0, width - 1.001)
    down = np.clip(blobs.down[:, None] + reach, 0, height - 1.001)
    column, row = across.astype(np.int64), down.astype(np.int64)
    right = (across - column)[:, None, :].astype(np.float32)
    lower = (down - row)[:, :, None].astype(np.float32)
    flat = levels.ravel()
    place = ((blobs.level * height)[:, None] + row)[:, :, None] * width + column[:, None, :]
    above, below = (flat[part] + (flat[part + 1] - flat[part]) * right for part in (place, place + width))
    patches: np.ndarray = above + (below - above) * lower
    return patches


@cache
def _cosines() -> np.ndarray:
    at, number = np.arange(POINTS) + 0.5, np.arange(WAVES)[:, None]
    waves: np.ndarray = np.cos(np.pi * number * at / POINTS)
    return np.asarray(waves, np.float32)


def _records(patches: np.ndarray, blobs: Blobs, times: int) -> np.ndarray:
    """Return patches as a look keeps them; the photo was made smaller so many `times`."""
    waves = _cosines() @ patches @ _cosines().T
    odd = np.where(np.arange(WAVES) % 2 == 1, -1, 1)
    left_right, upside_down = waves[:, 0, 1] < 0, waves[:, 1, 0] < 0
    waves = np.where(left_right[:, None, None], waves * odd, waves)
    waves = np.where(upside_down[:, None, None], waves * odd[:, None], waves)
    swap = np.abs(waves[:, 1, 0]) > np.abs(waves[:, 0, 1])
    waves = np.where(swap[:, None, None], waves.transpose(0, 2, 1), waves)
    row, column = np.divmod(np.arange(WAVES * WAVES), WAVES)
    # The lowest first; the mean has no sign, for a brighter copy is a copy.
    order = np.lexsort((column, row, np.maximum(row, column)))
    signs = waves.reshape(-1, WAVES * WAVES)[:, order] > 0
    signs[:, 0] = False
    records = np.zeros(len(waves), RECORD)
    records["signs"] = np.packbits(signs, axis=1).reshape(-1).view(">u8")
    # Places are those of pixels' middles, which a smaller photo has elsewhere.
    records["across"] = np.clip(np.round(blobs.across * times), 0, 255)
    records["down"] = np.clip(np.round(blobs.down * times), 0, 255)
    records["size"] = np.round(np.log2(blobs.size * times) * STEPS)
    records["turn"] = left_right * 1 + upside_down * 2 + swap * 4
    return records
