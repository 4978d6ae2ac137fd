"""Texts -> vectors of a sentence encoder from TensorFlow Hub or any SavedModel that takes texts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.encoders.weights.hub import HubModule, pick_output
from withsense_tf.encoders.weights.weight_files import named, whole_path
from withsense_tf.errors import DataError

BATCH = 256


class HubText(TextEncoder):
    """Encode texts with a module from a handle of TensorFlow Hub or the folder of a SavedModel.

    The module takes a tensor of strings, (n,), and gives (n, width), or several outputs; `output` names one.
    """

    def __init__(self, handle: str | Path, output: str | None = None) -> None:
        self.handle = str(handle)
        self.output = output

    def to_state(self) -> dict[str, Any]:
        """Return what is to be saved; a folder stays where it is."""
        state = super().to_state()
        state["settings"]["handle"] = whole_path(self.handle)
        return state

    def __deepcopy__(self, memo: object) -> Self:
        # Nothing here ever changes, and a loaded module cannot be copied.
        return self

    @cached_property
    def weights(self) -> str:
        """Say in plain words where the weights come from."""
        return named(self.handle)

    @property
    def identity(self) -> str:
        """Name everything that the vectors depend on."""
        return f"hub({self.weights}{f', {self.output}' if self.output else ''})"

    @cached_property
    def _module(self) -> HubModule:
        return HubModule(self.handle)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return a vector for each text, float32, (texts, width)."""
        tf = start_tensorflow()
        call = self._module.function()
        # At least one batch, so that no texts give an array of the right width.
        starts = range(0, max(1, len(texts)), BATCH)
        found = []
        for start in starts:
            part = list(texts[start : start + BATCH]) or [""]
            vectors = pick_output(call(tf.constant(part)), self.output, self.handle).numpy()
            if vectors.ndim != 2 or len(vectors) != len(part):
                raise DataError(
                    f"{self.handle} turned {len(part)} texts into an array of shape {vectors.shape}; expected "
                    "(texts, width)."
                )
            found.append(vectors)
        return np.concatenate(found)[: len(texts)].astype(np.float32)
