"""EfficientNet-Lite: the networks, built as `keras.applications` builds its own, and their ImageNet weights.

Lite networks have neither squeeze-excitation nor swish, so they are quick on ordinary processors. The weights come
with packages of PyTorch models; only their tensors are read. Architecture: M. Tan and others, TensorFlow's
`efficientnet/lite`, https://github.com/tensorflow/tpu (Apache-2.0).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.encoders.weights.torch_tensors import read_tensors

STEM: Final = 32
HEAD: Final = 1280
EPSILON: Final = 1e-3
CHANNEL_STEP: Final = 8  # widths are multiples of it


@dataclass(frozen=True)
class BlockStage:
    """Blocks of one width: how many, the kernel's side, the first one's stride, how much they expand, channels out."""

    blocks: int
    kernel: int
    stride: int
    expansion: int
    channels: int


STAGES: Final = (
    BlockStage(1, 3, 1, 1, 16),
    BlockStage(2, 3, 2, 6, 24),
    BlockStage(2, 5, 2, 6, 40),
    BlockStage(3, 3, 2, 6, 80),
    BlockStage(3, 5, 1, 6, 112),
    BlockStage(4, 5, 2, 6, 192),
    BlockStage(1, 3, 1, 6, 320),
)


def EfficientNetLite0(**settings: Any) -> Any:  # noqa: N802  # named as Keras names its networks
    """Build the smallest one, made for 224 pixels."""
    return _network("efficientnet_lite0", 1.0, 1.0, **settings)


def EfficientNetLite1(**settings: Any) -> Any:  # noqa: N802  # named as Keras names its networks
    """Build the second one, made for 240 pixels."""
    return _network("efficientnet_lite1", 1.0, 1.1, **settings)


def EfficientNetLite2(**settings: Any) -> Any:  # noqa: N802  # named as Keras names its networks
    """Build the third one, made for 260 pixels."""
    return _network("efficientnet_lite2", 1.1, 1.2, **settings)


def preprocess_input(pixels: Any) -> Any:
    """Turn pixels, 0 to 255, into what the networks were trained on."""
    return (pixels - 127.0) / 128.0


def _network(
    name: str,
    width: float,
    depth: float,
    input_shape: tuple[int, int, int],
    weights: str | None,
    include_top: bool,
) -> Any:
    start_tensorflow()
    import keras
    from keras import layers

    def normalise(maps: Any, name: str, active: bool = True) -> Any:
        maps = layers.BatchNormalization(epsilon=EPSILON, name=name)(maps)
        return layers.ReLU(6.0, name=f"{name}_relu")(maps) if active else maps

    def convolve(maps: Any, channels: int, name: str, kernel: int = 1, stride: int = 1) -> Any:
        return layers.Conv2D(channels, kernel, stride, padding="same", use_bias=False, name=name)(maps)

    def block(maps: Any, number: int, stage: BlockStage, channels: int, stride: int) -> Any:
        prefix, start = f"blocks.{number}.", maps
        if stage.expansion > 1:
            maps = convolve(maps, maps.shape[-1] * stage.expansion, f"{prefix}expand_conv")
            maps = normalise(maps, f"{prefix}bn0")
        maps = layers.DepthwiseConv2D(
            stage.kernel, stride, padding="same", use_bias=False, name=f"{prefix}depthwise_conv"
        )(maps)
        maps = normalise(maps, f"{prefix}bn1")
        maps = normalise(convolve(maps, channels, f"{prefix}project_conv"), f"{prefix}bn2", active=False)
        return layers.Add(name=f"{prefix}add")([start, maps]) if start.shape == maps.shape else maps

    pixels = keras.Input(input_shape)
    maps = normalise(convolve(pixels, STEM, "conv_stem", kernel=3, stride=2), "bn0")
    for number, (stage, first) in enumerate(_blocks(depth)):
        maps = block(maps, number, stage, _channels(stage.channels, width), stage.stride if first else 1)
    maps = normalise(convolve(maps, HEAD, "conv_head"), "bn1")
    if include_top:
        maps = layers.GlobalAveragePooling2D(name="mean")(maps)
        maps = layers.Dense(1000, activation="softmax", name="fc")(maps)
    model = keras.Model(pixels, maps, name=name)
    if weights is not None:
        _assign(model, read_tensors(Path(weights)))
    return model


def _blocks(depth: float) -> Iterator[tuple[BlockStage, bool]]:
    """Yield each block's stage, and whether it is the stage's first; the outer stages are never deepened."""
    for stage in STAGES:
        outer = stage in (STAGES[0], STAGES[-1])
        for number in range(stage.blocks if outer else math.ceil(stage.blocks * depth)):
            yield stage, number == 0


def _channels(channels: int, width: float) -> int:
    """Return the channels of a wider network: the nearest multiple of eight, at most a tenth less than asked."""
    exact = channels * width
    near = max(CHANNEL_STEP, int(exact + CHANNEL_STEP / 2) // CHANNEL_STEP * CHANNEL_STEP)
    return near + CHANNEL_STEP if near < 0.9 * exact else near


def _assign(model: Any, tensors: dict[str, np.ndarray]) -> None:
    """Give each layer its tensors; one that is missing or has another shape is an error."""
    # The file's names are those of private attributes, as "_blocks.3._bn1"; TensorFlow wants none that begin so.
    tensors = {re.sub(r"(^|\.)_", r"\1", name): tensor for name, tensor in tensors.items()}
    for layer in model.layers:
        if not layer.weights:
            continue
        values = [_in_keras_order(tensors, layer.name, kind) for kind in _kinds(layer.name)]
        shapes = [tuple(variable.shape) for variable in layer.weights]
        if [value.shape for value in values] != shapes:
            raise ValueError(
                f"{layer.name} has shapes {shapes}, the file {[value.shape for value in values]}"
            )
        layer.set_weights(values)


def _kinds(layer: str) -> tuple[str, ...]:
    if "bn" in layer:
        return ("weight", "bias", "running_mean", "running_var")
    return ("weight", "bias") if layer == "fc" else ("weight",)


def _in_keras_order(tensors: dict[str, np.ndarray], layer: str, kind: str) -> np.ndarray:
    tensor = tensors.get(f"{layer}.{kind}")
    if tensor is None:
        raise ValueError(f"the file has no {layer}.{kind}")
    if tensor.ndim == 4:
        # PyTorch: out, in, rows, columns; a depthwise one: channel, 1, rows, columns.
        return np.transpose(tensor, (2, 3, 0, 1) if "depthwise" in layer else (2, 3, 1, 0))
    return tensor.T if tensor.ndim == 2 else tensor
