"""Tables of a configuration -> matchers, with every setting checked against what the matcher takes."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from withsense_tf.common.plugins import Plugins
from withsense_tf.encoders.base import PhotoEncoder, TextEncoder
from withsense_tf.encoders.make_encoder import (
    QUALITIES,
    USUAL_QUALITY,
    best_encoders_here,
    photo_encoder,
    text_encoder,
    usual_space,
)
from withsense_tf.encoders.photos.backbones import BACKBONES
from withsense_tf.encoders.photos.photo_keras import KerasPhoto
from withsense_tf.encoders.texts.caption_space import CaptionSpace
from withsense_tf.encoders.texts.text_spacy import SpacyVectors
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError, check_choice
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.setting_types import check_type

MATCHERS: Final = Plugins[Matcher](
    "matcher",
    "withsense_tf.matchers",
    {
        "constant": "withsense_tf.matchers.constant:Constant",
        "concat_linear": "withsense_tf.matchers.concat.concat_linear:ConcatLinear",
        "concat_keras": "withsense_tf.matchers.concat.concat_keras:ConcatKeras",
        "interaction": "withsense_tf.matchers.concat.interaction:Interaction",
        "closed_form": "withsense_tf.matchers.towers.closed_form:ClosedFormTowers",
        "two_tower": "withsense_tf.matchers.towers.two_tower:TwoTower",
        "pretrained": "withsense_tf.matchers.towers.pretrained:Pretrained",
        "captions": "withsense_tf.matchers.captions:Captions",
        "hybrid": "withsense_tf.matchers.hybrid:Hybrid",
        "photos_alone": "withsense_tf.matchers.alone.photos_alone:PhotosAlone",
    },
    "withsense_tf.matchers.base:Matcher",
)
CAPTION_SPACE: Final = "caption_space"
# Settings that are made of what a table says, and that no matcher is named by.
MADE_LATER: Final = ("photo", "text", "training")


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The encoders, store and seed that all models of a comparison share; `captioned` is for models that take it.

    `synthetic` data are drawn, and told in few words: more is known there without encoders of sentences.
    """

    photo: tuple[PhotoEncoder, ...]
    vectors: SpacyVectors | None
    store: VectorStore
    seed: int
    logs: Path | None = None
    captioned: bool | int = True
    synthetic: bool = True


def photo_encoders_of(
    photo: Sequence[str | Mapping[str, Any]], weights: str, synthetic: bool, seed: int, quick: bool
) -> tuple[PhotoEncoder, ...]:
    """Return the encoders that a configuration names, or those that suit the data if it names none.

    `weights`: "auto", the same with a quality ("auto:fast", "auto:good", "auto:best"), "random", "imagenet" or a file.
    """
    automatic, _, quality = weights.partition(":")
    if photo:
        return tuple(_photo(one, "auto" if automatic == "auto" else weights, seed) for one in photo)
    if automatic == "auto":
        return (
            best_encoders_here(quality or USUAL_QUALITY) if not synthetic else (photo_encoder("scene_net"),)
        )
    if quick or weights == "random":
        # More looks at a photo do not help weights that see no meaning.
        return (KerasPhoto("mobilenet_v2", weights, seed=seed),)
    # Many looks at the size that the network was made for, and some at a larger one, which shows small things; there
    # an earlier layer, too, which is less given to the thousand things that the network was trained to name.
    return (
        KerasPhoto("mobilenet_v2", weights, views=12),
        KerasPhoto("mobilenet_v2", weights, views=4, size=320, layers=("block_16_expand_relu", "out_relu")),
    )


def weights_at(weights: str, quality: str | None) -> str:
    """Return the weights to take at a quality, where one is asked for; it is for weights that are chosen by themselves.

    >>> weights_at("auto", "fast")
    'auto:fast'
    """
    if quality is None:
        return weights
    check_choice("quality", quality, QUALITIES)
    if weights != "auto":
        raise SettingError(
            f"quality={quality!r} is for weights that are chosen by themselves, and weights={weights!r} are named: "
            "leave one of them out."
        )
    return f"auto:{quality}"


def _photo(one: str | Mapping[str, Any], weights: str, seed: int) -> PhotoEncoder:
    if isinstance(one, str) and one not in BACKBONES:
        return photo_encoder(one)
    if isinstance(one, str):
        # A bare name has the weights that the run names.
        one = {"backbone": one}
    settings = list(inspect.signature(KerasPhoto.__init__).parameters)[1:]
    for key in one:
        check_choice("photo", key, settings)
    usual: dict[str, Any] = {"weights": weights, "seed": seed}
    values = usual | dict(one)
    if values["weights"] == "auto":
        values["weights"] = None  # those that are on this machine
    encoder = KerasPhoto(**values)
    if values["weights"] is None:
        encoder.check_here()
    return encoder


def default_space(synthetic: bool, vectors: TextEncoder | None = None) -> CaptionSpace:
    """Return the space of captions with the vectors that are named, or with the best that are on this machine.

    Those of the Universal Sentence Encoder read sixteen languages. Drawn scenes are told in words that captions have.
    """
    return usual_space(synthetic) if vectors is None else CaptionSpace(vectors=vectors)


def one_view(encoder: PhotoEncoder) -> PhotoEncoder:
    """Return the same encoder with one look at each photo, which is what opened layers are trained on."""
    return encoder.with_settings(views=1) if isinstance(encoder, KerasPhoto) else encoder


def make_matcher(model: Mapping[str, Any], around: Surroundings, label: str = "") -> Matcher:
    """Return the matcher that a table describes; a key that it does not take is an error with the nearest one."""
    settings = {key: value for key, value in model.items() if key not in ("matcher", "label")}
    name = str(model.get("matcher"))
    kind = MATCHERS.load(name)
    takes = {key: one for key, one in inspect.signature(kind.__init__).parameters.items() if key != "self"}
    for key, value in settings.items():
        check_choice(f"{name} takes no {key!r}; setting", key, sorted(takes))
        check_type(f"{name}.{key}", value, takes[key].default, str(takes[key].annotation))
    if "training" in settings:
        settings["training"] = _training(name, kind, settings["training"])
    if "text" in takes:
        settings["text"] = _text(settings.get("text"), kind, around)
        if settings["text"] is None:
            settings.pop("text")
    if "photo" in takes and "photo" not in settings:
        settings["photo"] = around.photo[0] if kind.one_photo_encoder else list(around.photo)
        if settings.get("opened"):
            settings["photo"] = one_view(around.photo[0])
    if "store" in takes:
        settings["store"] = around.store
    if "captioned" in takes:
        settings.setdefault("captioned", around.captioned)
    if "seed" in takes:
        settings.setdefault("seed", around.seed)
    if "logs" in takes and around.logs is not None:
        # A label may be any text, and must not lead out of the folder.
        settings["logs"] = str(around.logs / re.sub(r"[^\w.+]+", "-", label or name).strip("-."))
    matcher = kind(**settings)
    matcher.check_settings()
    return matcher


def printed_name(model: Mapping[str, Any]) -> str:
    """Return what the rows of a table's matcher are called if nothing else is said; empty where it cannot be made."""
    settings = {key: value for key, value in model.items() if key not in ("matcher", "label", *MADE_LATER)}
    try:
        kind: Callable[..., Matcher] = MATCHERS.load(str(model.get("matcher")))
        return _name_of(kind, json.dumps(settings, sort_keys=True))
    except (Exception, SystemExit):
        return ""  # what is wrong with it is said where it is made in earnest


@lru_cache(maxsize=256)
def _name_of(kind: Callable[..., Matcher], settings: str) -> str:
    """Make a matcher for its name once, however often it is asked for; one that fails is not made again, either."""
    try:
        return kind(**json.loads(settings)).name
    except (Exception, SystemExit):
        return ""


def _text(text: Any, kind: type[Matcher], around: Surroundings) -> TextEncoder | str | None:
    """Return the text encoder: the caption space knows the word vectors that the command line names."""
    if text == CAPTION_SPACE or (text is None and kind.reads_caption_space):
        return default_space(around.synthetic, around.vectors)
    if isinstance(text, str) and "glove" in text.split("+") and around.vectors is not None:
        # "glove" alone means the file that the command line names.
        return text_encoder(text.replace("glove", f"glove:{around.vectors.source}"))
    return text if isinstance(text, str) else None


def _training(name: str, matcher: type[Matcher], settings: Any) -> Any:
    kind = matcher.training_kind
    if kind is None or not isinstance(settings, dict):
        raise SettingError(f"{name}: training must be a table of settings, got {settings!r}.")
    defaults = {field.name: field.default for field in fields(kind)}
    for key, value in settings.items():
        check_choice("training", key, defaults)
        check_type(f"{name}.training.{key}", value, defaults[key])
    return kind(**settings)
