"""Several text encoders side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from withsense_tf.encoders.base import TextEncoder
from withsense_tf.errors import SettingError


class Concatenation(TextEncoder):
    """Put the vectors of several encoders side by side, each brought to the same length, so that each counts alike."""

    def __init__(self, parts: Sequence[TextEncoder]) -> None:
        if not parts:
            raise SettingError("Concatenation needs at least one text encoder, got none.")
        self.parts = tuple(parts)

    @property
    def learns(self) -> bool:  # type: ignore[override]  # here it depends on the parts
        """Return whether the vectors depend on the texts that `fit` saw."""
        return any(part.learns for part in self.parts)

    @property
    def weights(self) -> str:
        """Name the source of the weights."""
        return " + ".join(part.weights for part in self.parts if part.weights)

    @property
    def identity(self) -> str:
        """Name everything that the vectors depend on but the training texts."""
        return " + ".join(part.identity for part in self.parts)

    def check_here(self) -> None:
        """Raise where the weights of a part are not on this machine."""
        for part in self.parts:
            part.check_here()

    def fit(self, texts: Sequence[str]) -> Self:
        """Fit each part on the training texts."""
        for part in self.parts:
            part.fit(texts)
        return self

    def unknown(self, text: str) -> tuple[str, ...]:
        """Return the words of a text that no part knows."""
        first, *others = (part.unknown(text) for part in self.parts)
        return tuple(word for word in first if all(word in other for other in others))

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return a vector for each text, of length 1 where every part knows one of its words, float32."""
        blocks = []
        for part in self.parts:
            vectors = part.encode(texts)
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True) * np.sqrt(len(self.parts))
            blocks.append(vectors / np.maximum(lengths, 1e-12))
        return np.hstack(blocks).astype(np.float32)
