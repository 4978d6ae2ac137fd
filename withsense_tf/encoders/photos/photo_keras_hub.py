"""Photos -> vectors of a KerasHub image backbone, from a preset's name or folder."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.data.pictures.photo_views import check_views
from withsense_tf.encoders.base import PHOTO_VERSION, BuiltOnce
from withsense_tf.encoders.photos.photo_graph import GraphEncoder
from withsense_tf.encoders.weights.keras_hub_preset import load_preset, preset_weights
from withsense_tf.errors import SettingError


class KerasHubPhoto(GraphEncoder):
    """Encode photos with a KerasHub backbone and the preset's own image converter.

    Feature maps are averaged over the photo; of transformers the first token is taken, or with pooling="mean" the
    mean of all tokens.
    """

    SOURCE: ClassVar[str] = "preset"

    def __init__(self, preset: str | Path, size: int = 224, pooling: str = "first", views: int = 1) -> None:
        self.preset = str(preset)
        if pooling not in ("first", "mean"):
            raise SettingError(f"pooling must be 'first' or 'mean', got {pooling!r}.")
        # The size to decode at; the preset's converter brings the pixels to the size its network wants.
        self.size, self.pooling, self.views = (size, size), pooling, check_views(views)

    def to_state(self) -> dict[str, Any]:
        """Return the state to save, the size as the side of a square."""
        state = super().to_state()
        state["settings"]["size"] = self.size[0]
        return state

    @cached_property
    def weights(self) -> str:
        """Name the source of the weights."""
        return preset_weights(self.preset)

    @property
    def identity(self) -> str:
        """Name everything that the vectors depend on."""
        views = f", {self.views} views" if self.views > 1 else ""
        return f"keras_hub({self.weights}, {self.size[0]} px, {self.pooling}{views}, v{PHOTO_VERSION})"

    @BuiltOnce
    def _parts(self) -> tuple[Any, Any]:
        converter = load_preset(lambda hub: hub.layers.ImageConverter, self.preset)
        return converter, load_preset(lambda hub: hub.models.Backbone, self.preset)

    def _network(self) -> Callable[[Any], Any]:
        tf = start_tensorflow()
        converter, backbone = self._parts

        def network(pixels: Any) -> Any:
            output = backbone(converter(pixels), training=False)
            if isinstance(output, dict):
                output = output.get("sequence_output", next(iter(output.values())))
            if len(output.shape) == 4:
                return tf.reduce_mean(output, axis=(1, 2))
            if len(output.shape) == 3:
                return output[:, 0] if self.pooling == "first" else tf.reduce_mean(output, axis=1)
            return output

        return network
