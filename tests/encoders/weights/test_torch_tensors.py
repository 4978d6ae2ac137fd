from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torch_files import View, save_state

from withsense_tf.encoders.weights.torch_tensors import read_tensors
from withsense_tf.errors import DataError

NUMBERS = np.arange(24, dtype=np.float32)
LAYOUTS = pytest.mark.parametrize("layout", ["stream", "zip"])


@LAYOUTS
def test_tensors_come_back_by_name(tmp_path: Path, layout: str) -> None:
    tensors = {
        "a.weight": NUMBERS.reshape(2, 3, 4),
        "b": np.array([1.5, -2.0]),
        "scalar": np.array(7, np.float32),
    }
    back = read_tensors(save_state(tmp_path / "net.pth", tensors, layout))
    assert list(back) == list(tensors)
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(back[name], tensor)
        assert back[name].dtype == tensor.dtype


@LAYOUTS
def test_a_tensor_that_is_a_turned_part_of_others_numbers_is_read_in_its_order(
    tmp_path: Path, layout: str
) -> None:
    turned = View(NUMBERS, (4, 3), (1, 4), offset=12)
    back = read_tensors(save_state(tmp_path / "net.pth", {"a": turned}, layout))["a"]
    np.testing.assert_array_equal(back, NUMBERS.reshape(2, 3, 4)[1].T)
    assert back.flags.c_contiguous


@pytest.mark.closed
@pytest.mark.parametrize(
    "view",
    [
        View(NUMBERS, (25,), (1,)),
        View(NUMBERS, (5, 5), (5, 1)),
        View(NUMBERS, (4,), (1,), offset=21),
        View(NUMBERS, (4,), (1,), offset=-1),
        View(NUMBERS, (4,), (-1,), offset=10),
        View(NUMBERS, (10**9, 10**9), (0, 0)),
        View(NUMBERS, (4, 4), (1,)),
    ],
    ids=["longer", "wider", "late", "early", "backwards", "repeated", "uneven"],
)
def test_a_view_beyond_its_numbers_is_an_error(tmp_path: Path, view: View) -> None:
    with pytest.raises(DataError, match="cannot be read as tensors"):
        read_tensors(save_state(tmp_path / "net.pth", {"a": view}))


class Command:
    """What runs a command when a careless reader meets it."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.file,)


@pytest.mark.closed
@LAYOUTS
def test_a_file_that_names_anything_else_is_refused_and_nothing_of_it_is_run(
    tmp_path: Path, layout: str
) -> None:
    mark = tmp_path / "mark"
    file = save_state(tmp_path / "net.pth", {"a": NUMBERS, "b": Command(mark)}, layout)
    with pytest.raises(DataError, match="which is no tensor"):
        read_tensors(file)
    assert not mark.exists()


@pytest.mark.closed
@pytest.mark.parametrize(
    "content",
    [b"", b"not a pickle", pickle.dumps(1), pickle.dumps(0x1950A86A20F9469CFC6C) * 2, b"PK\x03\x04"],
    ids=["empty", "text", "number", "magic", "zip"],
)
def test_a_foreign_file_is_an_error_that_says_what_was_expected(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "net.pth"
    file.write_bytes(content)
    with pytest.raises(DataError, match=r"torch\.save wrote"):
        read_tensors(file)


@pytest.mark.closed
def test_a_file_without_its_end_is_an_error(tmp_path: Path) -> None:
    file = save_state(tmp_path / "net.pth", {"a": NUMBERS})
    whole = file.read_bytes()
    for size in range(0, len(whole) - 1, 7):
        file.write_bytes(whole[:size])
        with pytest.raises(DataError):
            read_tensors(file)


def test_a_number_in_a_tensors_place_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'epoch' is no tensor"):
        read_tensors(save_state(tmp_path / "net.pth", {"a": NUMBERS, "epoch": 3}))
