from __future__ import annotations

from pathlib import Path

import numpy as np

from withsense_tf.common.checkpoint import Checkpoint

ARRAYS = [np.arange(3), np.array([[0.5]], np.float32)]


def test_what_was_saved_last_comes_back_and_is_gone_when_the_work_is_done(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "new", ["a", 1])
    assert checkpoint.load() is None
    checkpoint.save({"epoch": 1}, ARRAYS[:1])
    checkpoint.save({"epoch": 2, "loss": float("nan")}, ARRAYS)
    stored = Checkpoint(tmp_path / "new", ["a", 1]).load()
    assert stored is not None
    assert stored[0]["epoch"] == 2
    for one, other in zip(stored[1], ARRAYS, strict=True):
        np.testing.assert_array_equal(one, other)
        assert one.dtype == other.dtype
    checkpoint.remove()
    assert list((tmp_path / "new").iterdir()) == []


def test_other_settings_or_other_data_are_another_computation(tmp_path: Path) -> None:
    files = {
        Checkpoint(tmp_path, settings, arrays).file
        for settings, arrays in (("a", ()), ("b", ()), ("a", ARRAYS), ("a", ARRAYS[::-1]))
    }
    assert len(files) == 4


def test_a_damaged_file_means_that_all_is_done_anew(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path, "a")
    checkpoint.save({}, ARRAYS)
    assert checkpoint.file is not None
    checkpoint.file.write_bytes(checkpoint.file.read_bytes()[:-40])
    assert checkpoint.load() is None


def test_without_a_folder_nothing_is_kept() -> None:
    checkpoint = Checkpoint(None, "a")
    checkpoint.save({}, ARRAYS)
    assert checkpoint.load() is None
    checkpoint.remove()
