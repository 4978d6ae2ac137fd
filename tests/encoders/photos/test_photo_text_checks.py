"""Presets with a defect that KerasHub loads without a word."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import keras_hub
import numpy as np
import pytest

from withsense_tf.encoders.photos.photo_text_keras_hub import PhotoText
from withsense_tf.errors import SettingError


@pytest.fixture(scope="module")
def unarranged(new_clip: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_clip(tmp_path_factory.mktemp("unarranged") / "clip", arranged=False)


def test_a_clip_built_from_scratch_still_has_its_places_all_zero(unarranged: Path) -> None:
    # If this fails, KerasHub has mended it, and the check is only for old presets.
    backbone = keras_hub.models.Backbone.from_preset(str(unarranged))
    assert not np.any(np.asarray(backbone.vision_encoder.embedding.position_ids))


def test_places_that_are_all_zero_are_refused(unarranged: Path) -> None:
    with pytest.raises(SettingError, match=r"position_ids of .* must be 0, 1, 2, …, not \[0, 0, 0\]"):
        PhotoText(unarranged).load()


def test_a_network_that_was_never_trained_is_refused(new_clip: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="was never trained"):
        PhotoText(new_clip(tmp_path / "clip", trained=False)).load()


def test_an_end_of_text_that_is_not_the_highest_token_is_refused(clip: Path, tmp_path: Path) -> None:
    shutil.copytree(clip, tmp_path / "clip")
    file = tmp_path / "clip" / "assets" / "tokenizer" / "vocabulary.json"
    vocabulary = json.loads(file.read_text())
    end, start = vocabulary["<|endoftext|>"], vocabulary["<|startoftext|>"]
    vocabulary |= {"<|endoftext|>": start, "<|startoftext|>": end}
    file.write_text(json.dumps(vocabulary))
    with pytest.raises(
        SettingError, match=rf"must be token {end} of the vocabulary, the last one, and is {start}"
    ):
        PhotoText(tmp_path / "clip").load()


def test_a_tokenizer_with_more_tokens_than_the_network_knows_is_refused(clip: Path, tmp_path: Path) -> None:
    shutil.copytree(clip, tmp_path / "clip")
    file = tmp_path / "clip" / "assets" / "tokenizer" / "vocabulary.json"
    vocabulary = json.loads(file.read_text())
    vocabulary |= {"<|endoftext|>": len(vocabulary), "more": vocabulary["<|endoftext|>"]}
    file.write_text(json.dumps(vocabulary))
    with pytest.raises(SettingError, match="has 517 tokens, but the text tower only knows 516"):
        PhotoText(tmp_path / "clip").load()


def test_a_tokenizer_that_ends_texts_otherwise_is_refused(metaclip_2: Path, tmp_path: Path) -> None:
    towers = PhotoText(metaclip_2)
    backbone = towers.network.backbone
    assert towers.network.tokens.tokenizer.end_token_id == backbone.text_pooler.eos_token_id
    towers.network.tokens.tokenizer.end_token_id = 5
    from withsense_tf.encoders.photos.photo_text_checks import check_tokens

    with pytest.raises(
        SettingError, match="takes token 2 for the end of a text, but the tokenizer ends texts with 5"
    ):
        check_tokens("here", backbone, towers.network.tokens.tokenizer)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"image_size": [48, 48]}, r"makes photos of \(48, 48\), but the network takes \(32, 32\)"),
        ({"pad_to_aspect_ratio": True, "crop_to_aspect_ratio": False}, "pads photos"),
    ],
)
def test_an_image_converter_that_does_not_fit_is_refused(
    clip: Path, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    shutil.copytree(clip, tmp_path / "clip")
    file = tmp_path / "clip" / "image_converter.json"
    settings = json.loads(file.read_text())
    settings["config"] |= change
    file.write_text(json.dumps(settings))
    with pytest.raises(SettingError, match=message):
        PhotoText(tmp_path / "clip").load()


@pytest.mark.parametrize("part", ["tokenizer.json", "image_converter.json"])
def test_a_folder_without_tokenizer_or_converter_says_which_is_missing(
    clip: Path, tmp_path: Path, part: str
) -> None:
    shutil.copytree(clip, tmp_path / "clip")
    (tmp_path / "clip" / part).unlink()
    with pytest.raises(SettingError, match=rf"cannot be loaded.*{part}") as caught:
        PhotoText(tmp_path / "clip").load()
    assert "\n" not in str(caught.value)
