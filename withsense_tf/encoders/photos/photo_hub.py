"""Photos -> vectors of a TensorFlow Hub module or any SavedModel that takes photos."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.data.pictures.photo_views import check_views
from withsense_tf.encoders.base import PHOTO_VERSION, BuiltOnce
from withsense_tf.encoders.photos.photo_graph import GraphEncoder
from withsense_tf.encoders.weights.hub import HubModule, pick_output
from withsense_tf.encoders.weights.weight_files import weights_name
from withsense_tf.errors import SettingError


class HubPhoto(GraphEncoder):
    """Encode photos with a module from a handle of TensorFlow Hub or the folder of a SavedModel.

    The module takes float32 photos, (n, height, width, 3), from 0 to 1 as Hub's common image signature says, or
    in the `scale` (low, high) it was trained with. `output` names which of several outputs to take.
    """

    SOURCE: ClassVar[str] = "handle"

    def __init__(
        self,
        handle: str | Path,
        size: int = 224,
        scale: tuple[float, float] = (0.0, 1.0),
        views: int = 1,
        output: str | None = None,
    ) -> None:
        self.handle = str(handle)
        if size < 1 or scale[0] >= scale[1]:
            raise SettingError(
                f"Expected a size of at least 1 and a scale (low, high), got {size} and {scale}."
            )
        scale = (float(scale[0]), float(scale[1]))
        self.size, self.scale, self.views, self.output = (size, size), scale, check_views(views), output

    def to_state(self) -> dict[str, Any]:
        """Return the state to save, the size as the side of a square."""
        state = super().to_state()
        state["settings"]["size"] = self.size[0]
        return state

    @cached_property
    def weights(self) -> str:
        """Name the source of the weights."""
        return weights_name(self.handle)

    @property
    def identity(self) -> str:
        """Name everything that the vectors depend on."""
        scale = f"{self.scale[0]} to {self.scale[1]}"
        parts = [self.weights, f"{self.size[0]} px", scale]
        parts += [f"{self.views} views"] if self.views > 1 else []
        parts += [self.output] if self.output else []
        return f"hub({', '.join([*parts, f'v{PHOTO_VERSION}'])})"

    @BuiltOnce
    def _module(self) -> HubModule:
        return HubModule(self.handle)

    def _network(self) -> Callable[[Any], Any]:
        tf = start_tensorflow()
        call = self._module.function()
        low, high = self.scale

        def network(pixels: Any) -> Any:
            vectors = pick_output(call(pixels * ((high - low) / 255.0) + low), self.output, self.handle)
            if len(vectors.shape) == 4:
                return tf.reduce_mean(vectors, axis=(1, 2))
            return tf.reshape(vectors, (self.batch_size, -1))

        return network
