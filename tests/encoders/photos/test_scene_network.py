from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from withsense_tf.encoders.photos.scene_network import load_scene_weights, scene_network
from withsense_tf.errors import SettingError
from withsense_tf.experiments.scene_net.scene_training import save_scene_weights

PIXELS = np.random.default_rng(0).integers(0, 256, (4, 128, 128, 3)).astype(np.float32)


def test_the_vector_has_the_means_and_then_the_maxima_of_all_channels() -> None:
    vectors = np.asarray(scene_network()(PIXELS, training=False))
    assert vectors.shape == (4, 512)
    assert (vectors[:, 256:] >= vectors[:, :256]).all()


def test_weights_are_saved_in_half_the_bytes_and_read_back(tmp_path: Path) -> None:
    one, other = scene_network(), scene_network()
    save_scene_weights(one, tmp_path / "own.weights")
    assert (tmp_path / "own.weights").stat().st_size < 2.2 * one.count_params()
    load_scene_weights(other, tmp_path / "own.weights")
    expected = np.asarray(one(PIXELS, training=False))
    np.testing.assert_allclose(other(PIXELS, training=False), expected, rtol=0.02, atol=0.02)


@pytest.mark.parametrize("planes", [False, True], ids=["numbers", "low and high bytes"])
def test_a_file_of_an_earlier_version_with_an_array_a_layer_is_read_too(planes: bool, tmp_path: Path) -> None:
    one, other, file = scene_network(), scene_network(), tmp_path / "earlier.npz"
    values = [value.astype(np.float16) for value in one.get_weights()]
    layers = [value.view(np.uint8).reshape(*value.shape, 2) for value in values]
    arrays = [np.stack([layer[..., 0], layer[..., 1]]) for layer in layers] if planes else values
    np.savez_compressed(file, **{f"{at:03d}": array for at, array in enumerate(arrays)})
    load_scene_weights(other, file)
    assert all((a == b).all() for a, b in zip(values, other.get_weights(), strict=True))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"000": np.zeros(3)}, "another network"),
        ({"low": np.zeros(3, np.uint8), "high": np.zeros(3, np.uint8)}, "another network"),
        ({"low": np.zeros(3, np.uint8), "high": np.zeros(2, np.uint8)}, "cannot be read"),
        ({}, "another network"),
        (None, "cannot be read"),
    ],
    ids=["one array", "three weights", "half a weight", "none", "no archive"],
)
def test_a_file_that_does_not_fit_changes_no_weight(
    arrays: dict[str, np.ndarray] | None, message: str, tmp_path: Path
) -> None:
    network = scene_network()
    before = network.get_weights()
    file = tmp_path / "other.npz"
    file.write_bytes(b"PK\x03\x04 no zip") if arrays is None else np.savez(file, **arrays)
    with pytest.raises(SettingError, match=message):
        load_scene_weights(network, file)
    assert all((a == b).all() for a, b in zip(before, network.get_weights(), strict=True))


def test_a_file_that_was_damaged_is_an_error(tmp_path: Path) -> None:
    network, file = scene_network(), tmp_path / "damaged.npz"
    save_scene_weights(network, file)
    content = bytearray(file.read_bytes())
    half = len(content) // 2
    content[half : half + 2000] = bytes(2000)
    file.write_bytes(content)
    with pytest.raises(SettingError, match="cannot be read"):
        load_scene_weights(network, file)
