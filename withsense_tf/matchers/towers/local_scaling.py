"""Take from a photo's scores how near captions lie to it anyway, so that no photo is an answer to everything.

In a space of many dimensions some points are near to far too many others ("hubs"), and would come first for queries
that mean another photo. The remedy is that of word translation: A. Conneau and others, "Word translation without
parallel data" (2018), which takes the mean cosine with the nearest neighbours away. The query's own neighbours are left
out: they change no ranking of photos. What is taken away is one more number of a photo's row, and a text's row has a 1
there, so that a score is still one inner product, and any vector engine finds the best.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final, Self

import numpy as np

from withsense_tf.common.saved_objects import Saveable

# Chosen among captioned photos (experiments/RESULTS.md, section 19): flat from a share of .4 to .6, and from 3 to 50.
SHARE: Final = 0.5
NEAREST: Final = 10
# So many captions tell it as well as all of 24,000 do.
MOST: Final = 5_000
# Among fewer, the nearest ones are not near.
FEWEST: Final = 500
BLOCK: Final = 2_048


class LocalScaling(Saveable):
    """Say of points of photos how near their nearest training captions lie."""

    LEARNED: ClassVar[tuple[str, ...]] = ("captions_",)

    def fit(
        self, text_points: Callable[[Sequence[str]], np.ndarray], texts: Sequence[str], owner: np.ndarray
    ) -> Self:
        """Keep some of the training captions; `owner` numbers their photos, (captions,)."""
        places = np.sort(np.random.default_rng(0).permutation(len(texts))[:MOST])
        if len(texts) < FEWEST:
            places = places[:0]
        self._owner = np.asarray(owner)[places]
        points = text_points([texts[at] for at in places] or ["a"])
        self.captions_ = np.asarray(points, np.float32)[: len(places)]
        return self

    def rows(self, points: np.ndarray, photos: np.ndarray | None = None) -> np.ndarray:
        """Return the points with what is taken from their scores beside them, (photos, dim + 1).

        `photos` are the numbers of photos that are left out: their own captions do not count.
        """
        parts = [
            self._nearness(
                points[start : start + BLOCK], None if photos is None else photos[start : start + BLOCK]
            )
            for start in range(0, len(points), BLOCK)
        ]
        nearness = np.concatenate([np.zeros(0), *parts])
        return np.column_stack([points, -SHARE * nearness]).astype(points.dtype)

    def _nearness(self, points: np.ndarray, photos: np.ndarray | None) -> np.ndarray:
        if not len(self.captions_):
            return np.zeros(len(points))
        cosines = points.astype(np.float32) @ self.captions_.T
        if photos is not None:
            cosines[photos[:, None] == self._owner] = -1.0
        nearest = np.partition(cosines, -NEAREST, axis=1)[:, -NEAREST:]
        return np.asarray(np.clip(nearest.mean(axis=1, dtype=np.float64), 0, 1))
