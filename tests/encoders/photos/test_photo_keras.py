from __future__ import annotations

import random
from pathlib import Path
from typing import Any, ClassVar

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from shallow_networks import convnext_of_few_layers, efficientnet_of_few_layers, resnet_of_few_layers

from withsense_tf.encoders.photos.backbones import BACKBONES
from withsense_tf.encoders.photos.photo_keras import KerasPhoto, _draw_weights, _grid_means
from withsense_tf.errors import DataError, SettingError

# One of each family is built; its larger siblings are of the same code and preprocessing.
WIDTHS = {
    "mobilenet_v2": 1280,
    "mobilenet_v3_small": 576,
    "efficientnet_v2_b0": 1280,
    "resnet50": 2048,
    "resnet50_v2": 2048,
    "densenet121": 1024,
    "convnext_tiny": 768,
}
SLOW = pytest.mark.slow


class Small(KerasPhoto):
    """The same in batches of 4: filling up to 32 photos would cost the tests a minute."""

    batch_size: ClassVar[int] = 4


@pytest.fixture(scope="module")
def random_network() -> KerasPhoto:
    return Small(weights="random", seed=0, size=64)


@pytest.fixture(scope="module")
def two_views(random_network: KerasPhoto) -> KerasPhoto:
    return around(random_network, Small(weights="random", size=64, views=2))


@pytest.fixture(scope="module")
def again() -> KerasPhoto:
    """Return the same network built once more, with an inner layer beside the last one."""
    return Small(weights="random", seed=0, size=64, layers=("block_1_expand", "out_relu"))


def around(network: KerasPhoto, encoder: KerasPhoto) -> KerasPhoto:
    """Give an encoder a network that is built and traced already: how it looks at photos changes nothing in it."""
    encoder.model, encoder._graph = network.model, network._graph
    return encoder


def vectors_untraced(encoder: KerasPhoto, pixels: np.ndarray) -> np.ndarray:
    """Return what an encoder's own steps give one after another: tracing a large network takes most of the time."""
    return encoder.pool(encoder.model(encoder.preprocess(pixels.astype(np.float32)), training=False)).numpy()


def check_told_apart(vectors: np.ndarray, width: int) -> None:
    assert vectors.shape == (3, width)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()
    spread = np.linalg.norm(vectors - vectors.mean(axis=0), axis=1)
    assert (spread > 0.01 * np.linalg.norm(vectors, axis=1)).all()


@pytest.mark.parametrize(
    "backbone",
    [
        "mobilenet_v3_small",
        *(pytest.param(name, marks=SLOW) for name in WIDTHS if not name.startswith("mobilenet")),
    ],
)
@pytest.mark.slow
def test_backbones_tell_photos_apart_in_finite_numbers(backbone: str, pixels: np.ndarray) -> None:
    check_told_apart(
        vectors_untraced(Small(backbone, "random", size=32), pixels[:3, ::2, ::2]), WIDTHS[backbone]
    )


@pytest.mark.slow
def test_photo_vectors_have_a_row_a_photo_and_follow_the_photo(
    photos: list[Path], random_network: KerasPhoto
) -> None:
    vectors = random_network.encode([*photos, photos[0]])
    assert vectors.shape == (7, 1280)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors[0], vectors[6], rtol=1e-4, atol=1e-5)
    assert len(np.unique(vectors.round(3), axis=0)) == 6
    assert random_network.encode([]).shape == (0, 1280)


@pytest.mark.parametrize(
    "other",
    [
        {"backbone": "resnet50"},
        {"weights": "imagenet"},
        {"seed": 1},
        {"size": 96},
        {"pooling": "max"},
        {"layers": ("out_relu",)},
        {"views": 2},
        {"precision": "mixed_bfloat16"},
    ],
    ids=lambda setting: next(iter(setting)),
)
def test_each_setting_changes_the_identity(other: dict[str, Any]) -> None:
    usual = {"backbone": "mobilenet_v2", "weights": "random", "size": 64, "precision": "float32"}
    assert KerasPhoto(**usual).identity != KerasPhoto(**{**usual, **other}).identity


def test_the_identity_follows_the_content_of_the_weights_file(tmp_path: Path) -> None:
    file = tmp_path / "own.weights.h5"
    file.write_bytes(b"one")
    one = KerasPhoto(weights=file).identity
    file.write_bytes(b"two")
    assert KerasPhoto(weights=file).identity != one


def test_the_usual_size_is_the_one_that_the_backbone_was_made_for() -> None:
    assert KerasPhoto("efficientnet_v2_b2").size == (260, 260)
    assert KerasPhoto("efficientnet_v2_b2").identity == KerasPhoto("efficientnet_v2_b2", size=260).identity


@pytest.mark.slow
def test_random_weights_are_called_random_and_follow_their_seed_but_touch_no_global_one(
    photos: list[Path], pixels: np.ndarray, random_network: KerasPhoto, again: KerasPhoto
) -> None:
    assert random_network.weights == "random (seed 0)"
    np.random.seed(7)  # the global generators are what is watched
    random.seed(7)
    before = np.random.get_state()[1].copy(), random.getstate()
    other = Small(weights="random", seed=1, size=64)
    model = other.load().model
    np.testing.assert_array_equal(before[0], np.random.get_state()[1])
    assert random.getstate() == before[1]
    vectors = random_network.encode(photos)
    np.testing.assert_allclose(vectors, again.encode(photos)[:, 96:], rtol=1e-4, atol=1e-4)
    assert not np.allclose(vectors_untraced(other, pixels[:6]), vectors)
    assert model is other.model
    assert Small(weights="random", seed=0, size=64).identity == random_network.identity != other.identity


def draw_norms(model: Any) -> None:
    """Draw batch norms that do something, so that a lost one is seen."""
    rng = np.random.default_rng(0)
    for variable in model.weights:
        if len(variable.shape) == 1:
            variable.assign(variable.numpy() + rng.uniform(0, 0.2, variable.shape))


@pytest.mark.parametrize(
    ("backbone", "module", "make"),
    [
        ("mobilenet_v2", "mobilenet_v2", keras.applications.MobileNetV2),
        ("resnet50", "resnet50", resnet_of_few_layers),
        ("convnext_tiny", "convnext", convnext_of_few_layers),
        ("efficientnet_v2_b0", "efficientnet_v2", efficientnet_of_few_layers),
    ],
)
@pytest.mark.slow
def test_a_weights_file_gives_what_keras_predicts_with_it_and_tells_photos_apart(
    backbone: str,
    module: str,
    make: Any,
    photos: list[Path],
    pixels: np.ndarray,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Deep networks take many seconds to trace.
    monkeypatch.setattr(keras.applications, BACKBONES[backbone].network, make)
    model = make(input_shape=(64, 64, 3), include_top=False, weights=None)
    _draw_weights(model, seed=3)
    draw_norms(model)
    file = tmp_path / "own.weights.h5"
    model.save_weights(file)
    encoder = Small(backbone, file, size=64)
    preprocess = getattr(keras.applications, module).preprocess_input
    # Not by `predict`, which would trace the network for one answer.
    expected = np.asarray(model(preprocess(pixels[:6].astype(np.float32)), training=False)).mean(axis=(1, 2))
    vectors = encoder.encode(photos)
    # Drawn weights amplify what some processors' kernels round otherwise in a batch of another size: in the deepest
    # network by up to .0006 of the largest number.
    np.testing.assert_allclose(vectors, expected, rtol=1e-3, atol=1e-3 * np.abs(expected).max())
    check_told_apart(vectors[:3], model.output.shape[-1])
    assert encoder.weights.startswith("file own.weights.h5 ")


def test_a_weights_file_that_is_missing_or_broken_says_so_and_leaves_keras_precision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keras.applications, "ResNet50", resnet_of_few_layers)
    with pytest.raises(SettingError, match="a file that exists"):
        KerasPhoto(weights=tmp_path / "none.weights.h5")
    broken = tmp_path / "broken.weights.h5"
    broken.write_bytes(b"not HDF5")
    usual = keras.config.dtype_policy().name
    with pytest.raises(SettingError, match="cannot be loaded"):
        KerasPhoto("resnet50", broken, size=32, precision="mixed_bfloat16").load()
    assert keras.config.dtype_policy().name == usual
    with pytest.raises(SettingError, match=r"ends in \.weights\.h5"):
        KerasPhoto(weights=broken.rename(tmp_path / "broken.h5"))


@pytest.mark.slow
def test_weights_of_another_network_are_refused_in_one_line(
    random_network: KerasPhoto, tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    file = tmp_path / "other.weights.h5"
    random_network.model.save_weights(file)
    with h5py.File(file, "a") as arrays:
        names: list[str] = []
        arrays.visititems(lambda name, found: names.append(name) if isinstance(found, h5py.Dataset) else None)
        for name in names:  # a network of half the width
            half = arrays[name][..., ::2]
            del arrays[name]
            arrays[name] = half
    with pytest.raises(SettingError, match="holds another network") as caught:
        KerasPhoto(weights=file, size=32).load()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600
    assert [warning for warning in recwarn if "layer" in str(warning.message)] == []


@pytest.mark.usefixtures("offline")
def test_imagenet_without_a_network_says_what_to_do() -> None:
    with pytest.raises(SettingError, match=r"'imagenet' cannot be loaded.*local file") as caught:
        KerasPhoto(weights="imagenet", size=32).load()
    assert "\n" not in str(caught.value)


def test_a_folder_called_imagenet_does_not_pass_for_the_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "imagenet").mkdir()
    (tmp_path / "imagenet" / "photo.jpg").write_bytes(b"a photo")
    monkeypatch.chdir(tmp_path)
    assert KerasPhoto(weights="imagenet").weights == "imagenet"


def test_a_photo_that_cannot_be_decoded_is_named(folder: Path, random_network: KerasPhoto) -> None:
    paths = sorted((folder / "train_images").iterdir())
    paths[2].write_bytes(b"")
    with pytest.raises(DataError, match=r"train_images/cat\.jpg: the file has zero bytes"):
        random_network.encode(paths)


def test_the_fields_of_a_grid_are_averaged_one_by_one() -> None:
    maps = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
    means = _grid_means(tf, tf.constant(maps), 2).numpy()
    assert means.tolist() == [[2.5, 4.5, 10.5, 12.5]]


def test_the_fields_of_an_odd_grid_overlap_in_the_middle() -> None:
    maps = np.arange(5, dtype=np.float32).reshape(1, 1, 5, 1).repeat(5, axis=1)
    # Columns 0 to 2 and 2 to 4: their means are 1 and 3 in both rows of fields.
    assert _grid_means(tf, tf.constant(maps), 2).numpy().tolist() == [[1, 3, 1, 3]]


def test_a_map_smaller_than_the_grid_still_fills_every_field() -> None:
    maps = np.array([[[[2.0], [4.0]], [[6.0], [8.0]]]], np.float32)
    assert np.isfinite(_grid_means(tf, tf.constant(maps), 3).numpy()).all()


@pytest.mark.parametrize("fields", [2, 3])
def test_the_mean_of_all_fields_of_an_even_map_is_its_mean(fields: int) -> None:
    maps = np.random.default_rng(0).normal(size=(2, 6, 12, 3)).astype(np.float32)
    grid = _grid_means(tf, tf.constant(maps), fields).numpy().reshape(2, fields * fields, 3)
    np.testing.assert_allclose(grid.mean(axis=1), maps.mean(axis=(1, 2)), rtol=1e-4, atol=1e-6)


def test_grid_pooling_is_the_means_and_maximum_pooling_the_maxima_of_the_networks_own_map(
    pixels: np.ndarray, random_network: KerasPhoto
) -> None:
    # 64 pixels make a map of 2 x 2, so that the mean of the four fields is the mean of the map.
    maps = random_network.model(random_network.preprocess(pixels[:4].astype(np.float32)), training=False)
    grid = Small(weights="random", size=64, pooling="grid2").pool(maps).numpy()
    assert grid.shape == (4, 4 * 1280)
    fields = grid.reshape(4, 4, 1280)
    np.testing.assert_allclose(fields.mean(axis=1), random_network.forward(pixels[:4]), rtol=1e-3, atol=1e-4)
    largest = Small(weights="random", size=64, pooling="max").pool(maps).numpy()
    np.testing.assert_allclose(largest, fields.max(axis=1), rtol=1e-3, atol=1e-4)


def test_layers_stand_side_by_side_in_the_order_given(
    pixels: np.ndarray, random_network: KerasPhoto, again: KerasPhoto
) -> None:
    vectors = again.forward(pixels[:2])
    assert vectors.shape == (2, 96 + 1280)
    np.testing.assert_allclose(vectors[:, 96:], random_network.forward(pixels[:2]), rtol=1e-3, atol=1e-4)


def test_a_wrong_layer_gets_the_nearest_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras.applications, "ResNet50", resnet_of_few_layers)
    with pytest.raises(SettingError, match="Did you mean 'conv3_block1_add'"):
        KerasPhoto("resnet50", "random", size=64, layers=("conv3_block1_ad",)).load()


@pytest.mark.parametrize(
    ("setting", "advice"),
    [
        ({"backbone": "resnet5O"}, "Did you mean 'resnet50'"),
        ({"pooling": "average"}, "Did you mean 'avg'"),
        ({"views": 3}, "1, 2, 4, 12"),
        ({"size": 16}, "at least 32"),
        ({"seed": -1}, "whole number"),
        ({"precision": "float16"}, "mixed_float16"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_wrong_setting_says_which_are_right(setting: dict[str, Any], advice: str) -> None:
    with pytest.raises(SettingError, match=advice):
        KerasPhoto(**setting)


def test_two_views_of_a_symmetric_photo_are_like_one(
    pixels: np.ndarray, tmp_path: Path, random_network: KerasPhoto, two_views: KerasPhoto
) -> None:
    half = pixels[0][:, :32]
    Image.fromarray(np.hstack([half, half[:, ::-1]])).save(tmp_path / "even.png")
    twice = two_views.encode([tmp_path / "even.png"])
    np.testing.assert_allclose(twice, random_network.encode([tmp_path / "even.png"]), rtol=1e-3, atol=1e-4)


def test_views_are_averaged_photo_by_photo(
    photos: list[Path], pixels: np.ndarray, random_network: KerasPhoto, two_views: KerasPhoto
) -> None:
    mirrored = random_network.forward(np.ascontiguousarray(pixels[:6, :, ::-1]))
    expected = (random_network.forward(pixels[:6]) + mirrored) / 2
    np.testing.assert_allclose(two_views.encode(photos), expected, rtol=1e-3, atol=1e-4)


@pytest.mark.slow
def test_half_precision_changes_the_vectors_little_and_keras_own_setting_not_at_all(
    pixels: np.ndarray, random_network: KerasPhoto
) -> None:
    full = random_network.forward(pixels[:4])
    usual = keras.config.dtype_policy().name
    half = Small(weights="random", size=64, precision="mixed_bfloat16").forward(pixels[:4])
    assert keras.config.dtype_policy().name == usual
    assert half.dtype == np.float32
    apart = np.linalg.norm(half - full, axis=1) / np.linalg.norm(full, axis=1)
    assert (apart > 0).all()
    assert apart.max() < 0.08


@pytest.mark.slow
def test_the_file_weights_see_meaning(real_folder: Path) -> None:
    file = real_folder.parent / "weights/mobilenet_v2_imagenet_notop.weights.h5"
    if not file.is_file():
        pytest.skip("the ImageNet weights are not here")
    data = (real_folder / "captions.csv").read_text().splitlines()[1:]
    dogs = [line.split(",")[0] for line in data if " dog " in line and "#2" in line][:15]
    skiers = [line.split(",")[0] for line in data if " ski" in line or " snow" in line]
    skiers = [name for name in dict.fromkeys(skiers) if name not in dogs][:15]
    encoder = KerasPhoto(weights=file, size=96)
    vectors = encoder.encode([real_folder / "train_images" / name for name in dogs + skiers])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    alike = vectors @ vectors.T - 2 * np.eye(len(vectors))
    nearest_is_dog = alike.argmax(axis=1) < len(dogs)
    right = np.r_[nearest_is_dog[: len(dogs)], ~nearest_is_dog[len(dogs) :]].mean()
    assert right >= 0.8
