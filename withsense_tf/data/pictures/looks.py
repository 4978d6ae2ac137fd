"""A photo's pixels -> its look: few enough numbers to keep, by which its copies are found again.

A look has one frame, or two where the photo stands in a plain border: of the whole and of what is inside. A frame
holds the signs of the 256 lowest frequencies, and which of them are sure: the others are too weak for their sign to
outlive a copy. Mirroring and turning a photo swap and negate its frequencies, so they can be done to a frame. After
the frames stand the photo's patches, by which crops of it and collages with it are found: see `patches`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from withsense_tf.data.pictures.patch_matches import Patches, parse_patches
from withsense_tf.data.pictures.patches import RECORD, patches_of

SIDE: Final = 128  # photos are looked at this small
FREQUENCIES: Final = 16  # the frequencies kept in each direction
BITS: Final = FREQUENCIES * FREQUENCIES
WORDS: Final = BITS // 64
# In levels of 255, times SIDE: what is weaker is noise.
SURE: Final = 20.0
# A line of a plain border varies by no more, and its mean differs from the outermost one's by less than twice it.
PLAIN: Final = 3.0
# A frame in text is hexadecimal: signs, then which are sure.
FRAME: Final = 2 * BITS // 4
LOOK: Final = re.compile(
    rf"((?:[0-9a-f]{{{FRAME}}})+)(?:\.([0-9a-f]{{4}}(?:[0-9a-f]{{{2 * RECORD.itemsize}}})*))?"
)
# The other ways to hold a photo: mirrored, upside down, transposed, and what these make together.
TURNS: Final = tuple(
    (swap, left, top) for swap in (False, True) for left in (False, True) for top in (False, True)
)


def look_of(grey: np.ndarray, larger: np.ndarray | None = None) -> str:
    """Return the look of a small grey photo, (SIDE, SIDE); nothing where it is all plain and like any other.

    Of a `larger` one, in its own proportions and `patches.LONG` long, come the patches.
    """
    grey = grey.astype(np.float32)
    frames = [_frame(grey)]
    inside = _inside(grey)
    if inside is not None:
        frames.append(_frame(inside))
    whole = "".join(frames)
    return f"{whole}.{patches_of(larger).hex()}" if whole and larger is not None else whole


class Frames(NamedTuple):
    """Frames: their signs, and which are sure, uint64, (frames, WORDS), and the place of the look of each."""

    signs: np.ndarray
    sure: np.ndarray
    owner: np.ndarray


def frames_of(looks: Sequence[str]) -> Frames:
    """Return all frames of looks, in their order; what is no look, as after a change by hand, has none."""
    whole = [match[1] if (match := LOOK.fullmatch(look)) else "" for look in looks]
    counts = [len(look) // FRAME for look in whole]
    words = np.frombuffer(bytes.fromhex("".join(whole)), ">u8").astype(np.uint64).reshape(-1, 2, WORDS)
    return Frames(words[:, 0], words[:, 1], np.repeat(np.arange(len(counts)), counts))


def patches_in(looks: Sequence[str]) -> Patches:
    """Return all patches of looks, in their order."""
    matches = [LOOK.fullmatch(look) for look in looks]
    return parse_patches([bytes.fromhex(match[2] or "") if match else b"" for match in matches])


def turn_frames(frames: Frames, turn: tuple[bool, bool, bool]) -> Frames:
    """Return frames as they would be were the photos transposed, mirrored and upside down."""
    place, sign_changes = _turn(turn)
    signs, sure = (_pack_bits(unpack_bits(words)[:, place]) for words in (frames.signs, frames.sure))
    return Frames((signs ^ sign_changes) & sure, sure, frames.owner)


def _frame(grey: np.ndarray) -> str:
    height, width = grey.shape
    # As if it were a whole photo, so that `SURE` means the same.
    waves = _waves(height) @ grey @ _waves(width).T * (SIDE / np.sqrt(height * width))
    waves[0, 0] = 0.0  # the mean: a brighter copy is a copy
    waves = waves.ravel()[_order()]
    bits = np.stack([waves > SURE, np.abs(waves) > SURE])
    return np.packbits(bits, axis=1).tobytes().hex() if bits[1].any() else ""


def _inside(grey: np.ndarray) -> np.ndarray | None:
    """Return what a plain border leaves of the photo; nothing where it has none, or is hardly anything else."""
    top, bottom = _border(grey)
    left, right = _border(grey[top:bottom].T)
    inner = grey[top:bottom, left:right]
    # Beside a border to the left and right, lines above were not plain.
    first, last = _border(inner)
    inner = inner[first:last]
    if inner.shape == grey.shape or min(inner.shape) < SIDE // 2:
        return None
    return inner


def _border(grey: np.ndarray) -> tuple[int, int]:
    """Return where the photo begins and ends between plain lines above and below."""
    start = _plain(grey)
    return start, max(start, len(grey) - _plain(grey[::-1]))


def _plain(grey: np.ndarray) -> int:
    """Count the first lines that are all of one plain grey."""
    if not grey.size or grey[0].std() >= PLAIN:
        return 0
    means, spreads = grey.mean(axis=1), grey.std(axis=1)
    alike = (spreads < PLAIN) & (np.abs(means - means[0]) < 2 * PLAIN)
    return len(alike) if alike.all() else int(np.argmin(alike))


@cache
def _waves(size: int) -> np.ndarray:
    """Return the cosine waves of the lowest frequencies, (FREQUENCIES, size)."""
    at, number = np.arange(size) + 0.5, np.arange(FREQUENCIES)[:, None]
    waves: np.ndarray = np.cos(np.pi * number * at / size) * np.sqrt(2 / size)
    waves[0] /= np.sqrt(2)
    return np.asarray(waves, np.float32)


@cache
def _order() -> np.ndarray:
    """Return the places of the frequencies, the lowest first: the first 64 are those below 8 in both directions."""
    row, column = np.divmod(np.arange(BITS), FREQUENCIES)
    return np.lexsort((column, row, np.maximum(row, column)))


@cache
def _turn(turn: tuple[bool, bool, bool]) -> tuple[np.ndarray, np.ndarray]:
    """Return from which bit each bit comes, and which change their signs."""
    swap, left, top = turn
    row, column = np.divmod(_order(), FREQUENCIES)
    place = np.empty(BITS, np.int64)
    place[_order()] = np.arange(BITS)
    sign_changes = (left & (column % 2 == 1)) ^ (top & (row % 2 == 1))
    return (place[column * FREQUENCIES + row] if swap else np.arange(BITS)), _pack_bits(sign_changes[None])[0]


def unpack_bits(words: np.ndarray) -> np.ndarray:
    """Return the bits of words, uint8, (frames, bits)."""
    return np.unpackbits(np.ascontiguousarray(words, ">u8").view(np.uint8), axis=1)


def _pack_bits(bits: np.ndarray) -> np.ndarray:
    words: np.ndarray = np.ascontiguousarray(np.packbits(bits, axis=1)).view(">u8").astype(np.uint64)
    return words
