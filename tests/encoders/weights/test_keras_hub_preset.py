"""What every encoder from a KerasHub preset does, for photos and for texts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest

from withsense_tf.encoders.photos.photo_keras_hub import KerasHubPhoto
from withsense_tf.encoders.texts.text_keras_hub import KerasHubText
from withsense_tf.encoders.weights.keras_hub_preset import load_preset, preset_weights
from withsense_tf.errors import SettingError, WeightsMissingError

Preset = KerasHubPhoto | KerasHubText


def use(encoder: Preset) -> None:
    """Make the encoder load its network."""
    encoder.load() if isinstance(encoder, KerasHubPhoto) else encoder.encode(["a"])


@pytest.fixture(params=[(KerasHubPhoto, "vit", "bert"), (KerasHubText, "bert", "vit")], ids=["photo", "text"])
def kind(request: pytest.FixtureRequest) -> tuple[Callable[[str | Path], Preset], Path, Path]:
    """Return a class of encoder, a preset for it, and a preset for the other."""
    make, own, other = request.param
    return make, request.getfixturevalue(own), request.getfixturevalue(other)


def test_the_identity_follows_the_presets_files(kind, tmp_path: Path) -> None:
    make, preset, _ = kind
    copy = shutil.copytree(preset, tmp_path / preset.name)
    assert make(copy).identity == make(preset).identity
    file = next(copy.glob("*.weights.h5"))
    file.write_bytes(file.read_bytes() + b"\0")
    assert make(copy).identity != make(preset).identity


def test_a_folder_without_a_preset_says_what_is_expected(kind, tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError, match=r"a folder that save_to_preset wrote \(with config\.json"):
        use(kind[0](tmp_path))


def test_a_preset_of_the_other_kind_is_refused_in_one_line(kind) -> None:
    make, _, other = kind
    with pytest.raises(
        SettingError, match=r"cannot be loaded.*(ImageConverter|ClassifierPreprocessor)"
    ) as caught:
        use(make(other))
    assert "\n" not in str(caught.value)


def test_a_damaged_preset_is_refused_in_one_line(kind, tmp_path: Path) -> None:
    make, preset, _ = kind
    copy = shutil.copytree(preset, tmp_path / preset.name)
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps(config)[:100])
    with pytest.raises(SettingError, match="cannot be loaded") as caught:
        use(make(copy))
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize(
    ("make", "preset"),
    [
        (KerasHubPhoto, "resnet_18_imagenet"),
        (KerasHubPhoto, "no_such_preset"),
        (KerasHubPhoto, "kaggle://keras/vit/keras/none"),
        (KerasHubText, "bert_tiny_en_uncased"),
        (KerasHubText, "no_such_preset"),
    ],
)
def test_a_preset_that_cannot_be_had_says_what_to_do(make: type[Preset], preset: str) -> None:
    with pytest.raises(WeightsMissingError, match=r"cannot be loaded.*give a local file or folder") as caught:
        use(make(preset))
    assert "\n" not in str(caught.value)


def test_it_is_saved_with_the_whole_path_of_its_folder(kind, monkeypatch: pytest.MonkeyPatch) -> None:
    make, preset, _ = kind
    monkeypatch.chdir(preset.parent)
    state = make(f"./{preset.name}").to_state()
    assert state["settings"]["preset"] == str(preset.resolve())
    assert make.from_state(state).identity == make(preset).identity


def test_a_copy_does_not_hold_the_network_again(kind) -> None:
    encoder = kind[0](kind[1])
    assert deepcopy(encoder) is encoder


def test_a_name_stands_for_what_this_version_has_under_it(bert: Path) -> None:
    assert preset_weights("resnet_18_imagenet").startswith("resnet_18_imagenet of KerasHub 0.")
    assert preset_weights(str(bert)).startswith("file bert ")


def test_settings_reach_the_part_that_is_loaded(bert: Path) -> None:
    part = load_preset(lambda hub: hub.models.TextClassifierPreprocessor, str(bert), sequence_length=7)
    assert part(["a dog"])["token_ids"].shape == (1, 7)
