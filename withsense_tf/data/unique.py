"""Photos and texts of pairs, each of them once: what is computed of one is computed once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from withsense_tf.data.dataset import Pairs


def unique_photos(pairs: Pairs) -> tuple[list[str], list[Path], np.ndarray]:
    """Return the content and path of each photo, once, and the place of each pair's photo among them, (pairs,)."""
    content, first, place = np.unique(pairs.content, return_index=True, return_inverse=True)
    paths = pairs.paths
    return content.tolist(), [paths[at] for at in first], place


def unique_texts(texts: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """Return each text, once, and the place of each given one among them, (texts,)."""
    different, place = np.unique(np.array(list(texts), object), return_inverse=True)
    return different.tolist(), place
