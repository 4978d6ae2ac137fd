"""Ids of captions -> the photos that own them: `dog.jpg#2` is the third caption of `dog.jpg`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def owner_of(caption: str) -> str:
    """Return the photo that owns a caption.

    >>> owner_of("odd#name.jpg#2")
    'odd#name.jpg'
    """
    return caption.rsplit("#", 1)[0]


def owners_of(captions: pd.Series) -> pd.Series:
    """Return the photo that owns each caption."""
    owners: pd.Series = captions.str.rsplit("#", n=1).str[0]
    return owners
