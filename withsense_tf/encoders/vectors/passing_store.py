"""Vectors of photos that pass: a stranger's photo is encoded for one answer, and nothing of it stays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from withsense_tf.data.folder.problems import Problem
from withsense_tf.data.pictures.photo_file import has_digest
from withsense_tf.encoders.base import PhotoEncoder, TextEncoder
from withsense_tf.encoders.vectors.store import Encoded, VectorStore, changed_photo


class PassingStore(VectorStore):
    """Encode photos and texts each time that they are asked for, and keep nothing, not even for a moment on a disk."""

    def __init__(self) -> None:
        super().__init__("")  # no folder is ever made

    def __reduce__(self) -> Any:
        return PassingStore, ()

    def encode(self, encoder: PhotoEncoder, content: Sequence[str], paths: Sequence[Path]) -> Encoded:
        """Return the vectors of photos, as a store does."""
        files = [Path(path) for path in paths]
        bad: dict[int, Problem] = {}
        vectors = np.zeros((len(files), encoder.width), np.float32)
        has_vector = np.zeros(len(files), bool)
        for batch in encoder.stream(files, bad):
            vectors[batch.rows], has_vector[batch.rows] = batch.vectors, True
        for row in np.flatnonzero(has_vector).tolist():
            # After it was decoded, as in a store.
            if not has_digest(files[row], content[row]):
                has_vector[row], bad[row] = False, changed_photo(files[row])
        return Encoded(has_vector, vectors[has_vector], tuple(bad[row] for row in sorted(bad)))

    def text_vectors(self, encoder: TextEncoder, texts: Sequence[str]) -> np.ndarray:
        """Return the vector of each text, (texts, width)."""
        return encoder.encode(list(texts))
