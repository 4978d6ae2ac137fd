"""Photos, presets and SavedModels so small that they are made in the tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "dog", "runs", "cat", "the", "собака", "."]


@pytest.fixture(scope="session")
def pixels() -> np.ndarray:
    """Return 33 photos of 64 x 64, each with a colour, a gradient and a noise of its own."""
    rng = np.random.default_rng(0)
    slope = np.linspace(-1, 1, 64)[None, :, None, None] * rng.normal(0, 60, (33, 1, 1, 3))
    photos = rng.uniform(60, 200, (33, 1, 1, 3)) + slope + rng.normal(0, 30, (33, 64, 64, 3))
    return photos.clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def photos(pixels: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the first six of `pixels` as files that lose nothing."""
    folder = tmp_path_factory.mktemp("photos")
    paths = [folder / f"{name}.png" for name in "abcdef"]
    for path, photo in zip(paths, pixels, strict=False):
        Image.fromarray(photo).save(path)
    return paths


@pytest.fixture(scope="session")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a KerasHub text preset with one layer and twelve tokens."""
    import keras_hub

    folder = tmp_path_factory.mktemp("presets") / "bert"
    keras_hub.models.BertTokenizer(vocabulary=VOCABULARY, lowercase=True).save_to_preset(folder)
    backbone = keras_hub.models.BertBackbone(
        vocabulary_size=len(VOCABULARY),
        num_layers=1,
        num_heads=2,
        hidden_dim=8,
        intermediate_dim=16,
        max_sequence_length=64,
    )
    # Keras draws tiny kernels, with which all tokens look alike.
    rng = np.random.default_rng(0)
    for variable in backbone.trainable_variables:
        if len(variable.shape) > 1:
            variable.assign(rng.normal(0, 0.5, variable.shape))
    backbone.save_to_preset(folder)
    return folder


@pytest.fixture(scope="session")
def vit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a KerasHub photo preset that gives tokens."""
    import keras_hub

    folder = tmp_path_factory.mktemp("presets") / "vit"
    keras_hub.models.ViTBackbone(
        image_shape=(32, 32, 3), patch_size=16, num_layers=1, num_heads=2, hidden_dim=8, mlp_dim=16
    ).save_to_preset(folder)
    keras_hub.layers.ViTImageConverter(image_size=(32, 32), scale=1 / 127.5, offset=-1).save_to_preset(folder)
    return folder


@pytest.fixture(scope="session")
def resnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a KerasHub photo preset that gives feature maps."""
    import keras_hub

    folder = tmp_path_factory.mktemp("presets") / "resnet"
    keras_hub.models.ResNetBackbone(
        input_conv_filters=[64],
        input_conv_kernel_sizes=[7],
        stackwise_num_filters=[64, 64],
        stackwise_num_blocks=[1, 1],
        stackwise_num_strides=[1, 2],
        block_type="basic_block",
        image_shape=(None, None, 3),
    ).save_to_preset(folder)
    keras_hub.layers.ResNetImageConverter(image_size=(32, 32), scale=1 / 255).save_to_preset(folder)
    return folder
