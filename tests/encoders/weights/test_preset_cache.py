from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from withsense_tf.encoders.photos.photo_text_keras_hub import PhotoText
from withsense_tf.encoders.weights.preset_cache import check_here, no_downloads, preset_source
from withsense_tf.errors import WeightsMissingError

NAME = "clip_vit_base_patch32"
HANDLE = f"kaggle://keras/clip/keras/{NAME}"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path))
    return tmp_path / f"models/keras/clip/keras/{NAME}"


def put(folder: Path, version: str, whole: bool = True) -> Path:
    """Write what a download leaves behind."""
    (folder / version).mkdir(parents=True)
    for name in ("config.json", "model.weights.h5"):
        (folder / version / name).write_text("{}")
    if whole:
        (folder / f"{version}.complete").touch()
    return folder / version


def refused(preset: str = NAME) -> str:
    with no_downloads("do so"), pytest.raises(WeightsMissingError) as caught:
        check_here(preset)
    return str(caught.value)


def test_a_preset_that_is_not_here_is_said_so_at_once_with_the_advice(cache: Path) -> None:
    assert not cache.exists()
    assert refused() == f"{NAME} is not on this machine (do so)"
    assert refused(HANDLE)
    assert refused("hf://keras/clip")


@pytest.mark.usefixtures("cache")
def test_where_downloads_are_allowed_nothing_is_checked() -> None:
    check_here(NAME)
    assert preset_source(NAME, f"{HANDLE}/3") == NAME


def test_a_downloaded_preset_is_taken_from_its_folder(cache: Path) -> None:
    put(cache, "9")
    tenth = put(cache, "10")
    with no_downloads("do so"):
        check_here(NAME)
        assert preset_source(HANDLE, HANDLE) == str(tenth)


def test_another_version_than_that_of_this_library_is_not_taken_for_it(cache: Path) -> None:
    put(cache, "2")
    with no_downloads("do so"), pytest.raises(WeightsMissingError, match="not on this machine"):
        preset_source(NAME, f"{HANDLE}/3")


def test_a_download_that_broke_off_does_not_count(cache: Path) -> None:
    folder = put(cache, "3", whole=False)
    assert refused()
    marks = cache / ".complete/3"
    marks.mkdir(parents=True)
    (marks / "config.json.complete").touch()
    assert refused()
    (marks / "model.weights.h5.complete").touch()
    with no_downloads("do so"):
        assert preset_source(NAME, f"{HANDLE}/3") == str(folder)


def test_a_downloaded_network_is_loaded_without_a_connection(
    cache: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras_hub

    version = keras_hub.models.CLIPBackbone.presets[NAME]["kaggle_handle"].rpartition("/")[2]
    shutil.copytree(clip, cache / version)
    (cache / f"{version}.complete").touch()
    monkeypatch.setattr("socket.socket.connect", lambda self, address: pytest.fail(f"asked {address}"))
    with no_downloads("do so"):
        towers = PhotoText(NAME).load()
    assert towers.photo.size == (32, 32)
    assert towers.weights.startswith(f"{NAME} of KerasHub")


def test_a_missing_network_is_told_without_importing_the_library(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not cache.exists()
    # None makes every import of it fail.
    monkeypatch.setitem(sys.modules, "keras_hub", None)
    with no_downloads("do so"), pytest.raises(WeightsMissingError, match="not on this machine"):
        PhotoText(NAME).load()
