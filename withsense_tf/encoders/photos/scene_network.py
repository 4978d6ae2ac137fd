"""The small network for drawn scenes: its layers, and the file that its weights are kept in."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Final

import numpy as np

from withsense_tf.common.limits import read_arrays
from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.errors import SettingError

SIDE: Final = 128  # pixels; much smaller, and what somebody holds can no longer be seen


def scene_network() -> Any:
    """Build the network with weights drawn by Keras' global seed: pixels, 0 to 255, (n, 128, 128, 3) -> (n, 512).

    The vector has the mean of each channel of the last map, then its maximum: a place fills the photo, a ball does not.
    """
    start_tensorflow()
    import keras
    from keras import layers

    def normalise(maps: Any) -> Any:
        # Short runs see few batches, so the running means must move faster than Keras' 0.99.
        return layers.BatchNormalization(momentum=0.97)(maps)

    def full(maps: Any, channels: int) -> Any:
        maps = layers.Conv2D(channels, 3, strides=2, padding="same", use_bias=False)(maps)
        return layers.ReLU()(normalise(maps))

    def separable(maps: Any, channels: int, strides: int = 1) -> Any:
        maps = normalise(layers.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False)(maps))
        return layers.ReLU()(normalise(layers.Conv2D(channels, 1, use_bias=False)(maps)))

    pixels = keras.Input((SIDE, SIDE, 3))
    maps = layers.Rescaling(1 / 127.5, -1.0)(pixels)
    # Where there are few channels, a full convolution is faster on a CPU than a separable one.
    for channels in (24, 48, 96):
        maps = full(maps, channels)
    maps = separable(maps, 128)
    maps = separable(maps, 256, strides=2)
    for _ in range(2):
        maps = separable(maps, 256)
    vectors = [layers.GlobalAveragePooling2D()(maps), layers.GlobalMaxPooling2D()(maps)]
    return keras.Model(pixels, layers.Concatenate()(vectors))


def load_scene_weights(network: Any, file: Path) -> None:
    """Read the weights into the network; a file that does not fit is an error."""
    try:
        arrays = read_arrays(file)
        shapes = [tuple(variable.shape) for variable in network.weights]
        values = _layers(arrays, shapes)
    except (OSError, ValueError) as error:
        raise SettingError(f"{file} cannot be read as weights of scene_net ({error}). {_ADVICE}") from error
    if [value.shape for value in values] != shapes:
        raise SettingError(f"{file} holds weights of another network than scene_net. {_ADVICE}")
    network.set_weights(values)


def _layers(arrays: dict[str, np.ndarray], shapes: list[tuple[int, ...]]) -> list[np.ndarray]:
    """Return each layer's numbers, float32; an earlier file has an array of numbers, or of two planes, for each."""
    if set(arrays) != {"low", "high"}:
        return [_numbers(arrays[name]) for name in sorted(arrays)]
    values = _numbers(np.stack([arrays["low"], arrays["high"]]))
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    if values.shape != (ends[-1],):
        return [values]
    return [part.reshape(shape) for part, shape in zip(np.split(values, ends[:-1]), shapes, strict=True)]


def _numbers(values: np.ndarray) -> np.ndarray:
    """Return low and high bytes as the numbers that they are, float32; numbers stay as they are."""
    if values.dtype == np.uint8 and values.ndim and len(values) == 2:
        values = np.stack([values[0], values[1]], axis=-1).view("<f2")[..., 0]
    return values.astype(np.float32)


_ADVICE: Final = "Expected a file that withsense_tf.experiments.scene_net.train_scene_net wrote."
