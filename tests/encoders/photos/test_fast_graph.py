from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.encoders.photos import fast_graph as module
from withsense_tf.encoders.photos import photo_graph, photo_keras
from withsense_tf.encoders.photos.fast_graph import fast_graph
from withsense_tf.encoders.photos.photo_keras import KerasPhoto


@pytest.mark.parametrize("backbone", ["mobilenet_v2", "efficientnet_lite0"])
@pytest.mark.slow
def test_openvino_gives_the_vectors_of_tensorflow(
    backbone: str, pixels: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openvino", reason="pip install 'withsense_tf[fast]'")
    encoder = KerasPhoto(backbone, "random", size=64)
    by_tensorflow = encoder.forward(pixels)
    assert "_fast_graph" not in vars(encoder)  # for so few it is not worth the seconds
    monkeypatch.setattr(photo_graph, "WORTH", 0)
    vectors = encoder.forward(pixels)
    assert encoder._fast_graph is not None
    assert vectors.dtype == np.float32
    cosines = (vectors * by_tensorflow).sum(1) / np.linalg.norm(vectors, axis=1)
    assert (cosines / np.linalg.norm(by_tensorflow, axis=1)).min() > 0.99999
    np.testing.assert_allclose(vectors, by_tensorflow, atol=1e-4 * np.abs(by_tensorflow).max())
    assert "openvino_telemetry" not in sys.modules or not hasattr(
        sys.modules["openvino_telemetry"].Telemetry, "sender"
    )


def test_where_many_photos_come_the_first_ones_do_not_wait_for_two_runtimes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openvino", reason="pip install 'withsense_tf[fast]'")
    Image.new("RGB", (40, 30), "red").save(photo := tmp_path / "red.png")
    monkeypatch.setattr(photo_graph, "WORTH", 40)
    for count, is_fast in ((32, False), (41, True)):
        encoder = KerasPhoto("efficientnet_lite0", "random", size=32)
        next(iter(encoder.stream([photo] * count, {})))
        assert ("_fast_graph" in vars(encoder)) == is_fast


@pytest.mark.slow
def test_half_precision_is_close_and_has_a_name_of_its_own(
    pixels: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openvino", reason="pip install 'withsense_tf[fast]'")
    monkeypatch.setattr(photo_graph, "WORTH", 0)
    exact = KerasPhoto("mobilenet_v2", "random", size=64)
    half = KerasPhoto("mobilenet_v2", "random", size=64, precision="bfloat16")
    assert half.identity != exact.identity
    assert half.model.dtype_policy.name == "float32"
    exact_vectors, half_vectors = exact.forward(pixels), half.forward(pixels)
    apart = np.linalg.norm(half_vectors - exact_vectors, axis=1) / np.linalg.norm(exact_vectors, axis=1)
    assert apart.max() < 0.1
    # A processor without such instructions computes in float32, and is right to do so.
    assert (apart > 0).all() == openvino_rounds()


@pytest.mark.slow
def test_a_large_network_is_the_same_with_its_weights_beside_its_graph(
    pixels: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openvino", reason="pip install 'withsense_tf[fast]'")
    folded = KerasPhoto("mobilenet_v2", "random", size=64).forward(pixels)
    monkeypatch.setattr(photo_keras, "MOST_FOLDED", 0)
    for looks in (64, 0):
        monkeypatch.setattr(photo_graph, "WORTH", looks)
        encoder = KerasPhoto("mobilenet_v2", "random", size=64)
        vectors = encoder.forward(pixels)
        assert ("_fast_graph" in vars(encoder)) == (looks == 0)
        assert encoder._graph.graph.captures  # the weights
        np.testing.assert_allclose(vectors, folded, atol=1e-4 * np.abs(folded).max())


def openvino_rounds() -> bool:
    import openvino

    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


@pytest.mark.slow
def test_without_openvino_tensorflow_computes(monkeypatch: pytest.MonkeyPatch, pixels: np.ndarray) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    monkeypatch.setattr(photo_graph, "WORTH", 0)
    assert KerasPhoto("mobilenet_v2", "random", size=32).forward(pixels[:3, :32, :32]).shape == (3, 1280)


def test_what_openvino_does_not_know_stays_with_tensorflow() -> None:
    pytest.importorskip("openvino", reason="pip install 'withsense_tf[fast]'")
    tf = start_tensorflow()
    unknown = tf.function(lambda x: tf.py_function(lambda y: y, [x], tf.float32), autograph=False)
    assert fast_graph(lambda: unknown.get_concrete_function(tf.TensorSpec((2, 3), tf.float32))) is None
