from __future__ import annotations

from pathlib import Path

import keras_hub
import numpy as np
import pytest
from PIL import Image

from withsense_tf.encoders.photos.photo_keras_hub import KerasHubPhoto
from withsense_tf.errors import SettingError


@pytest.fixture(scope="module")
def maps(resnet: Path) -> KerasHubPhoto:
    return KerasHubPhoto(resnet, size=64)


@pytest.fixture(scope="module")
def first_tokens(vit: Path) -> KerasHubPhoto:
    return KerasHubPhoto(vit, size=64, pooling="first")


def by_hand(preset: Path, pixels: np.ndarray) -> np.ndarray:
    """Return what the preset's own parts give for float32 photos."""
    converter = keras_hub.layers.ImageConverter.from_preset(str(preset))
    backbone = keras_hub.models.Backbone.from_preset(str(preset))
    return np.asarray(backbone(converter(pixels.astype(np.float32)), training=False))


@pytest.mark.slow
def test_a_transformers_tokens_are_pooled_as_asked_behind_its_own_converter(
    vit: Path, first_tokens: KerasHubPhoto, pixels: np.ndarray
) -> None:
    tokens = by_hand(vit, pixels[:3])
    mean = KerasHubPhoto(vit, size=64, pooling="mean")
    for encoder, expected in ((first_tokens, tokens[:, 0]), (mean, tokens.mean(axis=1))):
        vectors = encoder.forward(pixels[:3])
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(vectors, expected, rtol=1e-3, atol=1e-5)


def test_a_feature_map_is_averaged_over_the_photo(
    resnet: Path, maps: KerasHubPhoto, pixels: np.ndarray
) -> None:
    expected = by_hand(resnet, pixels[:3]).mean(axis=(1, 2))
    vectors = maps.forward(pixels[:3])
    np.testing.assert_allclose(vectors, expected, rtol=1e-3, atol=1e-5)


def test_photos_are_told_apart_and_no_photos_have_the_width(maps: KerasHubPhoto, photos: list[Path]) -> None:
    vectors = maps.encode(photos)
    assert len(np.unique(vectors.round(5), axis=0)) == len(photos)
    assert maps.encode([]).shape == (0, vectors.shape[1])


def test_two_views_of_a_symmetric_photo_are_like_one(
    vit: Path, first_tokens: KerasHubPhoto, pixels: np.ndarray, tmp_path: Path
) -> None:
    half = pixels[0][:, :32]
    Image.fromarray(np.hstack([half, half[:, ::-1]])).save(tmp_path / "even.png")
    views = KerasHubPhoto(vit, size=64, pooling="first", views=2)
    one, two = (encoder.encode([tmp_path / "even.png"]) for encoder in (first_tokens, views))
    np.testing.assert_allclose(two, one, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("other", [{"size": 96}, {"pooling": "mean"}, {"views": 2}], ids=str)
def test_each_setting_changes_the_identity(vit: Path, other: dict[str, object]) -> None:
    assert KerasHubPhoto(vit).identity != KerasHubPhoto(vit, **other).identity


def test_impossible_settings_are_refused(vit: Path) -> None:
    with pytest.raises(SettingError, match="'first' or 'mean'"):
        KerasHubPhoto(vit, pooling="max")
    with pytest.raises(SettingError, match="views must be"):
        KerasHubPhoto(vit, views=3)
