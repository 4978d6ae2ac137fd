from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from withsense_tf.encoders.photos.photo_hub import HubPhoto
from withsense_tf.errors import SettingError

ANY_SIZE = tf.TensorSpec((None, None, None, 3), tf.float32)


class Means(tf.Module):
    """A module that can be called: the mean of each channel."""

    def __init__(self, factor: float = 1.0) -> None:
        super().__init__()
        self.factor = tf.Variable(factor)

    @tf.function(input_signature=[ANY_SIZE])
    def __call__(self, photos: tf.Tensor) -> tf.Tensor:
        return tf.reduce_mean(photos, axis=(1, 2)) * self.factor


class Map(tf.Module):
    """A module that gives a feature map."""

    @tf.function(input_signature=[ANY_SIZE])
    def __call__(self, photos: tf.Tensor) -> tf.Tensor:
        return photos * 2.0


class Several(tf.Module):
    """A module with two outputs, neither with a usual name."""

    @tf.function(input_signature=[ANY_SIZE])
    def __call__(self, photos: tf.Tensor) -> dict[str, tf.Tensor]:
        means = tf.reduce_mean(photos, axis=(1, 2))
        return {"means": means, "halves": means / 2.0}


class Fixed(tf.Module):
    """A module that takes photos of 32 x 32 alone."""

    @tf.function(input_signature=[tf.TensorSpec((None, 32, 32, 3), tf.float32)])
    def __call__(self, photos: tf.Tensor) -> tf.Tensor:
        return tf.reduce_mean(photos, axis=(1, 2))


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("modules")
    for module in (Means(), Map(), Several(), Fixed()):
        tf.saved_model.save(module, str(root / type(module).__name__.lower()))
    return root


@pytest.fixture(scope="module")
def plain() -> np.ndarray:
    """Return two photos of one colour each: 0.2, 0.4, 0.8 and black."""
    photos = np.zeros((2, 8, 8, 3), np.uint8)
    photos[0] = (51, 102, 204)
    return photos


@pytest.mark.slow
def test_a_module_gets_pixels_from_0_to_1(modules: Path, plain: np.ndarray) -> None:
    vectors = HubPhoto(modules / "means", size=8).forward(plain)
    np.testing.assert_allclose(vectors, [[0.2, 0.4, 0.8], [0, 0, 0]], atol=1e-6)
    assert vectors.dtype == np.float32


def test_the_scale_is_the_one_asked_for(modules: Path, plain: np.ndarray) -> None:
    vectors = HubPhoto(modules / "means", size=8, scale=(-1, 1)).forward(plain)
    np.testing.assert_allclose(vectors, [[-0.6, -0.2, 0.6], [-1, -1, -1]], atol=1e-6)


def test_a_feature_map_is_averaged_over_the_photo(modules: Path, pixels: np.ndarray) -> None:
    vectors = HubPhoto(modules / "map", size=64).forward(pixels)
    np.testing.assert_allclose(vectors, 2 * pixels.mean(axis=(1, 2)) / 255, rtol=1e-4)


def test_an_output_is_taken_by_its_name(modules: Path, plain: np.ndarray) -> None:
    vectors = HubPhoto(modules / "several", size=8, output="halves").forward(plain)
    np.testing.assert_allclose(vectors[0], [0.1, 0.2, 0.4], atol=1e-6)


def test_a_module_that_wants_another_size_says_so(modules: Path) -> None:
    with pytest.raises(SettingError, match="32") as caught:
        HubPhoto(modules / "fixed", size=8).load()
    assert "\n" not in str(caught.value)


def test_the_identity_follows_the_modules_files(tmp_path: Path) -> None:
    identities = []
    for factor in (1.0, 2.0):
        tf.saved_model.save(Means(factor), str(tmp_path / "means"))
        identities.append(HubPhoto(tmp_path / "means").identity)
    assert identities[0] != identities[1]


def test_the_identity_of_the_same_files_elsewhere_is_the_same(tmp_path: Path) -> None:
    for place in ("a", "b"):
        (tmp_path / place / "module").mkdir(parents=True)
        (tmp_path / place / "module" / "saved_model.pb").write_bytes(b"the same")
    identities = {HubPhoto(tmp_path / place / "module").identity for place in ("a", "b")}
    assert len(identities) == 1


@pytest.mark.parametrize(
    "other",
    [{"size": 96}, {"scale": (-1.0, 1.0)}, {"scale": (0.0, 1.0000001)}, {"views": 2}, {"output": "means"}],
    ids=str,
)
def test_each_setting_changes_the_identity(other: dict[str, object]) -> None:
    assert HubPhoto("a/b").identity != HubPhoto("a/b", **other).identity


@pytest.mark.parametrize("wrong", [{"size": 0}, {"scale": (1.0, 0.0)}, {"views": 3}], ids=str)
def test_impossible_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(SettingError, match=r"at least 1|views must be"):
        HubPhoto("a/b", **wrong)
