"""A photo encoder around a TensorFlow graph: one fixed batch shape, weights as constants, no retracing."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import numpy as np

from withsense_tf.common.machine import has_gpu
from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.data.folder.problems import Problem
from withsense_tf.encoders.base import BuiltOnce, PhotoEncoder, PhotoVectors, Unchanging
from withsense_tf.encoders.photos.fast_graph import Parts, fast_graph
from withsense_tf.errors import check_choice

# "bfloat16" is float32 as Keras builds it, rounded where that is quicker; a mixed one is built as such by Keras.
PRECISIONS: Final = ("auto", "float32", "bfloat16", "mixed_float16", "mixed_bfloat16")
# Another runtime takes seconds to get ready: only after so many looks is it worth that.
WORTH: Final = 64


class GraphEncoder(Unchanging, PhotoEncoder):
    """Encode photos with a function of TensorFlow that subclasses build in `_network`."""

    # What few photos leave behind in a network fits into a processor's caches: a fifth quicker than 32 at a time.
    batch_size: ClassVar[int] = 32 if has_gpu() else 8
    batches_at_once: ClassVar[int] = 1 if has_gpu() else 4
    _looks_so_far = 0
    _looks_at_once = 0  # as many as were asked for together

    @abstractmethod
    def _network(self) -> Callable[[Any], Any]:
        """Build the function: pixels, float32 0 to 255, (n, height, width, 3) -> vectors, (n, width)."""

    def load(self) -> Self:
        """Build the network now, so that weights that cannot be loaded are an error now; return self."""
        _ = self._graph
        return self

    @property
    def width(self) -> int:
        """Return the width of a vector."""
        return int(self._graph.structured_outputs.shape[-1])

    @BuiltOnce
    def _graph(self) -> Any:
        return self._build_graph(self._network())

    def _build_graph(self, network: Callable[[Any], Any]) -> Any:
        tf = start_tensorflow()
        # Compiling for the CPU (XLA) makes it slower, so `jit_compile` stays off.
        function = tf.function(
            lambda pixels: tf.cast(network(tf.cast(pixels, tf.float32)), tf.float32),
            input_signature=[tf.TensorSpec((self.batch_size, *self.size, 3), tf.uint8)],
            autograph=False,
        )
        return function.get_concrete_function()

    @property
    def may_be_fast(self) -> bool:
        """Return whether another runtime than TensorFlow gives the same numbers; subclasses know."""
        return False

    @property
    def may_round(self) -> bool:
        """Return whether that runtime may compute in half precision; subclasses know."""
        return False

    @BuiltOnce
    def _fast_graph(self) -> Parts | None:
        return fast_graph(self._whole_graph, half=self.may_round)

    def _whole_graph(self) -> Any:
        """Return the graph with its weights in it, as another runtime reads it."""
        return self._graph

    def stream(self, paths: Sequence[Path], bad: dict[int, Problem]) -> Iterator[PhotoVectors]:
        """Yield the vectors batch by batch; where many photos come, all of them by the quicker runtime."""
        self._looks_at_once = max(self._looks_at_once, len(paths) * self.views)
        return super().stream(paths, bad)

    def forward(self, pixels: np.ndarray) -> np.ndarray:
        """Turn uint8 pixels, (n, height, width, 3), into float32 vectors, (n, width)."""
        # A short last batch is filled up: another shape would be another graph, and seconds to build it.
        missing = -len(pixels) % self.batch_size
        self._looks_so_far += len(pixels) + missing
        full = np.pad(pixels, [(0, missing), (0, 0), (0, 0), (0, 0)]) if missing else pixels
        parts = [full[start : start + self.batch_size] for start in range(0, len(full), self.batch_size)]
        is_worth_it = max(self._looks_so_far, self._looks_at_once) > WORTH
        fast = self._fast_graph if is_worth_it and self.may_be_fast else None
        vectors = self._by_tensorflow(parts) if fast is None else fast(parts)
        return np.concatenate(vectors)[: len(pixels)] if vectors else np.zeros((0, self.width), np.float32)

    def _by_tensorflow(self, parts: list[np.ndarray]) -> list[np.ndarray]:
        tf = start_tensorflow()
        return [self._graph(tf.constant(part)).numpy() for part in parts]


def precision_here(precision: str) -> str:
    """Return the precision to compute in: half of it in mixed mode if there is a GPU, which is made for it.

    The device is looked for as a file, because an identity must be known without TensorFlow's long import.
    """
    check_choice("precision", precision, PRECISIONS)
    if precision != "auto":
        return precision
    return "mixed_float16" if has_gpu() else "float32"
