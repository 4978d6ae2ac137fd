from __future__ import annotations

import json
import os
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from withsense_tf.encoders.vectors.vector_shards import KEY, MOST_FILES, OLD_DRAFT_SECONDS, Shelf
from withsense_tf.errors import DataError, DataWarning


def keys(*names: object) -> np.ndarray:
    return np.array([str(name).encode() for name in names], KEY)


def rows(*values: float) -> np.ndarray:
    return np.array([[value, -value, 0.5] for value in values], np.float32)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.vectors"))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf", "an encoder", "float32")


def again(shelf: Shelf) -> Shelf:
    return Shelf(shelf.folder, "an encoder", shelf.dtype.name)


def test_what_is_stored_is_found_in_the_order_asked_for(shelf: Shelf) -> None:
    shelf.add(keys("b", "a", "c"), rows(2, 1, 3))
    is_stored, vectors = again(shelf).find(keys("c", "none", "a", "b", "c"))
    assert is_stored.tolist() == [True, False, True, True, True]
    np.testing.assert_array_equal(vectors, rows(3, 1, 2, 3))
    assert vectors.dtype == np.float32


def test_an_empty_shelf_finds_nothing(shelf: Shelf) -> None:
    is_stored, vectors = shelf.find(keys("a", "b"))
    assert not is_stored.any()
    assert len(vectors) == 0
    shelf.add(keys(), rows())
    assert files(shelf.folder) == []


@given(
    st.lists(st.dictionaries(st.binary(min_size=16, max_size=16), st.integers(0, 99), max_size=5), max_size=5)
)
@settings(max_examples=25)
def test_all_keys_of_any_bytes_are_found_again(batches: list[dict[bytes, int]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder), "an encoder", "float32")
        expected: dict[bytes, int] = {}
        for batch in batches:
            new = {key: value for key, value in batch.items() if key not in expected}
            shelf.add(np.array(list(new), KEY), rows(*new.values()).reshape(-1, 3))
            expected |= new
        is_stored, vectors = shelf.find(np.array(list(expected), KEY))
        assert is_stored.all()
        assert vectors[:, :1].ravel().tolist() == list(expected.values())


def test_many_files_are_joined_and_nothing_is_lost(shelf: Shelf) -> None:
    count = 2 * MOST_FILES + 5
    for number in range(count):
        shelf.add(keys(number), rows(number))
    assert len(files(shelf.folder)) <= MOST_FILES
    for reader in (shelf, again(shelf)):
        is_stored, vectors = reader.find(keys(*range(count)))
        assert is_stored.all()
        np.testing.assert_array_equal(vectors, rows(*range(count)))


def test_a_key_that_two_writers_stored_stands_once_after_joining(shelf: Shelf) -> None:
    other = again(shelf)
    for number in range(MOST_FILES):
        shelf.add(keys(number, "shared"), rows(number, 7))
    other.add(keys("last"), rows(9))
    (joined,) = files(shelf.folder)
    with joined.open("rb") as stream:
        assert len(np.load(stream)) == MOST_FILES + 2
    np.testing.assert_array_equal(shelf.find(keys("shared"))[1], rows(7))


def test_a_reader_that_opened_files_before_the_join_still_reads(shelf: Shelf) -> None:
    for number in range(MOST_FILES):
        shelf.add(keys(number), rows(number))
    reader = again(shelf)
    assert reader.find(keys(0))[0].all()
    opened = dict(reader._files)
    shelf.add(keys("last"), rows(99))
    assert len(files(shelf.folder)) == 1
    # What was mapped stays readable although its file is gone from the folder.
    old = next(iter(opened.values()))
    assert old.vectors[0].tolist() == rows(0)[0].tolist()
    is_stored, vectors = reader.find(keys(*range(MOST_FILES), "last"))
    assert is_stored.all()
    np.testing.assert_array_equal(vectors, rows(*range(MOST_FILES), 99))


def test_a_join_that_is_under_way_elsewhere_is_left_to_the_other(shelf: Shelf) -> None:
    from filelock import FileLock

    with FileLock(shelf.folder / "join.lock"):
        for number in range(MOST_FILES + 3):
            shelf.add(keys(number), rows(number))
    assert len(files(shelf.folder)) == MOST_FILES + 3
    assert shelf.find(keys(*range(MOST_FILES + 3)))[0].all()


def test_a_join_that_was_killed_before_it_deleted_loses_and_changes_nothing(shelf: Shelf) -> None:
    for number in range(MOST_FILES):
        shelf.add(keys(number), rows(number))
    contents = {file: file.read_bytes() for file in files(shelf.folder)}
    shelf.add(keys("last"), rows(99))
    for file, content in contents.items():
        file.write_bytes(content)
    is_stored, vectors = again(shelf).find(keys(*range(MOST_FILES), "last"))
    assert is_stored.all()
    np.testing.assert_array_equal(vectors, rows(*range(MOST_FILES), 99))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_is_left_out_with_a_warning_and_made_anew(shelf: Shelf, share: float) -> None:
    shelf.add(keys(*range(50)), rows(*range(50)))
    shelf.add(keys("good"), rows(1))
    cut = files(shelf.folder)[0]
    cut.write_bytes(cut.read_bytes()[: int(cut.stat().st_size * share)])
    reader = again(shelf)
    with pytest.warns(DataWarning, match=f"{cut.name} is damaged"):
        is_stored, _ = reader.find(keys(0, "good"))
    assert is_stored.tolist() == [False, True]
    reader.add(keys(0), rows(5))
    np.testing.assert_array_equal(reader.find(keys(0, "good"))[1], rows(5, 1))


def test_a_damaged_file_is_warned_of_once(shelf: Shelf) -> None:
    shelf.add(keys("a"), rows(1))
    files(shelf.folder)[0].write_bytes(b"damaged")
    reader = again(shelf)
    with pytest.warns(DataWarning):
        reader.find(keys("a"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        reader.find(keys("a"))


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 500, b"PK\x03\x04" + b"\0" * 500, b"\x93NUMPY\x01\x00\xff\xff", b"\x80\x04K\x01."],
    ids=["empty", "zeros", "zip", "header", "pickle"],
)
def test_something_else_in_place_of_a_file_is_left_out_with_a_warning(shelf: Shelf, content: bytes) -> None:
    (shelf.folder / "1.vectors").write_bytes(content)
    with pytest.warns(DataWarning, match="is damaged"):
        assert not shelf.find(keys("a"))[0].any()


def test_damage_in_the_headers_never_raises_and_never_changes_a_vector(shelf: Shelf) -> None:
    shelf.add(keys(*range(8)), rows(*range(8)))
    file = files(shelf.folder)[0]
    whole, rng = file.read_bytes(), np.random.default_rng(0)
    # 128 bytes of header, 8 keys of 16 bytes, 128 bytes of header, 8 vectors.
    headers = [*range(128), *range(256, 384)]
    for _ in range(300):
        damaged = bytearray(whole)
        damaged[rng.choice(headers)] = rng.integers(0, 256)
        file.write_bytes(damaged)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DataWarning)
            is_stored, vectors = again(shelf).find(keys(*range(8)))
        assert vectors.tolist() == rows(*range(8))[is_stored].tolist()


@pytest.mark.parametrize(
    ("identity", "dtype"), [("another", "float32"), ("an encoder", "float16")], ids=["identity", "dtype"]
)
def test_the_folder_of_other_vectors_is_an_error(shelf: Shelf, identity: str, dtype: str) -> None:
    with pytest.raises(DataError, match="holds other vectors than expected"):
        Shelf(shelf.folder, identity, dtype)


def test_a_folder_of_another_format_is_an_error(shelf: Shelf) -> None:
    file = shelf.folder / "about.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "format": 99}))
    with pytest.raises(DataError, match="holds other vectors than expected"):
        again(shelf)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe"], ids=["empty", "cut", "no text"])
def test_a_damaged_description_says_that_the_folder_may_go(shelf: Shelf, content: bytes) -> None:
    (shelf.folder / "about.json").write_bytes(content)
    with pytest.raises(DataError, match=r"about\.json is damaged .* Delete the folder"):
        again(shelf)


def test_old_drafts_are_swept_and_young_ones_left(shelf: Shelf) -> None:
    old, young = shelf.folder / "1.draft", shelf.folder / "2.draft"
    for draft in (old, young):
        draft.write_bytes(b"half a file")
    long_ago = time.time() - OLD_DRAFT_SECONDS - 10
    os.utime(old, (long_ago, long_ago))
    again(shelf)
    assert not old.exists()
    assert young.exists()


def test_a_draft_is_never_read(shelf: Shelf) -> None:
    shelf.add(keys("a"), rows(1))
    files(shelf.folder)[0].rename(shelf.folder / "1.draft")
    assert not again(shelf).find(keys("a"))[0].any()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_refused(shelf: Shelf, value: float) -> None:
    with pytest.raises(DataError, match="not finite"):
        shelf.add(keys("a", "b"), rows(1, value))
    assert files(shelf.folder) == []


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")
def test_a_number_too_large_for_half_precision_is_refused(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "an encoder", "float16")
    with pytest.raises(DataError, match=r"not finite|float16"):
        shelf.add(keys("a"), rows(70_000))
    assert files(tmp_path) == []


def test_vectors_of_another_width_are_an_error(shelf: Shelf) -> None:
    shelf.add(keys("a"), rows(1))
    with pytest.raises(DataError, match="3 numbers, and this encoder gives 2: two different encoders"):
        again(shelf).add(keys("b"), np.zeros((1, 2), np.float32))


def test_half_precision_is_half_as_large_and_near(tmp_path: Path) -> None:
    vectors = np.random.default_rng(0).normal(size=(20, 500)).astype(np.float32)
    sizes = []
    for dtype in ("float32", "float16"):
        shelf = Shelf(tmp_path / dtype, "an encoder", dtype)
        shelf.add(keys(*range(20)), vectors)
        np.testing.assert_allclose(shelf.find(keys(*range(20)))[1], vectors, rtol=1e-3, atol=1e-6)
        sizes.append(files(tmp_path / dtype)[0].stat().st_size)
    assert sizes[1] < 0.55 * sizes[0]
