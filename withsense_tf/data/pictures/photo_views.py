"""Several looks at one photo: the whole, its squares, close-ups, and all of them mirrored."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from withsense_tf.data.pictures.photo_file import REDUCED_TO, open_upright, read_photo
from withsense_tf.errors import SettingError

VIEWS: Final = (1, 2, 4, 12)
# A close-up shows the middle three quarters of each side.
CLOSE_UP: Final = 0.75
Box = tuple[float, float, float, float]


def check_views(views: int) -> int:
    """Return `views` if there are so many looks at a photo, else raise."""
    if views not in VIEWS:
        raise SettingError(f"views must be one of {', '.join(map(str, VIEWS))}, got {views!r}.")
    return views


def read_views(path: Path, size: tuple[int, int], views: int) -> np.ndarray:
    """Read several looks at a photo, uint8, (views, height, width, 3).

    Two are the whole photo and its mirror image; four add the middle square; twelve the squares at both ends
    and two close-ups, mirrored too. Squares keep the proportions, which the whole photo, squashed, does not.
    """
    if check_views(views) == 1:
        return read_photo(path, size)[None]
    with open_upright(path, round(REDUCED_TO * max(size) / CLOSE_UP)) as photo:
        looks = [photo.pixels(size, box) for box in boxes(*photo.image.size)[: views // 2]]
    return np.stack([view for look in looks for view in (look, look[:, ::-1])])


def boxes(width: int, height: int) -> list[Box]:
    """Return the parts that are looked at (left, top, right, bottom), the most telling first.

    >>> boxes(8, 4)[:4]
    [(0.0, 0.0, 8.0, 4.0), (2.0, 0.0, 6.0, 4.0), (0.0, 0.0, 4.0, 4.0), (4.0, 0.0, 8.0, 4.0)]
    """
    side, w, h = float(min(width, height)), float(width), float(height)
    left, top = (w - side) / 2, (h - side) / 2
    whole, middle = (0.0, 0.0, w, h), (left, top, left + side, top + side)
    first, last = (0.0, 0.0, side, side), (w - side, h - side, w, h)
    return [whole, middle, first, last, _inner(whole), _inner(middle)]


def _inner(box: Box) -> Box:
    left, top, right, bottom = box
    x, y = (right - left) * (1 - CLOSE_UP) / 2, (bottom - top) * (1 - CLOSE_UP) / 2
    return left + x, top + y, right - x, bottom - y
