"""Texts -> vectors of a sentence encoder from TensorFlow Hub or any SavedModel that takes texts."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np

from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.encoders.base import BuiltOnce
from withsense_tf.encoders.texts.text_network import NetworkText
from withsense_tf.encoders.weights.hub import HubModule, pick_output
from withsense_tf.encoders.weights.weight_files import weights_name
from withsense_tf.errors import DataError


class HubText(NetworkText):
    """Encode texts with a module from a handle of TensorFlow Hub or the folder of a SavedModel.

    The module takes a tensor of strings, (n,), and gives (n, width), or several outputs; `output` names one.
    """

    SOURCE: ClassVar[str] = "handle"
    batch_size: ClassVar[int] = 256
    # A module takes any number of texts, and a query alone is to stay quick.
    full_batches: ClassVar[bool] = False

    def __init__(self, handle: str | Path, output: str | None = None) -> None:
        self.handle = str(handle)
        self.output = output

    @cached_property
    def weights(self) -> str:
        """Name the source of the weights."""
        return weights_name(self.handle)

    @property
    def identity(self) -> str:
        """Name everything that the vectors depend on."""
        return f"hub({self.weights}{f', {self.output}' if self.output else ''})"

    @BuiltOnce
    def _module(self) -> HubModule:
        return HubModule(self.handle)

    def forward(self, texts: list[str]) -> np.ndarray:
        """Turn one batch of texts into vectors, (texts, width)."""
        tf = start_tensorflow()
        output = self._module.function()(tf.constant(texts))
        vectors = np.asarray(pick_output(output, self.output, self.handle))
        if vectors.ndim != 2 or len(vectors) != len(texts):
            raise DataError(
                f"{self.handle} turned {len(texts)} texts into an array of shape {vectors.shape}; expected "
                "(texts, width)."
            )
        return vectors
