"""A text encoder around a network that never changes: texts go through it batch by batch."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from withsense_tf.common.terminal import track
from withsense_tf.encoders.base import TextEncoder, Unchanging


class NetworkText(Unchanging, TextEncoder):
    """Encode texts with a network, `batch_size` at a time; subclasses encode one batch in `forward`."""

    batch_size: ClassVar[int] = 32
    # Whether a short batch is filled up with empty texts: another shape would be another graph, slow to build.
    full_batches: ClassVar[bool] = True

    @abstractmethod
    def forward(self, texts: list[str]) -> np.ndarray:
        """Turn one batch of texts into vectors, (texts, width)."""

    def lengths(self, texts: Sequence[str]) -> np.ndarray:
        """Return how long each text is for the network, (texts,): those of one length share a batch."""
        return np.zeros(len(texts), np.int64)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return a vector for each text, float32, (texts, width); what is said again is computed once."""
        # At least one, so that no texts give an array of the right width.
        place = {text: at for at, text in enumerate(dict.fromkeys(texts))} or {"": 0}
        different = list(place)
        order = np.argsort(self.lengths(different), kind="stable")
        starts = range(0, len(order), self.batch_size)
        parts = []
        for start in track(starts, len(starts), "Encoding", unit="batches of texts"):
            batch = [different[at] for at in order[start : start + self.batch_size]]
            least = self.batch_size if self.full_batches else 1
            parts.append(self.forward(batch + [""] * (least - len(batch)))[: len(batch)])
        vectors = np.concatenate(parts).astype(np.float32)
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        return vectors[back[[place[text] for text in texts]]]
