"""A photo encoder around a TensorFlow graph: one fixed batch shape, weights as constants, no retracing."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from functools import cached_property
from typing import Any, Self

import numpy as np

from withsense_tf.common.machine import has_gpu
from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.errors import check_choice

PRECISIONS = ("auto", "float32", "mixed_float16", "mixed_bfloat16")


class GraphEncoder(PhotoEncoder):
    """Encode photos with a function of TensorFlow that subclasses build in `_network`."""

    @abstractmethod
    def _network(self) -> Callable[[Any], Any]:
        """Build the function: pixels, float32 0 to 255, (n, height, width, 3) -> vectors, (n, width)."""

    def __deepcopy__(self, memo: object) -> Self:
        # Nothing here ever changes, and a copy would hold the whole network a second time.
        return self

    def load(self) -> Self:
        """Build the network now, so that weights that cannot be loaded are an error now; return self."""
        _ = self._graph
        return self

    @property
    def width(self) -> int:
        """Return the width of a vector."""
        return int(self._graph.structured_outputs.shape[-1])

    @cached_property
    def _graph(self) -> Any:
        return self._build_graph()

    def _build_graph(self) -> Any:
        tf = start_tensorflow()
        network = self._network()
        # Compiling for the CPU (XLA) makes it slower, so `jit_compile` stays off.
        function = tf.function(
            lambda pixels: tf.cast(network(tf.cast(pixels, tf.float32)), tf.float32),
            input_signature=[tf.TensorSpec((self.batch_size, *self.size, 3), tf.uint8)],
            autograph=False,
        )
        return function.get_concrete_function()

    def forward(self, pixels: np.ndarray) -> np.ndarray:
        """Turn uint8 pixels, (n, height, width, 3), into float32 vectors, (n, width)."""
        tf = start_tensorflow()
        vectors = []
        for start in range(0, len(pixels), self.batch_size):
            part = pixels[start : start + self.batch_size]
            # A short last batch is filled up: another shape would be another graph, and seconds to build it.
            missing = self.batch_size - len(part)
            full = np.pad(part, [(0, missing), (0, 0), (0, 0), (0, 0)]) if missing else part
            vectors.append(self._graph(tf.constant(full)).numpy()[: len(part)])
        return np.concatenate(vectors) if vectors else np.zeros((0, self.width), np.float32)


def precision_here(precision: str) -> str:
    """Return the precision to compute in: half of it in mixed mode if there is a GPU, which is made for it.

    The device is looked for as a file, because an identity must be known without TensorFlow's long import.
    """
    check_choice("precision", precision, PRECISIONS)
    if precision != "auto":
        return precision
    return "mixed_float16" if has_gpu() else "float32"
