"""Vectors by encoder and photo content, so that no photo is encoded twice by one encoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from withsense_tf.data.dataset import Pairs
from withsense_tf.encoders.base import PhotoEncoder


class VectorStore:
    """Keep vectors in memory under (encoder identity, content of the photo)."""

    def __init__(self) -> None:
        self._vectors: dict[tuple[str, str], np.ndarray] = {}

    def __deepcopy__(self, memo: object) -> VectorStore:
        # scikit-learn's clone copies arguments; a store is there to be shared.
        return self

    def photo_vectors(self, encoder: PhotoEncoder, pairs: Pairs) -> np.ndarray:
        """Return the vector of each pair's photo, (pairs, size); only photos not seen before are encoded."""
        unique = pd.DataFrame({"content": pairs.content, "path": pairs.paths}).drop_duplicates("content")
        new = unique[[(encoder.identity, content) not in self._vectors for content in unique["content"]]]
        if len(new):
            vectors = encoder.encode([Path(path) for path in new["path"]])
            for content, vector in zip(new["content"], vectors, strict=True):
                self._vectors[encoder.identity, content] = vector
        return np.stack([self._vectors[encoder.identity, content] for content in pairs.content])
