"""Photos -> pooled vectors of a `keras.applications` backbone, with weights that are named for what they are."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from withsense_tf.data.photos import PhotoBatches
from withsense_tf.errors import DataError, SettingError, check_seed
from withsense_tf.terminal import start_tensorflow, track

MOBILENET_V2_SIZE: Final = 224


class MobileNetV2:
    """Encode photos with MobileNetV2 (1,280 numbers a photo).

    `weights` is "random", "imagenet" (Keras downloads them) or the path of a `.weights.h5` file made for
    `keras.applications.MobileNetV2(include_top=False)`. With random weights the vectors are random features:
    colours and textures come through, meaning does not.
    """

    def __init__(self, weights: str | Path = "random", seed: int = 0) -> None:
        self._source = str(weights)
        self._seed = check_seed(seed)
        if self._source in ("random", "imagenet"):
            return
        # Keras tells formats apart by the name alone.
        if not self._source.endswith(".weights.h5") or not Path(self._source).is_file():
            raise SettingError(
                f"weights={self._source!r}: expected 'random', 'imagenet' or a file that exists and whose name ends "
                "in .weights.h5."
            )

    def __repr__(self) -> str:
        return f"MobileNetV2({self._source!r}, seed={self._seed})"

    def __deepcopy__(self, memo: object) -> MobileNetV2:
        # Nothing here ever changes, and a copy would hold the whole network a second time.
        return self

    @cached_property
    def weights(self) -> str:
        """Say in plain words where the weights come from."""
        if self._source == "random":
            return f"random (seed {self._seed})"
        if self._source == "imagenet":
            return "imagenet"
        digest = hashlib.sha256(Path(self._source).read_bytes()).hexdigest()[:12]
        return f"file {Path(self._source).name} {digest}"

    @property
    def identity(self) -> str:
        """Name everything that the vectors depend on."""
        return f"mobilenet_v2({self.weights}, {MOBILENET_V2_SIZE} px, pooled by mean)"

    def encode(self, paths: Sequence[Path]) -> np.ndarray:
        """Return a vector for each photo, float32, (photos, 1280); a photo that cannot be decoded is an error."""
        tf = start_tensorflow()
        model = self._model
        # One fixed signature, so that a short last batch does not build the graph again.
        forward = tf.function(
            lambda pixels: model(tf.cast(pixels, tf.float32) / 127.5 - 1.0, training=False),
            input_signature=[tf.TensorSpec((None, MOBILENET_V2_SIZE, MOBILENET_V2_SIZE, 3), tf.uint8)],
        )
        batches = PhotoBatches(paths, (MOBILENET_V2_SIZE, MOBILENET_V2_SIZE))
        total = -(-len(batches.paths) // batches.batch_size)
        vectors = [
            forward(batch.pixels).numpy() for batch in track(batches, total, "Encoding", done="batches")
        ]
        if batches.problems:
            bad = batches.problems[0]
            raise DataError(
                f"{len(batches.problems)} photos cannot be decoded, for example {bad.where}: {bad.reason}. "
                "Load the data set again: with decode=True, the default, it leaves such photos out."
            )
        return np.concatenate(vectors) if vectors else np.zeros((0, 1280), np.float32)

    def load(self) -> MobileNetV2:
        """Build the network now, so that weights that cannot be loaded are an error now; return self."""
        _ = self._model
        return self

    @cached_property
    def _model(self) -> Any:
        start_tensorflow()
        import keras

        source = None if self._source == "random" else self._source
        shape = (MOBILENET_V2_SIZE, MOBILENET_V2_SIZE, 3)
        try:
            with warnings.catch_warnings():
                # A file of another network makes Keras name every layer that does not fit.
                warnings.simplefilter("ignore")
                model = keras.applications.MobileNetV2(
                    input_shape=shape, include_top=False, pooling="avg", weights=source
                )
        except Exception as error:
            # Keras raises plain Exception for a failed download, and errors of h5py and its own for bad files.
            raise SettingError(f"weights={self._source!r} cannot be loaded. {self._advice(error)}") from error
        if source is None:
            _draw_weights(model, self._seed)
        return model

    def _advice(self, error: Exception) -> str:
        first_line = next(iter(str(error).splitlines()), type(error).__name__)[:200].rstrip(".")
        if self._source == "imagenet":
            return f"{first_line}. Without a network, give the path of a .weights.h5 file, or 'random'."
        return (
            "Expected weights saved from keras.applications.MobileNetV2(include_top=False) with alpha 1.0; the file is "
            f"damaged or holds another network. Keras says: {first_line}."
        )


def _draw_weights(model: Any, seed: int) -> None:
    """Draw the kernels (He's normal, so that signals survive 50 layers) without touching any global seed."""
    rng = np.random.default_rng(seed)
    for variable in model.trainable_variables:
        # Gammas, betas and the batch norm's running figures stay at 1, 0, 0 and 1 as Keras made them.
        if len(variable.shape) > 1:
            depthwise = "depthwise" in variable.path
            fan_in = np.prod(variable.shape[:2] if depthwise else variable.shape[:-1])
            variable.assign(rng.normal(0.0, np.sqrt(2.0 / fan_in), variable.shape).astype(np.float32))
