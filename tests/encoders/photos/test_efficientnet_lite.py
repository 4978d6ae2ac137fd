from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from torch_files import save_state

from withsense_tf.encoders.photos import efficientnet_lite as lite
from withsense_tf.encoders.photos.photo_keras import KerasPhoto
from withsense_tf.errors import DataError

# The numbers of weights that the networks are published with, at the end of their table of layers.
PARAMETERS = {"EfficientNetLite0": 4_652_008, "EfficientNetLite1": 5_416_680, "EfficientNetLite2": 6_092_072}


def in_torch_order(model: object) -> dict[str, np.ndarray]:
    """Return a model's weights under the names and in the order of axes that PyTorch has."""
    state = {}
    for layer in model.layers:  # type: ignore[attr-defined]
        kinds = (
            ("weight", "bias", "running_mean", "running_var") if "bn" in layer.name else ("weight", "bias")
        )
        for kind, value in zip(kinds, layer.get_weights(), strict=False):
            if value.ndim == 4:
                value = np.transpose(value, (2, 3, 0, 1) if "depthwise" in layer.name else (3, 2, 0, 1))
            name = "_" + re.sub(r"^(blocks\.\d+\.)", r"\1_", layer.name)
            state[f"{name}.{kind}"] = np.ascontiguousarray(value.T if value.ndim == 2 else value)
    return state


def small(include_top: bool = False, **settings: object) -> object:
    return lite.EfficientNetLite0(
        input_shape=(32, 32, 3), include_top=include_top, **{"weights": None} | settings
    )


@pytest.fixture(scope="module")
def network() -> object:
    """Return a network whose weights are no longer those it starts with, and that no test changes."""
    import keras

    keras.utils.set_random_seed(3)
    network = small()
    for variable in network.weights:  # type: ignore[attr-defined]
        variable.assign(np.random.default_rng(0).uniform(0.5, 1.5, variable.shape))
    return network


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.slow
def test_the_networks_have_as_many_weights_as_the_published_ones(name: str) -> None:
    model = getattr(lite, name)(input_shape=(64, 64, 3), weights=None, include_top=True)
    assert sum(int(np.prod(variable.shape)) for variable in model.trainable_variables) == PARAMETERS[name]


@pytest.mark.slow
def test_weights_of_a_file_reach_the_layers_that_they_were_taken_from(
    network: object, tmp_path: Path
) -> None:
    file = save_state(tmp_path / "net.pth", in_torch_order(network))
    second = small(weights=str(file))
    pixels = np.random.default_rng(1).normal(size=(2, 32, 32, 3)).astype(np.float32)
    np.testing.assert_array_equal(np.asarray(second(pixels)), np.asarray(network(pixels)))


@pytest.mark.slow
def test_a_file_of_another_network_names_the_first_layer_that_differs(
    network: object, tmp_path: Path
) -> None:
    state = in_torch_order(network)
    file = save_state(
        tmp_path / "net.pth", {name: x for name, x in state.items() if name != "_bn0.running_var"}
    )
    with pytest.raises(ValueError, match=r"no bn0\.running_var"):
        small(weights=str(file))
    state["_blocks.3._expand_conv.weight"] = np.zeros((8, 8, 1, 1), np.float32)
    with pytest.raises(ValueError, match=r"blocks\.3\.expand_conv has shapes"):
        small(weights=str(save_state(tmp_path / "net.pth", state)))
    with pytest.raises(DataError, match="cannot be read"):
        small(weights=str(tmp_path / "none.pth"))


def test_pixels_become_numbers_around_zero() -> None:
    np.testing.assert_allclose(lite.preprocess_input(np.array([0.0, 127.0, 255.0])), [-0.9921875, 0.0, 1.0])


@pytest.mark.slow
def test_photos_go_through_one_by_name_and_are_told_apart(photos: list[Path]) -> None:
    vectors = KerasPhoto("efficientnet_lite0", "random", size=64).encode(photos[:3])
    assert vectors.shape == (3, 1280)
    assert np.isfinite(vectors).all()
    assert len(np.unique(vectors.round(3), axis=0)) == 3
