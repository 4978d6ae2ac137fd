"""The eyes of CLIP: a vision transformer that was taught by photos and what people wrote beside them.

It is built as `keras.applications` builds its own networks. Its weights come with a package that keeps them as ONNX;
only their tensors are read. Architecture: A. Radford and others, "Learning transferable visual models from natural
language supervision", https://github.com/openai/CLIP (MIT); A. Dosovitskiy and others, "An image is worth 16x16 words".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.encoders.weights.onnx_tensors import read_onnx

EPSILON: Final = 1e-5
# Means and spreads of red, green and blue in what it was taught by.
MEAN: Final = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
SPREAD: Final = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)
ROOT: Final = "vision_model"


def ClipVitB16(  # noqa: N802  # named as Keras names its networks
    input_shape: tuple[int, int, int], weights: str | None, include_top: bool
) -> Any:
    """Build the network of 12 blocks, 768 numbers wide, that sees patches of 16 pixels; made for 224 pixels.

    It has no top that names things.
    """
    if include_top:
        raise ValueError("the network has no top that names things")
    return _network(input_shape, weights, patch=16, width=768, blocks=12, heads=12, embedding=512)


def preprocess_input(pixels: Any) -> Any:
    """Turn pixels, 0 to 255, into what the network was trained on."""
    return (pixels / 255.0 - MEAN) / SPREAD


def quick_gelu(numbers: Any) -> Any:
    """Return the smooth step that CLIP was trained with."""
    import keras

    return numbers * keras.ops.sigmoid(1.702 * numbers)


def _network(
    input_shape: tuple[int, int, int],
    weights: str | None,
    patch: int,
    width: int,
    blocks: int,
    heads: int,
    embedding: int,
) -> Any:
    start_tensorflow()
    import keras
    from keras import layers

    rows, columns = input_shape[0] // patch, input_shape[1] // patch

    def normalise(tokens: Any, name: str) -> Any:
        return layers.LayerNormalization(epsilon=EPSILON, name=name)(tokens)

    def block(tokens: Any, name: str) -> Any:
        near = normalise(tokens, f"{name}.layer_norm1")
        near = layers.MultiHeadAttention(heads, width // heads, name=f"{name}.self_attn")(near, near)
        tokens = layers.Add(name=f"{name}.attended")([tokens, near])
        inner = normalise(tokens, f"{name}.layer_norm2")
        inner = layers.Dense(4 * width, activation=quick_gelu, name=f"{name}.mlp.fc1")(inner)
        inner = layers.Dense(width, name=f"{name}.mlp.fc2")(inner)
        return layers.Add(name=f"{name}.added")([tokens, inner])

    pixels = keras.Input(input_shape)
    tokens = layers.Conv2D(width, patch, patch, use_bias=False, name="patch_embedding")(pixels)
    tokens = layers.Reshape((rows * columns, width), name="patches")(tokens)
    # A first place for what is said of the whole photo; what each place adds has what that one begins with, too.
    tokens = layers.ZeroPadding1D((1, 0), name="whole")(tokens)
    places = (rows * columns + 1, width)
    tokens = layers.EinsumDense("btw,w->btw", places, bias_axes="tw", name="places")(tokens)
    tokens = normalise(tokens, "pre_layrnorm")
    for number in range(blocks):
        tokens = block(tokens, f"layers.{number}")
    whole = normalise(tokens[:, 0], "post_layernorm")
    whole = layers.Dense(embedding, use_bias=False, name="visual_projection")(whole)
    whole = layers.Reshape((1, 1, embedding), name="embedding")(whole)
    model = keras.Model(pixels, whole, name="clip_eyes")
    if weights is not None:
        _assign(model, read_onnx(Path(weights)), (rows, columns))
    return model


def _assign(model: Any, tensors: dict[str, np.ndarray], grid: tuple[int, int]) -> None:
    """Give each layer its tensors; one that is missing or has another shape is an error."""

    def tensor(name: str) -> np.ndarray:
        # A matrix has the path of its product, anything else that of its layer.
        for full in (f"{ROOT}.{name}", f"/{ROOT}/{_path(name)}", f"/{_path(name)}"):
            if full in tensors:
                return tensors[full]
        raise ValueError(f"the file has no {name}")

    for layer in model.layers:
        if not layer.weights:
            continue
        values = list(_values_of(layer.name, tensor, grid))
        shapes = [tuple(variable.shape) for variable in layer.weights]
        if len(values) != len(shapes) or not all(map(_lies_as, values, shapes)):
            raise ValueError(
                f"{layer.name} has shapes {shapes}, the file {[value.shape for value in values]}"
            )
        # Keras parts the heads of attention, in the order in which they lie.
        layer.set_weights([value.reshape(shape) for value, shape in zip(values, shapes, strict=True)])


def _lies_as(value: np.ndarray, shape: tuple[int, ...]) -> bool:
    """Return whether a tensor has a shape, or would have it if some of its axes were parted."""
    axes = list(value.shape)
    for count in shape:
        if not axes or axes[0] % count:
            return False
        axes[0] //= count
        if axes[0] == 1:
            axes.pop(0)
    return not axes


def _values_of(
    layer: str, tensor: Callable[[str], np.ndarray], grid: tuple[int, int]
) -> Iterator[np.ndarray]:
    if layer == "patch_embedding":
        yield np.transpose(tensor("embeddings.patch_embedding.weight"), (2, 3, 1, 0))
    elif layer == "places":
        whole, places = tensor("embeddings.class_embedding"), tensor("embeddings.position_embedding.weight")
        yield np.ones_like(whole)
        yield np.concatenate([places[:1] + whole, _places_at(places[1:], grid)])
    elif layer == "visual_projection":
        yield tensor("visual_projection.weight")
    elif "self_attn" in layer:
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            name = f"encoder.{layer}.{part}"
            yield from (tensor(f"{name}.weight"), tensor(f"{name}.bias"))
    else:
        name = f"encoder.{layer}" if layer.startswith("layers") else layer
        yield from (tensor(f"{name}.weight"), tensor(f"{name}.bias"))


def _path(name: str) -> str:
    """Return the node that multiplies by the weight of a layer."""
    path = name.removesuffix(".weight").replace(".", "/").replace("layers/", "layers.")
    return f"{path}/MatMul"


def _places_at(places: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """Return what each place adds for a photo of another size: what lies between the places that were learned."""
    side = math.isqrt(len(places))
    if (side, side) == grid:
        return places
    tf = start_tensorflow()
    between = tf.image.resize(places.reshape(1, side, side, -1), grid, "bicubic", antialias=True)
    return np.reshape(between, (grid[0] * grid[1], -1))
