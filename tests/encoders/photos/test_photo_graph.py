from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import pytest

from withsense_tf.encoders.photos import photo_graph
from withsense_tf.encoders.photos.photo_graph import GraphEncoder, precision_here
from withsense_tf.errors import SettingError


class Corners(GraphEncoder):
    """Take the first pixel of a photo; count how often the network is built."""

    identity = "corners"
    size = (4, 6)
    batch_size = 3

    def __init__(self) -> None:
        self.builds = 0

    def _network(self) -> Callable[[Any], Any]:
        self.builds += 1
        return lambda pixels: pixels[:, 0, 0, :2] / 255


@pytest.mark.parametrize("count", [1, 3, 7])
def test_any_number_of_photos_goes_through_one_graph(count: int) -> None:
    encoder = Corners()
    pixels = np.random.default_rng(0).integers(0, 255, (count, 4, 6, 3)).astype(np.uint8)
    np.testing.assert_allclose(encoder.forward(pixels), pixels[:, 0, 0, :2] / 255, rtol=1e-6)
    encoder.forward(pixels[:1])
    assert encoder.builds == 1


def test_no_photos_have_the_width_of_the_network() -> None:
    vectors = Corners().forward(np.zeros((0, 4, 6, 3), np.uint8))
    assert vectors.shape == (0, 2)
    assert vectors.dtype == np.float32


def test_a_network_is_built_when_it_is_loaded_and_a_copy_shares_it() -> None:
    encoder = Corners()
    assert encoder.builds == 0
    assert encoder.load() is encoder
    assert deepcopy(encoder) is encoder
    assert encoder.width == 2
    assert encoder.builds == 1


@pytest.mark.parametrize(("gpu", "precision"), [(True, "mixed_float16"), (False, "float32")])
def test_half_precision_is_for_machines_with_a_gpu(
    gpu: bool, precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_graph, "has_gpu", lambda: gpu)
    assert precision_here("auto") == precision
    assert precision_here("mixed_bfloat16") == "mixed_bfloat16"


def test_an_unknown_precision_gets_the_nearest_name() -> None:
    with pytest.raises(SettingError, match="Did you mean 'float32'"):
        precision_here("float23")
