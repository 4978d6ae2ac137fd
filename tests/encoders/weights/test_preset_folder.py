from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from withsense_tf.encoders.weights.preset_folder import preset_fingerprint, preset_folder
from withsense_tf.errors import WeightsMissingError


def test_names_and_handles_are_no_folders() -> None:
    assert preset_folder("clip_vit_base_patch32") is None
    assert preset_folder("kaggle://keras/clip/keras/clip_vit_base_patch32") is None


@pytest.mark.parametrize("path", ["./no_such", "models/no_such", "/no/such", "no_such/", "~/no_such"])
def test_a_folder_that_is_not_there_is_an_error(path: str) -> None:
    with pytest.raises(WeightsMissingError, match="There is no folder"):
        preset_folder(path)


def test_a_folder_without_settings_or_without_weights_is_an_error(clip: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError, match=r"with config\.json in it"):
        preset_folder(str(tmp_path))
    whole = tmp_path / "clip"
    shutil.copytree(clip, whole)
    assert preset_folder(str(whole)) == whole
    (whole / "model.weights.h5").unlink()
    with pytest.raises(WeightsMissingError, match=r"has no model\.weights\.h5"):
        preset_folder(str(whole))


def test_the_fingerprint_counts_weights_and_settings_but_not_the_day_of_saving(
    clip: Path, tmp_path: Path
) -> None:
    shutil.copytree(clip, tmp_path / "clip")
    before = preset_fingerprint(clip)
    (tmp_path / "clip" / "metadata.json").write_text("{}")
    assert preset_fingerprint(tmp_path / "clip") == before
    settings = tmp_path / "clip" / "image_converter.json"
    settings.write_text(settings.read_text().replace("bicubic", "nearest"))
    assert preset_fingerprint(tmp_path / "clip") != before


def test_one_weight_changes_the_fingerprint_and_a_damaged_file_has_one_too(
    clip: Path, tmp_path: Path
) -> None:
    import h5py

    shutil.copytree(clip, tmp_path / "clip")
    before = preset_fingerprint(clip)
    file = tmp_path / "clip" / "model.weights.h5"
    with h5py.File(file, "r+") as stream:
        arrays: list[h5py.Dataset] = []
        stream.visititems(lambda _, item: arrays.append(item) if isinstance(item, h5py.Dataset) else None)
        arrays[0][...] = arrays[0][()] + 1
    after = preset_fingerprint(tmp_path / "clip")
    assert after != before
    file.write_bytes(b"no HDF5")
    assert preset_fingerprint(tmp_path / "clip") not in (before, after)
