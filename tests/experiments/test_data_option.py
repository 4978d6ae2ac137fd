from __future__ import annotations

from pathlib import Path

import pytest

from withsense_tf.errors import DataWarning
from withsense_tf.experiments.data_option import demo_folder, load


def test_a_folder_is_read_with_every_photo_decoded(folder: Path, tmp_path: Path) -> None:
    photo = folder / "train_images/fox.jpg"
    photo.write_bytes(photo.read_bytes()[:-200])
    with pytest.warns(DataWarning):
        dataset = load(folder, tmp_path / "out", seed=0)
    assert "fox.jpg" not in set(dataset.photos["photo"])
    assert not (tmp_path / "out").exists()


def test_demo_sets_of_other_seeds_or_sizes_lie_apart(tmp_path: Path) -> None:
    numbers = ((3, 10, 2), (3, 10, 3), (3, 11, 2), (4, 10, 2), (3, 10, 2, 0))
    folders = {demo_folder(tmp_path, *some) for some in numbers}
    assert len(folders) == 5
    assert {folder.parent for folder in folders} == {tmp_path}
