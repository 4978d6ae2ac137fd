"""What an encoder of photos or texts offers to the rest of the package."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np


@runtime_checkable
class PhotoEncoder(Protocol):
    """Turn photo files into vectors."""

    @property
    def identity(self) -> str:
        """Name everything that the vectors depend on: two encoders with one identity give the same vectors."""
        ...

    @property
    def weights(self) -> str:
        """Say in plain words where the weights come from; random ones are called random."""
        ...

    def encode(self, paths: Sequence[Path]) -> np.ndarray:
        """Return a vector for each photo, float32, (photos, size)."""
        ...


@runtime_checkable
class TextEncoder(Protocol):
    """Turn texts into vectors; `fit` learns from training texts only and returns the encoder."""

    @property
    def identity(self) -> str:
        """Name everything that the vectors depend on but the texts it was fitted on."""
        ...

    def fit(self, texts: Sequence[str]) -> TextEncoder:
        """Learn what there is to learn from the training texts."""
        ...

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return a vector for each text, float32, (texts, size)."""
        ...
