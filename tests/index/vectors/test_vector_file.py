"""A file of vectors holds what was written, and says so where it does not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from quick import least_seconds

from withsense_tf.errors import DataError, SettingError
from withsense_tf.index.vectors import vector_file
from withsense_tf.index.vectors.exact_index import ExactIndex

DTYPES = ("float32", "float16")


def unit(rows: int, width: int, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((rows, width), np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(params=DTYPES)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ExactIndex]:
    made = ExactIndex(tmp_path, 8, request.param)
    yield made
    made.close()


def test_what_was_written_is_there_when_the_index_is_opened_again(index: ExactIndex, tmp_path: Path) -> None:
    index.write(0, unit(20, 8))
    again = ExactIndex(tmp_path)
    assert (again.width, again.dtype) == (8, index.dtype)
    np.testing.assert_array_equal(again.get(np.arange(20)), index.get(np.arange(20)))


def test_what_a_killed_writer_left_is_written_over(index: ExactIndex, tmp_path: Path) -> None:
    index.write(0, unit(10, 8))
    index.write(10, unit(7, 8, seed=1))  # never committed
    with (tmp_path / "rows.vectors").open("ab") as stream:
        stream.write(b"half a")
    ExactIndex(tmp_path).write(10, unit(9, 8, seed=2))
    expected = np.concatenate([unit(10, 8), unit(9, 8, seed=2)]).astype(index.dtype)
    np.testing.assert_array_equal(index.get(np.arange(19)), expected.astype(np.float32))


def test_half_a_row_at_the_end_is_no_damage(index: ExactIndex, tmp_path: Path) -> None:
    index.write(0, unit(10, 8))
    with (tmp_path / "rows.vectors").open("ab") as stream:
        stream.write(b"half a")
    assert ExactIndex(tmp_path).search(unit(1, 8), 1, 10).rows[0, 0] == 0


def test_rows_that_are_missing_are_damage(index: ExactIndex) -> None:
    index.write(0, unit(10, 8))
    with pytest.raises(DataError, match=r"damaged: .* holds 10 rows, expected 11 rows. Run: .* --repair"):
        index.search(unit(1, 8), 1, 11)


def test_a_gap_is_not_written(index: ExactIndex) -> None:
    with pytest.raises(DataError, match="holds 0 rows, expected at least 3"):
        index.write(3, unit(1, 8))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_not_written(value: float, index: ExactIndex) -> None:
    with pytest.raises(DataError, match="not finite"):
        index.write(0, np.full((1, 8), value, np.float32))


def test_numbers_too_large_for_float16_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="too large for float16"):
        ExactIndex(tmp_path, 8, "float16").write(0, np.full((1, 8), 1e6, np.float32))


def test_vectors_of_another_width_are_not_written(index: ExactIndex) -> None:
    with pytest.raises(SettingError, match=r"\(n, 8\)"):
        index.write(0, unit(1, 9))


def test_a_closed_index_says_so(tmp_path: Path) -> None:
    index = ExactIndex(tmp_path, 8)
    index.close()
    with pytest.raises(SettingError, match="was closed"):
        index.search(unit(1, 8), 1, 0)


def test_an_index_of_another_width_is_not_opened(index: ExactIndex, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds vectors of 8 numbers .*, expected 9"):
        ExactIndex(tmp_path, 9)


def test_a_file_that_was_replaced_is_not_written_to(index: ExactIndex, tmp_path: Path) -> None:
    (tmp_path / "rows.vectors").unlink()
    ExactIndex(tmp_path, 8, index.dtype).close()
    with pytest.raises(DataError, match="was replaced"):
        index.write(0, unit(1, 8))


def test_the_slower_of_two_that_make_an_index_takes_the_others(index: ExactIndex, tmp_path: Path) -> None:
    index.write(0, unit(3, 8))
    vector_file._make(tmp_path / "rows.vectors", 8, "float32")
    assert len(ExactIndex(tmp_path).get(np.arange(3))) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["rows.vectors"]


def test_a_missing_index_is_not_made_without_a_width(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not there"):
        ExactIndex(tmp_path)


@pytest.mark.parametrize(
    ("at", "content", "said"),
    [
        (0, b"PK\3\4", "is no file of vectors"),
        (16, b"\7", "has format version 7, expected 2"),
        (20, bytes(4), "damaged: the header"),
        (24, b"float99", "damaged: the header"),
        (32, b"\xff" * 8, "damaged: the header"),
    ],
)
def test_a_foreign_or_damaged_header_is_an_error_that_says_so(
    at: int, content: bytes, said: str, index: ExactIndex, tmp_path: Path
) -> None:
    index.write(0, unit(10, 8))
    file = tmp_path / "rows.vectors"
    whole = file.read_bytes()
    file.write_bytes(whole[:at] + content + whole[at + len(content) :])
    with pytest.raises(DataError, match=said):
        ExactIndex(tmp_path).search(unit(1, 8), 1, 10)


@pytest.mark.parametrize("size", [0, 10, 40])
def test_a_file_shorter_than_its_header_is_an_error(size: int, index: ExactIndex, tmp_path: Path) -> None:
    os.truncate(tmp_path / "rows.vectors", size)
    with pytest.raises(DataError, match="damaged"):
        ExactIndex(tmp_path)


def test_a_million_rows_are_opened_without_reading_them(tmp_path: Path) -> None:
    ExactIndex(tmp_path, 256).close()
    # A file with a hole is as long as a real one.
    os.truncate(tmp_path / "rows.vectors", vector_file.START + 1_000_000 * 1024)
    memory = psutil.Process().memory_info().rss
    opened: list[ExactIndex] = []

    def open_it() -> None:
        opened.append(ExactIndex(tmp_path))
        assert opened[-1].get(np.array([999_999])).shape == (1, 256)

    assert least_seconds(open_it, enough=0.1) < 0.1
    assert psutil.Process().memory_info().rss - memory < 20e6
