"""A backbone in two parts: a trunk that stays as it is, and its last layers, which may be trained."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.photos.photo_graph import GraphEncoder
from withsense_tf.encoders.photos.photo_keras import MOST_FOLDED, KerasPhoto, as_constants
from withsense_tf.errors import SettingError, check_choice

# The largest float16: stored maps are cut off there, which only random weights ever reach.
MOST: Final = 65504.0


class Trunk(GraphEncoder):
    """Encode photos as the feature maps that the layer `opened` of a backbone gets, (n, height * width * channels).

    The layers from there on are `head`. They compute in float32: in half precision, small gradients vanish.
    """

    def __init__(self, base: PhotoEncoder, opened: str) -> None:
        if not isinstance(base, KerasPhoto) or base.views > 1:
            raise SettingError(
                f"opened={opened!r} needs a backbone of keras.applications that looks once at each photo, got "
                f"{base.identity}. Take KerasPhoto(..., views=1), or leave opened out."
            )
        self.base = base.with_settings(precision="float32")
        self.opened = opened
        self.size = base.size

    @property
    def weights(self) -> str:
        """Name the source of the weights."""
        return self.base.weights

    @property
    def identity(self) -> str:
        """Name everything that the maps depend on."""
        return f"{self.base.identity} before {self.opened}"

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Return the height, width and channels of the maps."""
        return tuple(self._split.shape[1:])

    @cached_property
    def head(self) -> Any:
        """Return the opened layers, maps -> the backbone's feature maps; its weights are those of the backbone."""
        import keras

        return keras.Model(self._split, self.base.model.outputs)

    def vectors(self, weights: Sequence[Any], maps: Any) -> Any:
        """Turn maps, (n, height, width, channels), into vectors, with other weights in the opened layers.

        Batch norms keep the statistics that they have: with few photos, those of batches would be noise.
        """
        others = [variable.value for variable in self.head.non_trainable_variables]
        return self.base.pool(self.head.stateless_call(weights, others, maps, training=False)[0])

    def _network(self) -> Callable[[Any], Any]:
        tf = start_tensorflow()
        import keras

        network = as_constants(keras.Model(self.base.model.input, self._split), MOST_FOLDED)

        def maps(pixels: Any) -> Any:
            output = network(self.base.preprocess(pixels))
            output = output[0] if isinstance(output, list) else output
            return tf.clip_by_value(tf.reshape(output, (pixels.shape[0], -1)), -MOST, MOST)

        return maps

    @cached_property
    def _split(self) -> Any:
        model = self.base.model
        places = splits(model)
        names = [layer.name for layer in model.layers]
        if self.opened in names and self.opened not in places:
            at = names.index(self.opened)
            near = [
                next((name for name in side if name in places), "")
                for side in (reversed(names[:at]), names[at:])
            ]
            raise SettingError(
                f"opened={self.opened!r} cannot be where {self.base.backbone} is opened: paths go around it, no layer "
                "with weights follows, or Keras made up its name. The nearest layers that can be are "
                f"{' and '.join(repr(name) for name in near if name)}."
            )
        return model.get_layer(places[check_choice("opened", self.opened, places)]).output


class Mirrored(PhotoEncoder):
    """Encode the mirror images of photos with another encoder, one look at each."""

    def __init__(self, encoder: PhotoEncoder) -> None:
        self.encoder, self.size = encoder, encoder.size

    @property
    def weights(self) -> str:
        """Name the source of the weights."""
        return self.encoder.weights

    @property
    def identity(self) -> str:
        """Name everything that the vectors depend on."""
        return f"{self.encoder.identity}, mirrored"

    @property
    def width(self) -> int:
        """Return the width of a vector."""
        return self.encoder.width

    def read(self, path: Path) -> np.ndarray:
        """Read the mirror image of a photo, uint8, (1, height, width, 3)."""
        return self.encoder.read(path)[:, :, ::-1]

    def forward(self, pixels: np.ndarray) -> np.ndarray:
        """Turn uint8 pixels, (n, height, width, 3), into float32 vectors, (n, width)."""
        return self.encoder.forward(pixels)


def splits(model: Any) -> dict[str, str]:
    """Return the layers from which a network can be opened, and for each the layer whose output it then starts with.

    All paths must go through such a layer, or the two parts would hang together by more than one array. A layer
    that joins several paths has no weights of its own, so the network is split behind it.
    """
    config = model.get_config()
    layers = config["layers"]
    place = {layer["config"]["name"]: at for at, layer in enumerate(layers)}
    sources = [sorted({place[name] for name in _sources(layer["inbound_nodes"])}) for layer in layers]
    # How far the farthest path reaches that leaves each layer; outputs reach beyond the end.
    reach = [0] * len(layers)
    for at, several in enumerate(sources):
        for source in several:
            reach[source] = max(reach[source], at)
    outputs = config["output_layers"]
    for name, *_ in outputs if isinstance(outputs[0], list) else [outputs]:
        reach[place[name]] = len(layers)
    names = list(place)
    starts, farthest = {}, reach[0]
    for at in range(1, len(layers)):
        start = sources[at][0] if len(sources[at]) == 1 else at
        if farthest <= at and start > 0 and _has_own_name(layers[at]) and _is_plain(layers[start]):
            starts[names[at]] = names[start]
        farthest = max(farthest, reach[at])
    weighty = [at for at, layer in enumerate(model.layers) if layer.trainable_variables]
    last = max(weighty, default=-1)
    return {name: start for name, start in starts.items() if place[name] <= last}


def _sources(node: Any) -> Iterator[str]:
    """Name the layers whose outputs a layer takes, as Keras writes them down."""
    if isinstance(node, dict) and node.get("class_name") == "__keras_tensor__":
        yield node["config"]["keras_history"][0]
    elif isinstance(node, dict | list | tuple):
        for part in node.values() if isinstance(node, dict) else node:
            yield from _sources(part)


def _has_own_name(layer: dict[str, Any]) -> bool:
    """Return whether a layer has a name of its own: those that Keras counts up differ from process to process."""
    kind = re.sub(r"_?\d+$", "", layer["config"]["name"]).replace("_", "")
    return _is_plain(layer) and kind != layer["class_name"].lower()


def _is_plain(layer: dict[str, Any]) -> bool:
    """Return whether a layer is no network of its own, whose inner outputs are other arrays."""
    return layer["class_name"] not in ("Functional", "Sequential", "Model")
