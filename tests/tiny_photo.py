"""A backbone so small that its last layers are trained in a second."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from withsense_tf.encoders.photos.photo_keras import KerasPhoto


class TinyPhoto(KerasPhoto):
    """Two convolutions with a path around the second, and one more; random weights that show colours and edges."""

    def __init__(self, seed: int = 0, precision: str = "float32") -> None:
        super().__init__("mobilenet_v2", "random", seed=seed, size=32, precision=precision)

    def _settings(self) -> dict[str, Any]:
        return {"seed": self._seed, "precision": self.precision}

    @property
    def identity(self) -> str:
        return f"tiny {super().identity}"

    @cached_property
    def model(self) -> Any:
        import keras

        layers = keras.layers
        pixels = keras.Input((32, 32, 3))
        first = layers.Conv2D(8, 3, strides=4, activation="relu", name="first")(pixels)
        around = layers.Conv2D(8, 3, padding="same", activation="relu", name="around")(first)
        joined = layers.Add(name="join")([first, around])
        late = layers.Conv2D(16, 3, strides=2, name="late")(joined)
        late = layers.BatchNormalization(name="late_bn")(late)
        model = keras.Model(pixels, layers.ReLU(name="out")(late))
        rng = np.random.default_rng(self._seed)
        for variable in model.trainable_variables:
            if len(variable.shape) > 1:
                fan_in = np.prod(variable.shape[:-1])
                variable.assign(rng.normal(0, np.sqrt(2 / fan_in), variable.shape))
        return model
