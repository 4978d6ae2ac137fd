"""How photos differ by their captions, and how captions of one photo differ: sums over photos that go by in blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

# Photos a block: their captions' dense vectors are all that is in memory at once.
BLOCK: Final = 2_048


@dataclass(frozen=True, eq=False)
class TextColumns:
    """Texts as numbers: words, sparse (texts, words), and vectors beside them, dense (texts, width)."""

    words: Any
    vectors: np.ndarray

    @property
    def width(self) -> int:
        """Return how many numbers a text has."""
        return int(self.words.shape[1] + self.vectors.shape[1])

    def known(self) -> np.ndarray:
        """Return which texts have a word or a vector, bool, (texts,)."""
        return np.asarray((np.diff(self.words.indptr) > 0) | np.any(self.vectors, axis=1))

    def sums(self, shares: Any) -> np.ndarray:
        """Return sums of texts, dense; `shares` is sparse, (sums, texts)."""
        return np.hstack([(shares @ self.words).toarray(), shares @ self.vectors])

    def products(self) -> np.ndarray:
        """Return the sum over texts of their numbers' products with each other, (width, width)."""
        across = self.words.T @ self.vectors
        inside = (self.words.T @ self.words).toarray()
        return np.block([[inside, across], [across.T, self.vectors.T @ self.vectors]])


@dataclass(frozen=True, eq=False)
class Scatter:
    """How captions vary, (width, width) each, and the mean caption."""

    between: np.ndarray  # from photo to photo
    within: np.ndarray  # among those of one photo
    captions: np.ndarray  # altogether
    mean: np.ndarray

    def foretell(self, words: int, penalty: float) -> np.ndarray:
        """Return the ridge regression that foretells words from vectors, (vectors, words); the first are words.

        Both are taken as differences from the mean caption.
        """
        vectors = self.captions[words:, words:]
        ridge = penalty * np.trace(vectors) / len(vectors) * np.eye(len(vectors))
        return np.asarray(np.linalg.solve(vectors + ridge, self.captions[words:, :words]))


def photo_blocks(label: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield blocks of whole photos: the rows of their captions, and which of the block's photos each belongs to.

    `label` is the photo of each caption, counted from 0.
    """
    order = np.argsort(label, kind="stable")
    ends = np.cumsum(np.bincount(label))
    for first in range(0, len(ends), BLOCK):
        start = ends[first - 1] if first else 0
        rows = order[start : ends[min(first + BLOCK, len(ends)) - 1]]
        yield rows, label[rows] - first


class ScatterSum:
    """The sums that a scatter is made of; blocks of whole photos are added one by one."""

    def __init__(self, width: int) -> None:
        self.photos = self.captions = 0
        self._means = np.zeros(width)
        self._captions = np.zeros(width)
        self._between, self._outer, self._total = (np.zeros((width, width)) for _ in range(3))

    def add(self, texts: TextColumns, label: np.ndarray) -> None:
        """Add the captions of some photos; `label` says which of them each belongs to, counted from 0."""
        from scipy.sparse import csr_matrix

        size = np.bincount(label)
        shares = csr_matrix((1 / size[label], (label, np.arange(len(label)))), dtype=np.float32)
        means = texts.sums(shares)
        totals = means * size[:, None].astype(np.float32)
        self._between += means.T @ means
        self._outer += totals.T @ means
        self._total += texts.products()
        self._means += means.sum(axis=0, dtype=np.float64)
        self._captions += totals.sum(axis=0, dtype=np.float64)
        self.photos += len(size)
        self.captions += len(label)

    def scatter(self) -> Scatter:
        """Return the scatter of all that was added."""
        mean_photo, mean_caption = self._means / self.photos, self._captions / self.captions
        return Scatter(
            self._between / self.photos - np.outer(mean_photo, mean_photo),
            (self._total - self._outer) / self.captions,
            self._total / self.captions - np.outer(mean_caption, mean_caption),
            mean_caption,
        )
