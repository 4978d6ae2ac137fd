"""What holds of modules of TensorFlow Hub, whether photos or texts go in."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
import tensorflow as tf

from withsense_tf.encoders.photos.photo_hub import HubPhoto
from withsense_tf.encoders.texts.text_hub import HubText
from withsense_tf.encoders.weights.hub import HubModule, pick_output
from withsense_tf.errors import SettingError


class Doubles(tf.Module):
    """A module that has signatures and cannot be called."""

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.float32)])
    def double(self, numbers: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"doubled": 2 * numbers}

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.float32), tf.TensorSpec((None,), tf.float32)])
    def add(self, numbers: tf.Tensor, others: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"sum": numbers + others}


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("modules")
    doubles = Doubles()
    signatures = {
        "only": {"own_name": doubles.double},
        "usual": {"first": doubles.add, "serving_default": doubles.double},
        "two_inputs": {"serving_default": doubles.add},
        "none": {},
    }
    for name, several in signatures.items():
        tf.saved_model.save(doubles if several else tf.Module(), str(root / name), signatures=several)
    return root


@pytest.mark.parametrize("name", ["only", "usual"])
def test_of_signatures_the_only_or_the_usual_one_is_called(modules: Path, name: str) -> None:
    result = HubModule(str(modules / name)).function()(tf.constant([1.0, 3.0]))
    assert result["doubled"].numpy().tolist() == [2, 6]


def test_a_signature_with_two_inputs_is_refused(modules: Path) -> None:
    with pytest.raises(SettingError, match=r"takes 2 inputs \(.*others.*expected one"):
        HubModule(str(modules / "two_inputs")).function()


def test_a_module_that_offers_nothing_is_refused(modules: Path) -> None:
    with pytest.raises(SettingError, match="neither be called nor has it a signature"):
        HubModule(str(modules / "none")).function()


def test_a_module_refuses_what_it_does_not_take_in_one_line(modules: Path) -> None:
    with pytest.raises(SettingError, match="does not take this input") as caught:
        HubModule(str(modules / "only")).function()(tf.constant(["a text"]))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["empty", "absent"])
def test_a_folder_that_is_no_module_says_what_is_expected(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SettingError, match=r"folder of a SavedModel .*saved_model\.pb"):
        HubModule(str(tmp_path / name))


def test_a_damaged_module_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"damaged")
    with pytest.raises(SettingError, match="cannot be loaded") as caught:
        HubModule(str(tmp_path))
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("offline")
def test_a_handle_that_cannot_be_downloaded_says_what_to_do() -> None:
    with pytest.raises(SettingError, match=r"cannot be loaded.*give a local file or folder"):
        HubModule("https://tfhub.dev/google/nnlm-en-dim50/2")


def test_the_output_that_is_named_is_picked_or_else_the_usual_or_only_one() -> None:
    assert pick_output("no table", None, "m") == "no table"
    assert pick_output({"default": 1, "other": 2}, None, "m") == 1
    assert pick_output({"default": 1, "other": 2}, "other", "m") == 2
    assert pick_output({"some": 3}, None, "m") == 3


@pytest.mark.parametrize("name", [None, "thirds"])
def test_of_several_unknown_outputs_one_must_be_named(name: str | None) -> None:
    with pytest.raises(SettingError, match="m gives halves, means: say which") as caught:
        pick_output({"means": 1, "halves": 2}, name, "m")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("make", [HubPhoto, HubText])
def test_an_encoder_is_saved_with_the_whole_path_and_never_copied(
    make: Callable[[str], HubPhoto | HubText], modules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(modules)
    encoder = make("./only")
    assert encoder.to_state()["settings"]["handle"] == str((modules / "only").resolve())
    assert deepcopy(encoder) is encoder
