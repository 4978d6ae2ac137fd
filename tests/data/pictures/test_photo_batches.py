from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from withsense_tf.data.pictures.photo_batches import PhotoBatches
from withsense_tf.data.pictures.photo_file import read_photo
from withsense_tf.errors import SettingError


def test_batches_hold_the_photos_in_order_and_the_last_one_is_short(folder: Path) -> None:
    paths = sorted((folder / "train_images").iterdir())
    batches = list(PhotoBatches(paths, (16, 24), batch_size=4))
    assert [batch.pixels.shape for batch in batches] == [(4, 16, 24, 3), (2, 16, 24, 3)]
    assert np.concatenate([batch.rows for batch in batches]).tolist() == list(range(6))
    for row, path in enumerate(paths):
        np.testing.assert_array_equal(batches[row // 4].pixels[row % 4], read_photo(path, (16, 24)))


def test_bad_photos_are_stepped_over_and_named(folder: Path) -> None:
    paths = sorted((folder / "train_images").iterdir())
    paths[1].write_bytes(b"")
    paths[3].write_bytes(paths[3].read_bytes()[:300])
    batches = PhotoBatches([*paths, folder / "gone.jpg"], (8, 8))
    (batch,) = batches
    assert batch.rows.tolist() == [0, 2, 4, 5]
    assert batch.pixels.shape == (4, 8, 8, 3)
    assert {(p.item, p.kind) for p in batches.bad.values()} == {
        ("bee.jpg", "photo_empty"),
        ("dog.jpg", "photo_truncated"),
        ("gone.jpg", "row_photo_missing"),
    }


def test_a_second_run_finds_the_same_bad_photos_once(folder: Path) -> None:
    paths = sorted((folder / "train_images").iterdir())
    paths[1].write_bytes(b"")
    batches = PhotoBatches(paths, (8, 8))
    assert sum(len(batch.rows) for batch in batches) == sum(len(batch.rows) for batch in batches) == 5
    assert len(batches.bad) == 1


def test_no_photos_give_no_batches() -> None:
    assert list(PhotoBatches([], (8, 8))) == []


@pytest.mark.parametrize(("size", "batch_size"), [((0, 8), 4), ((8, 8), 0)])
def test_impossible_sizes_are_refused(size: tuple[int, int], batch_size: int) -> None:
    with pytest.raises(SettingError, match="at least 1"):
        PhotoBatches([], size, batch_size)
