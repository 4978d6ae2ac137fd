from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.encoders.base import PhotoEncoder, TextEncoder
from withsense_tf.encoders.photos import photo_keras
from withsense_tf.encoders.photos.photo_keras import KerasPhoto
from withsense_tf.encoders.texts.text_minilm import MiniLM
from withsense_tf.encoders.texts.text_tfidf import Tfidf
from withsense_tf.errors import SettingError
from withsense_tf.matchers.alone.photos_alone import PhotosAlone
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.captions import Captions
from withsense_tf.matchers.concat.concat_keras import ConcatKeras
from withsense_tf.matchers.concat.concat_linear import ConcatLinear
from withsense_tf.matchers.concat.interaction import Interaction
from withsense_tf.matchers.constant import Constant
from withsense_tf.matchers.hybrid import Hybrid
from withsense_tf.matchers.setting_types import check_settings_of, check_type
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers
from withsense_tf.matchers.towers.pretrained import Pretrained
from withsense_tf.matchers.towers.two_tower import TwoTower
from withsense_tf.targets.blend import relevance


@pytest.mark.parametrize(
    ("value", "default", "annotation"),
    [
        (True, False, ""),
        (3, 1, ""),
        (3, 1.5, ""),
        (2.5, 1.0, ""),
        ("b", "a", ""),
        ([1, 2], (3,), ""),
        ([1, 0.5], (0.1, 0.2), ""),
        ((), (0.1,), ""),
        (["a", "b"], "a", "Photos"),
        ("a", None, "str | None"),
        (3, None, "Training | None"),
        (3, None, "strict | None"),
    ],
)
def test_a_value_of_the_defaults_kind_passes(value: object, default: object, annotation: str) -> None:
    check_type("m.x", value, default, annotation)


@pytest.mark.parametrize(
    ("value", "default", "annotation", "message"),
    [
        (1, False, "", r"m\.x must be true or false, got 1\. The default is False\."),
        (True, 1, "", "must be a whole number, got True"),
        (1.0, 1, "", r"must be a whole number, got 1\.0"),
        (True, 1.5, "", "must be a number, got True"),
        (None, "a", "", "must be a text, got None"),
        ("12", (1, 2), "", r"must be a list of whole numbers, got '12'\. The default is \[1, 2\]\."),
        ([1, True], (1, 2), "", "must be a list of whole numbers"),
        ([1, "a"], (0.5,), "", "must be a list of numbers"),
        (3, "a", "Photos", r"must be a text or a list of texts, got 3\. The default is 'a'\."),
        ("a", ("b",), "", r"must be a list of texts, got 'a'.*Write it as \[.a., .b.\]\."),
        (["a", 3], "a", "Photos", "must be a text or a list of texts"),
        (["a"], "a", "str", "must be a text"),
        (3, None, "str | None", r"must be a text, got 3\.$"),
    ],
)
def test_a_value_of_another_kind_is_named_with_what_was_expected(
    value: object, default: object, annotation: str, message: str
) -> None:
    with pytest.raises(SettingError, match=message):
        check_type("m.x", value, default, annotation)


def test_an_object_made_in_python_is_left_to_whom_it_is_for() -> None:
    check_type("m.text", Tfidf(), "tfidf", "str | TextEncoder")
    check_type("m.texts", [Tfidf()], ("a",))


@pytest.mark.parametrize(
    ("matcher", "message"),
    [
        (TwoTower("scene_net", dim="256"), "dim must be a whole number, got '256'"),
        (ConcatKeras(widths=256, photo="scene_net"), "widths must be a list of whole numbers, got 256"),
    ],
    ids=["dim", "widths"],
)
def test_a_setting_of_another_kind_is_named_in_python_too(matcher: Matcher, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        check_settings_of(matcher)


SEEING = (ConcatLinear, ConcatKeras, Interaction, ClosedFormTowers, TwoTower, Hybrid)


@pytest.mark.parametrize(
    ("matcher", "message"),
    [
        *((kind(photo="scene_nett"), "Did you mean 'scene_net'") for kind in SEEING),
        *((kind(photo="scene_net", text="tfidff"), "Did you mean 'tfidf'") for kind in SEEING),
        (Captions("tfidff"), "Did you mean 'tfidf'"),
        (ConcatLinear("rigde", photo="scene_net"), "Did you mean 'ridge'"),
        (Constant("mode"), "Known: mean, median"),
        (Pretrained(head="lineer"), "Did you mean 'linear'"),
        *((kind(photo=None), "photo= expects an encoder or its name, got NoneType") for kind in SEEING),
        *((kind(photo="resnet50"), "No weights of resnet50") for kind in SEEING),
        (Hybrid(["scene_net", KerasPhoto("resnet50")]), "No weights of resnet50"),
        *(
            (ConcatLinear(photo="scene_net", text=text), "no-such-package")
            for text in ("minilm", "tfidf+minilm")
        ),
        (ClosedFormTowers("scene_net", MiniLM()), "no-such-package"),
    ],
    ids=repr,
)
def test_what_is_not_known_is_said_before_anything_is_learned(
    matcher: Matcher, message: str, tiny: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def learn(self: Matcher, pairs: Pairs) -> None:
        raise AssertionError("it learns")

    monkeypatch.setattr(type(matcher), "_fit", learn)
    monkeypatch.setattr(MiniLM, "PACKAGE", "no-such-package")
    monkeypatch.setattr(photo_keras, "keras_has_weights", lambda backbone: False)
    with pytest.raises(SettingError, match=message):
        matcher.fit(relevance(tiny))


class OfAnotherPackage(Constant):
    """Its settings are called as ours are, and are of its own kinds."""

    def __init__(self, text: str = "how it reads", photo: PhotoEncoder | None = None) -> None:
        self.text, self.photo, self.statistic = text, photo, "mean"


def test_texts_that_name_no_encoder_are_left_to_their_matcher() -> None:
    check_settings_of(OfAnotherPackage())


class Several(Constant):
    """It takes encoders in a list, and matchers of photos, and words by an encoder under a name of its own."""

    def __init__(
        self,
        texts: Sequence[TextEncoder] = (),
        alone: PhotosAlone | None = None,
        words: str | TextEncoder | None = None,
        pictures: str | PhotoEncoder | Other | None = None,
    ) -> None:
        self.texts, self.alone, self.words, self.pictures = texts, alone, words, pictures
        self.statistic = "mean"


class Other:
    """What a matcher of one's own takes beside encoders."""


def test_kinds_whose_names_hold_those_of_encoders_are_left_to_their_matcher() -> None:
    check_settings_of(Several([Tfidf()], PhotosAlone(), Tfidf(), Other()))


@pytest.mark.parametrize(
    ("matcher", "message"),
    [
        (Several(words="tfidff"), "^words='tfidff' .*Did you mean 'tfidf'"),
        (Several(pictures="scene_nett"), "^pictures='scene_nett' .*Did you mean 'scene_net'"),
        (Hybrid(photo=["scene_net", "scene_nett"]), "^photo='scene_nett' .*Did you mean 'scene_net'"),
        (Hybrid(photo=[]), "names no encoder"),
        (Hybrid(photo="scene_net", text=Tfidf), r"class Tfidf: add \(\)"),
    ],
    ids=["words", "pictures", "photo", "none", "class"],
)
def test_a_name_of_no_encoder_is_said_with_its_setting(matcher: Matcher, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        check_settings_of(matcher)


class Own:
    def __init__(self, alpha: float = 1, beta=1) -> None:  # as people write them
        self.alpha, self.beta = alpha, beta

    def check_settings(self) -> None:
        pass


def test_what_a_signature_does_not_tell_is_left_to_the_matcher() -> None:
    check_settings_of(Own(0.5, 0.5))
    check_settings_of(TwoTower("scene_net", dim=np.int64(8)))
