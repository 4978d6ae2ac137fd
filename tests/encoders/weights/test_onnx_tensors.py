from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx_files import onnx_file

from withsense_tf.encoders.weights.onnx_tensors import read_onnx
from withsense_tf.errors import DataError


def test_tensors_have_the_names_of_the_nodes_that_multiply_by_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    tensors = {
        "a.bias": rng.normal(size=7),
        "a.kernel": rng.normal(size=(2, 3, 4)),
        "MatMul_9": rng.normal(size=(5, 3)),
    }
    tensors = {name: tensor.astype(np.float32) for name, tensor in tensors.items()}
    file = onnx_file(tmp_path / "net.onnx", tensors, {"/a/MatMul": "MatMul_9"})
    parts = read_onnx(file)
    assert set(parts) == {"a.bias", "a.kernel", "/a/MatMul"}
    assert np.array_equal(parts["/a/MatMul"], tensors["MatMul_9"])
    assert np.array_equal(parts["a.kernel"], tensors["a.kernel"])


def test_matrices_of_one_byte_a_number_are_scaled_back(tmp_path: Path) -> None:
    matrix = np.random.default_rng(1).normal(size=(64, 5)).astype(np.float32) * np.float32([1, 10, 0.1, 3, 5])
    file = onnx_file(tmp_path / "net.onnx", {"MatMul_9": matrix}, {"/a/MatMul": "MatMul_9"}, in_bytes=True)
    parts = read_onnx(file)
    assert list(parts) == ["/a/MatMul"]
    step = np.ptp(matrix, axis=0) / 255
    assert np.abs(parts["/a/MatMul"] - matrix).max(axis=0) == pytest.approx(step / 2, rel=0.2)


def test_a_file_that_is_cut_or_holds_something_else_is_an_error(tmp_path: Path) -> None:
    whole = onnx_file(tmp_path / "net.onnx", {"a": np.ones((20, 20), np.float32)}, {}).read_bytes()
    rng = np.random.default_rng(2)
    broken = [whole[: len(whole) // 2], b"", b"hello " * 100, rng.bytes(1000), whole[:-1], b"\xff" * 50]
    for number, data in enumerate(broken):
        file = tmp_path / f"{number}.onnx"
        file.write_bytes(data)
        with pytest.raises(DataError, match="cannot be read as tensors"):
            read_onnx(file)
    with pytest.raises(DataError, match="cannot be read"):
        read_onnx(tmp_path / "none.onnx")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_whatever_is_changed_in_a_file_it_is_read_or_refused(tmp_path: Path) -> None:
    matrix = np.random.default_rng(3).normal(size=(4, 3)).astype(np.float32)
    file = onnx_file(tmp_path / "net.onnx", {"MatMul_9": matrix}, {"/a/MatMul": "MatMul_9"}, in_bytes=True)
    whole, refused = file.read_bytes(), 0
    for seed in range(1_000):
        rng = np.random.default_rng(seed)
        data = np.frombuffer(whole, np.uint8).copy()
        data[rng.integers(len(data), size=3)] = rng.choice([0, 127, 128, 255], size=3)
        file.write_bytes(data.tobytes())
        try:
            read_onnx(file)
        except DataError:
            refused += 1
    assert 0 < refused < 1_000
