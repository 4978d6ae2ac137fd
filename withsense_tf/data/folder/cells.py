"""Cells of tables -> ids, names and numbers, or the reason why they are none."""

from __future__ import annotations

import math
import re
from typing import Final

from withsense_tf.common.cell_texts import NUMBER

CAPTION_ID: Final = re.compile(r"(?P<photo>.+)#(?P<number>0|[1-9][0-9]{0,8})", re.DOTALL)
OF_PATHS: Final = frozenset("/\\:")
MOST_VOTES: Final = 1_000_000  # of one pair


class BadRowError(Exception):
    """Tell why a row is left out; it never leaves this folder."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


def split_caption_id(caption: str) -> tuple[str, int]:
    """Split a caption id into the photo that owns it and its number.

    >>> split_caption_id("dog.jpg#2")
    ('dog.jpg', 2)
    """
    match = CAPTION_ID.fullmatch(caption)
    if match is None:
        raise BadRowError("bad_caption_id", f"expected <file>#<n>, got {caption!r}")
    try:
        return photo_name(match["photo"]), int(match["number"])
    except BadRowError as bad:
        raise BadRowError("bad_caption_id", bad.reason) from None


def photo_name(name: str) -> str:
    """Return the name if it is a plain file name: a table must not reach outside its photo folder."""
    if not is_photo_name(name):
        raise BadRowError("bad_photo_name", f"expected a plain file name, got {name!r}")
    return name


def is_photo_name(name: str) -> bool:
    """Return whether a name is a plain file name."""
    return name[:1] not in ("", ".") and name.isprintable() and OF_PATHS.isdisjoint(name)


def finite_number(text: str, name: str) -> float:
    """Return a finite number."""
    # Stricter than float(): no "1_0", no "nan", no digits of other alphabets.
    value = float(text) if NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise BadRowError("not_a_number", f"{name} is {text!r}, expected a number")
    return value


def whole_number(text: str, name: str) -> int:
    """Return a whole number that is not too large."""
    value = finite_number(text, name)
    if value != int(value) or abs(value) > MOST_VOTES:
        raise BadRowError("not_a_number", f"{name} is {text!r}, expected a whole number up to {MOST_VOTES:,}")
    return int(value)
