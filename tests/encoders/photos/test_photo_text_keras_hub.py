from __future__ import annotations

import hashlib
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from shutil import copytree

import keras_hub
import numpy as np
import pytest
from PIL import Image

from withsense_tf.encoders.photos.photo_text_keras_hub import PhotoText, middle, photo_text
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError, WeightsMissingError

TEXTS = ["A dog runs.", "собака бежит по траве", "", "the quick brown fox"]
LONG = "a dog runs on the grass " * 40


@pytest.fixture(scope="module", params=["clip", "siglip", "metaclip_2"])
def preset(request: pytest.FixtureRequest) -> Path:
    folder: Path = request.getfixturevalue(request.param)
    return folder


@pytest.fixture(scope="module")
def towers(preset: Path) -> PhotoText:
    return PhotoText(preset)


@pytest.fixture(scope="module")
def two_clips(new_clip: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the folders of two CLIPs with the same settings and other weights."""
    root = tmp_path_factory.mktemp("two")
    return new_clip(root / "one", seed=1), new_clip(root / "other", seed=2)


def cosines_by_hand(preset: Path, texts: list[str], pixels: np.ndarray) -> np.ndarray:
    """Return what KerasHub itself says of texts and float32 photos: its logits without scale and bias."""
    backbone = keras_hub.models.Backbone.from_preset(str(preset))
    length = backbone.text_encoder.max_sequence_length
    preprocessor = keras_hub.models.CausalLMPreprocessor.from_preset(str(preset), sequence_length=length)
    inputs = preprocessor({"prompts": texts, "images": pixels})
    logits = np.asarray(backbone({name: inputs[name] for name in ("images", "token_ids")})["text_logits"])
    head = next(layer for layer in backbone.layers if layer.name.endswith("_head"))
    bias = np.asarray(head.logit_bias) if hasattr(head, "logit_bias") else 0.0
    cosines = (logits - bias) / np.exp(np.asarray(head.logit_scale))
    return np.asarray(cosines)


def test_cosines_are_those_of_the_network_itself(preset: Path, towers: PhotoText, pixels: np.ndarray) -> None:
    photos = pixels[:6, :32, :32]
    expected = cosines_by_hand(preset, [*TEXTS, LONG], photos.astype(np.float32))
    cosines = towers.text.encode([*TEXTS, LONG]) @ towers.photo.forward(photos).T
    np.testing.assert_allclose(cosines, expected, atol=1e-4)
    assert np.ptp(expected, axis=1).min() > 0.01  # ... and they differ enough to be ranked
    np.testing.assert_array_equal(np.argsort(cosines, axis=1), np.argsort(expected, axis=1))


def test_vectors_have_length_1_and_one_width(towers: PhotoText, pixels: np.ndarray) -> None:
    photos, texts = towers.photo.forward(pixels[:2, :32, :32]), towers.text.encode(TEXTS)
    assert photos.dtype == texts.dtype == np.float32
    assert photos.shape[1] == texts.shape[1] == towers.photo.width
    for vectors in (photos, texts):
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert towers.text.encode([]).shape == (0, towers.photo.width)
    assert towers.photo.encode([]).shape == (0, towers.photo.width)


def test_a_texts_vector_does_not_depend_on_its_neighbours(towers: PhotoText) -> None:
    many = [*TEXTS, *(f"{n} dogs run" for n in range(40))]
    together = towers.text.encode(many)
    for row in (0, 1, 2, 3, 33, 43):
        np.testing.assert_allclose(towers.text.encode([many[row]])[0], together[row], atol=1e-5)


def test_a_texts_vector_does_not_depend_on_how_long_its_neighbours_are(towers: PhotoText) -> None:
    np.testing.assert_allclose(towers.text.encode([*TEXTS, LONG])[:4], towers.text.encode(TEXTS), atol=1e-5)


def test_texts_are_told_apart_also_in_russian(towers: PhotoText) -> None:
    vectors = towers.text.encode([*TEXTS, "собака спит"])
    assert len(np.unique(vectors.round(4), axis=0)) == len(TEXTS) + 1


def test_a_text_that_is_too_long_is_cut_off_and_still_ends(towers: PhotoText) -> None:
    tokens = towers.text.tokens([LONG, f"{LONG} and more"])
    assert tokens[0, -1] == towers.network.tokens.tokenizer.end_token_id
    np.testing.assert_array_equal(tokens[0], tokens[1])
    assert np.isfinite(towers.text.encode([LONG])).all()


def test_odd_characters_do_no_harm(towers: PhotoText) -> None:
    assert np.isfinite(
        towers.text.encode(["\ud83d broken", "🐕 \n\t", "狗", "\0", "<|endoftext|> dog"])
    ).all()


@pytest.fixture(scope="module")
def clip_towers(clip: Path) -> PhotoText:
    return PhotoText(clip)


def test_capital_letters_make_no_difference_to_clip_in_russian_either(clip_towers: PhotoText) -> None:
    vectors = clip_towers.text.encode(["Собака", "собака", "DOG", "dog"])
    np.testing.assert_array_equal(vectors[0], vectors[1])
    np.testing.assert_array_equal(vectors[2], vectors[3])


def test_it_makes_no_difference_what_clip_fills_texts_up_with(
    clip_towers: PhotoText, new_clip: Callable[..., Path], tmp_path: Path
) -> None:
    zeros = PhotoText(new_clip(tmp_path / "clip", pad_with_end=False)).text
    published = clip_towers.text
    assert (zeros.tokens(["a dog"]) != published.tokens(["a dog"])).any()
    np.testing.assert_allclose(zeros.encode([*TEXTS, LONG]), published.encode([*TEXTS, LONG]), atol=1e-5)


def test_clip_reads_numbers_digit_by_digit_as_it_was_trained(clip_towers: PhotoText) -> None:
    tokens = clip_towers.text.tokens(["12", "1 2"])
    np.testing.assert_array_equal(tokens[0], tokens[1])


def test_a_small_photo_is_seen_as_the_presets_own_converter_shows_it(
    preset: Path, towers: PhotoText, pixels: np.ndarray, tmp_path: Path
) -> None:
    photo = pixels[0, :32, :32]
    Image.fromarray(photo).save(tmp_path / "a.png")
    np.testing.assert_array_equal(towers.photo.read(tmp_path / "a.png")[0], photo)
    own = keras_hub.layers.ImageConverter.from_preset(str(preset))
    expected = np.asarray(own(photo[None].astype(np.float32)))
    np.testing.assert_allclose(towers.network.converter(photo[None].astype(np.float32)), expected, atol=1e-5)


@pytest.mark.parametrize("shape", [(64, 120), (120, 64), (90, 90)], ids=str)
def test_a_large_photo_is_cropped_or_squashed_as_the_presets_own_converter_would(
    preset: Path, towers: PhotoText, shape: tuple[int, int], tmp_path: Path
) -> None:
    # A photo whose colours say where one is: red grows to the right, green downwards.
    down, right = np.mgrid[0 : shape[0], 0 : shape[1]]
    photo = np.stack([right * 2, down * 2, 0 * down + 60], axis=2).astype(np.uint8)
    Image.fromarray(photo).save(tmp_path / "a.png")
    own = keras_hub.layers.ImageConverter.from_preset(str(preset), antialias=True)
    expected = np.asarray(own(photo[None].astype(np.float32)))[0]
    photo_read = towers.photo.read(tmp_path / "a.png").astype(np.float32)
    scaled_photo = np.asarray(towers.network.converter(photo_read))[0]
    # Whole numbers may be rounded otherwise, and Pillow and TensorFlow treat the rim a little differently.
    scale = np.max(own.scale)
    assert np.abs(scaled_photo - expected).max() < 4 * scale
    assert np.abs(scaled_photo - expected).mean() < 1 * scale


def test_only_the_middle_of_a_photo_counts_for_clip(clip_towers: PhotoText, tmp_path: Path) -> None:
    photo = np.random.default_rng(0).integers(0, 255, (40, 80, 3)).astype(np.uint8)
    rim = photo.copy()
    rim[:, :15], rim[:, -15:] = 0, 255
    for name, pixels in (("a", photo), ("b", rim)):
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    one, other = clip_towers.photo.encode([tmp_path / "a.png", tmp_path / "b.png"])
    np.testing.assert_allclose(one, other, atol=1e-5)


def test_the_middle_of_a_photo_has_the_proportions_that_the_network_wants() -> None:
    assert middle((40, 60), (32, 32)) == (0, 10, 40, 50)
    assert middle((60, 40), (20, 30)) == (0, 0, 60, 40)
    assert middle((100, 40), (20, 30)) == (20, 0, 80, 40)


def test_vectors_are_kept_on_disk(towers: PhotoText, photos: list[Path], tmp_path: Path) -> None:
    first = VectorStore(tmp_path)
    names = [hashlib.sha256(path.read_bytes()).hexdigest() for path in photos]
    first_vectors = first.vectors_of(towers.photo, names, photos), first.text_vectors(towers.text, TEXTS)
    again = VectorStore(tmp_path)
    # Were they encoded anew, the missing files would be an error.
    vectors = again.vectors_of(towers.photo, names, [Path("none") for _ in names])
    np.testing.assert_array_equal(vectors, first_vectors[0])
    np.testing.assert_array_equal(again.text_vectors(towers.text, TEXTS), first_vectors[1])
    assert len(list(tmp_path.iterdir())) == 2


def test_both_towers_share_one_network_and_a_copy_does_not_hold_it_again(towers: PhotoText) -> None:
    assert towers.photo.towers is towers.text.towers
    assert deepcopy(towers.text) is towers.text
    assert deepcopy(towers.photo) is towers.photo
    assert not towers.text.learns


def test_a_preset_that_is_saved_anew_has_the_same_identity(
    preset: Path, towers: PhotoText, tmp_path: Path
) -> None:
    again = tmp_path / preset.name
    keras_hub.models.Backbone.from_preset(str(preset)).save_to_preset(again)
    keras_hub.layers.ImageConverter.from_preset(str(preset)).save_to_preset(again)
    keras_hub.models.Tokenizer.from_preset(str(preset)).save_to_preset(again)
    assert PhotoText(again).photo.identity == towers.photo.identity
    assert PhotoText(again).text.identity == towers.text.identity
    assert towers.photo.identity != towers.text.identity
    assert towers.weights.startswith(f"file {preset.name} ")


def test_other_weights_have_another_identity_and_are_loaded_anew(
    two_clips: tuple[Path, Path], tmp_path: Path
) -> None:
    before = photo_text(copytree(two_clips[0], tmp_path / "clip"))
    assert photo_text(tmp_path / "clip") is before
    copytree(two_clips[1], tmp_path / "clip", dirs_exist_ok=True)
    after = photo_text(tmp_path / "clip")
    assert after.photo.identity != before.photo.identity
    assert after.text.identity != before.text.identity
    assert photo_text(str(tmp_path / "clip")) is after


def test_a_folder_that_changed_before_it_was_loaded_is_refused(
    two_clips: tuple[Path, Path], tmp_path: Path
) -> None:
    towers = PhotoText(copytree(two_clips[0], tmp_path / "clip"))
    assert towers.weights
    copytree(two_clips[1], tmp_path / "clip", dirs_exist_ok=True)
    with pytest.raises(SettingError, match="was changed since it was first used"):
        towers.load()


def test_a_name_stands_for_what_this_version_has_under_it() -> None:
    towers = PhotoText("clip_vit_base_patch32")
    assert towers.weights.startswith("clip_vit_base_patch32 of KerasHub 0.")


@pytest.mark.usefixtures("offline")
def test_without_weights_and_network_a_name_is_a_weights_missing_error() -> None:
    with pytest.raises(WeightsMissingError, match=r"cannot be loaded.*give a local file or folder") as caught:
        PhotoText("clip_vit_base_patch32").load()
    assert "\n" not in str(caught.value)


def test_a_name_that_does_not_exist_is_no_missing_weight_but_a_mistake() -> None:
    with pytest.raises(SettingError, match="Did you mean 'clip_vit_base_patch32'") as caught:
        PhotoText("clip_vit_base_patch23").load()
    assert not isinstance(caught.value, WeightsMissingError)
    with pytest.raises(SettingError, match="is not known"):
        PhotoText("bert_tiny_en_uncased").load()


def test_a_preset_of_another_kind_is_refused(bert: Path, vit: Path) -> None:
    for folder in (bert, vit):
        with pytest.raises(SettingError, match="expected one for photos and texts: CLIPBackbone"):
            PhotoText(folder).load()
