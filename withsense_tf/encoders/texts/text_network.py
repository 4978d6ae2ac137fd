"""A text encoder around a network that never changes: texts go through it batch by batch."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Self

import numpy as np

from withsense_tf.common.terminal import track
from withsense_tf.encoders.base import TextEncoder


class NetworkText(TextEncoder):
    """Encode texts with a network, `batch_size` at a time; subclasses encode one batch in `forward`."""

    batch_size: ClassVar[int] = 32
    # Whether a short batch is filled up with empty texts: another shape would be another graph, slow to build.
    full_batches: ClassVar[bool] = True

    def __deepcopy__(self, memo: object) -> Self:
        # Nothing here ever changes, and a copy would hold the whole network a second time.
        return self

    @abstractmethod
    def forward(self, texts: list[str]) -> np.ndarray:
        """Turn one batch of texts into vectors, (texts, width)."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return a vector for each text, float32, (texts, width)."""
        # At least one batch, so that no texts give an array of the right width.
        starts = range(0, max(1, len(texts)), self.batch_size)
        vectors = []
        for start in track(starts, len(starts), "Encoding", unit="batches of texts"):
            batch = list(texts[start : start + self.batch_size])
            least = self.batch_size if self.full_batches else 1
            vectors.append(self.forward(batch + [""] * (least - len(batch))))
        return np.concatenate(vectors)[: len(texts)].astype(np.float32)
