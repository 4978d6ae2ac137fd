"""Names -> encoders, so that `photo="mobilenet_v2"` and an encoder object mean the same."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Final, TypeVar

from withsense_tf.common.machine import has_gpu
from withsense_tf.encoders.base import PhotoEncoder, TextEncoder
from withsense_tf.encoders.photos.backbones import BACKBONES
from withsense_tf.encoders.photos.photo_keras import KerasPhoto
from withsense_tf.encoders.registry import NEED_SOURCE, PHOTO_ENCODERS, TEXT_ENCODERS
from withsense_tf.encoders.texts.caption_space import CaptionSpace
from withsense_tf.encoders.texts.text_concat import Concatenation
from withsense_tf.encoders.weights.package_files import package_version
from withsense_tf.encoders.weights.weight_files import keras_has_weights
from withsense_tf.errors import SettingError, WeightsMissingError, check_choice, check_kind, shown
from withsense_tf.printed_commands import install_words

Encoder = TypeVar("Encoder", PhotoEncoder, TextEncoder)


@dataclass(frozen=True)
class Quality:
    """How closely photos are looked at: the side of the square that is seen, how many looks, and networks.

    The first network computes in `precision`.
    """

    size: int
    views: int
    networks: int = 1
    precision: str = "auto"


# The more pixels and looks, the better and the slower; figures are in experiments/RESULTS.md, section 14.
QUALITIES: Final = {"fast": Quality(192, 1), "good": Quality(224, 1), "best": Quality(224, 2, networks=2)}
USUAL_QUALITY: Final = "good"
# What sees photos where nobody says what does: the best whose weights packages bring, and the one that Keras may have
# downloaded before.
BEST: Final = ("efficientnet_lite2", "efficientnet_lite0")
KERAS_BEST: Final = "mobilenet_v2"
# Eyes that see far better and are slower: few pixels and one look show them more than many show the others.
# No extra brings them; where somebody got them, they come first.
FINEST: Final = "clip_vit_b16"
FINEST_QUALITIES: Final = {
    "good": Quality(160, 1, precision="bfloat16"),
    "best": Quality(224, 1, networks=2, precision="bfloat16"),
}
# What reads whole texts beside words, in sixteen languages.
SENTENCES: Final = "use"
# Where "glove" alone finds its file.
VECTORS_FILE: Final = "WITHSENSE_VECTORS"


def photo_encoder(photo: str | PhotoEncoder | Sequence[str | PhotoEncoder]) -> PhotoEncoder:
    """Return the encoder of that name, the encoder itself, or the only one of a list; of several, none is chosen.

    Names: a backbone ("efficientnet_lite2", with the trained weights that are on this machine), "backbone:WEIGHTS"
    ("mobilenet_v2:imagenet", which Keras downloads, "mobilenet_v2:random", or the path of a .weights.h5 file),
    "scene_net" (in the package, for drawn scenes alone), "hub:HANDLE" and "keras_hub:PRESET"; handles and presets may
    be folders.
    """
    _no_class(photo)
    if isinstance(photo, list | tuple):
        photo = _only(photo)
    if isinstance(photo, PhotoEncoder):
        return photo
    check_kind("photo=", photo, str, "an encoder or its name", "pass photo=list(ws.best_encoders_here())")
    name, _, source = str(photo).partition(":")
    PHOTO_ENCODERS.check("photo", name, [*BACKBONES, *PHOTO_ENCODERS.names()])
    if name in BACKBONES:
        return KerasPhoto(name, source or None)
    return _make(PHOTO_ENCODERS.load(name), "photo", name, source)


def best_encoders_here(quality: str = USUAL_QUALITY) -> tuple[PhotoEncoder, ...]:
    """Return the best encoders of photos whose trained weights are on this machine; where there are none, raise.

    `quality` ("fast", "good" or "best") says how closely they look, and how many there are. Random weights see colours
    and no meaning, so they are never chosen: only their name brings them.
    """
    looks = QUALITIES[check_choice("quality", quality, QUALITIES)]
    here = [name for name in BEST if package_version(BACKBONES[name].package) is not None]
    if package_version(BACKBONES[FINEST].package) is not None and (quality in FINEST_QUALITIES or not here):
        here, looks = [FINEST, *here], FINEST_QUALITIES.get(quality, looks)
    here = here or [KERAS_BEST] * keras_has_weights(KERAS_BEST)
    if here:
        return tuple(
            KerasPhoto(
                name,
                BACKBONES[name].learned_from,
                size=looks.size,
                views=looks.views,
                layers=BACKBONES[name].layers,
                precision="auto" if at or has_gpu() else looks.precision,
            )
            for at, name in enumerate(here[: looks.networks])
        )
    raise WeightsMissingError(
        "No weights that were trained on photos are on this machine. Three ways: "
        f"{install_words('weights')} "
        f"(then {BEST[0]} is taken), --weights FILE.weights.h5 (of MobileNetV2), or --weights imagenet (Keras downloads"
        " MobileNetV2's). --weights random tries things out: it sees colours and no meaning. In Python these three are "
        'photo="mobilenet_v2:FILE.weights.h5", photo="mobilenet_v2:imagenet" and photo="mobilenet_v2:random".'
    )


def text_encoder(text: str | TextEncoder) -> TextEncoder:
    """Return a new encoder of that name, or a copy of the encoder, ready to be fitted.

    Names: "tfidf", "spacy:PIPELINE" or "spacy:FILE", "glove:FILE" (or "glove" with the environment variable
    WITHSENSE_VECTORS), "hub:HANDLE", "keras_hub:PRESET"; with a plus between them they stand side by side.
    """
    _no_class(text)
    if isinstance(text, TextEncoder):
        return deepcopy(text)
    # A plus divides where a kind follows; others belong to a path.
    kinds = "|".join(map(re.escape, TEXT_ENCODERS.names()))
    plus = rf"\+(?=\s*(?:{kinds})\b)|(?<=tfidf)\s*\+|\+\s*$"
    parts = [_text_part(part) for part in re.split(plus, str(text))]
    return parts[0] if len(parts) == 1 else Concatenation(parts)


def best_sentences_here() -> TextEncoder | None:
    """Return the encoder of sentences that stands beside words where none is named; None where it is not here."""
    kind = TEXT_ENCODERS.load(SENTENCES)
    return kind() if package_version(kind.PACKAGE) is not None else None


def tower_text(text: str | TextEncoder | None, synthetic: bool = True) -> TextEncoder:
    """Return the text encoder of a tower: where none is named, a space of captions with the best sentences here."""
    return usual_space(synthetic) if text is None else text_encoder(text)


def usual_space(synthetic: bool) -> CaptionSpace:
    """Return a space of captions; drawn scenes are told in words that captions have, and need no sentences."""
    return CaptionSpace(vectors=None if synthetic else best_sentences_here())


def _text_part(text: str) -> TextEncoder:
    name, _, source = text.strip().partition(":")
    kind = TEXT_ENCODERS.load(name)
    if name == "tfidf" and source:
        raise SettingError(f"text={text!r}: tfidf takes no source; write 'tfidf', or pass a Tfidf(...).")
    if name == "glove":
        source = source or os.environ.get(VECTORS_FILE, "")
    return _make(kind, "text", name, source)


def _make(kind: Callable[..., Encoder], setting: str, name: str, source: str) -> Encoder:
    if source:
        return kind(source)
    if name in NEED_SOURCE:
        hint = f", or set {VECTORS_FILE} to a file of word vectors" if name == "glove" else ""
        raise SettingError(f"{setting}={name!r} needs to know which: write '{name}:SOURCE'{hint}.")
    try:
        return kind()
    except TypeError as error:
        raise SettingError(f"{setting}={name!r} cannot be made: {error}.") from error


def _only(photos: Sequence[str | PhotoEncoder]) -> str | PhotoEncoder:
    if len(photos) == 1:
        return photos[0]
    names = ", ".join(one.identity if isinstance(one, PhotoEncoder) else shown(one) for one in photos)
    raise SettingError(
        f"photo= takes one encoder here, got {len(photos)}{f' ({names})' if names else ''}: name one of them, as "
        "photo=ws.best_encoders_here()[0]. Matchers that put several side by side, as ClosedFormTowers, take all."
    )


def _no_class(encoder: object) -> None:
    if isinstance(encoder, type):
        raise SettingError(f"Expected an encoder or its name, got the class {encoder.__name__}: add ().")
