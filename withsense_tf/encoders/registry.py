"""Names -> encoders, so that `photo="mobilenet_v2"` and an encoder object mean the same."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from copy import deepcopy
from typing import Final

from withsense_tf.encoders.base import PhotoEncoder, TextEncoder
from withsense_tf.encoders.photos.photo_hub import HubPhoto
from withsense_tf.encoders.photos.photo_keras import BACKBONES, KerasPhoto
from withsense_tf.encoders.photos.photo_keras_hub import KerasHubPhoto
from withsense_tf.encoders.photos.photo_scene import SceneNet
from withsense_tf.encoders.texts.text_concat import Concatenation
from withsense_tf.encoders.texts.text_hub import HubText
from withsense_tf.encoders.texts.text_keras_hub import KerasHubText
from withsense_tf.encoders.texts.text_spacy import SpacyVectors
from withsense_tf.encoders.texts.text_tfidf import Tfidf
from withsense_tf.errors import SettingError, check_choice

# Kinds whose name goes on after a colon: "hub:HANDLE".
PHOTO_SOURCES: Final[dict[str, Callable[[str], PhotoEncoder]]] = {"hub": HubPhoto, "keras_hub": KerasHubPhoto}
TEXT_SOURCES: Final[dict[str, Callable[[str], TextEncoder]]] = {
    "spacy": SpacyVectors,
    "glove": SpacyVectors,
    "hub": HubText,
    "keras_hub": KerasHubText,
}
# A plus divides where a kind follows; others belong to a path.
PLUS = re.compile(rf"\+(?=\s*(?:{'|'.join(['tfidf', *TEXT_SOURCES])})\b)|(?<=tfidf)\s*\+|\+\s*$")
# Where "glove" alone finds its file.
VECTORS_FILE: Final = "WITHSENSE_VECTORS"


def photo_encoder(photo: str | PhotoEncoder) -> PhotoEncoder:
    """Return the encoder of that name, or the encoder itself.

    Names: a backbone ("mobilenet_v2", with random weights), "backbone:WEIGHTS" ("mobilenet_v2:imagenet", or the path
    of a .weights.h5 file), "scene_net" (in the package, for drawn scenes alone), "hub:HANDLE" and "keras_hub:PRESET";
    handles and presets may be folders.
    """
    _no_class(photo)
    if isinstance(photo, PhotoEncoder):
        return photo
    name, _, source = str(photo).partition(":")
    check_choice("photo", name, [*BACKBONES, "scene_net", *PHOTO_SOURCES])
    if name in BACKBONES:
        return KerasPhoto(name, source or "random")
    if name == "scene_net":
        return SceneNet(source) if source else SceneNet()
    return PHOTO_SOURCES[name](_needed("photo", name, source))


def text_encoder(text: str | TextEncoder) -> TextEncoder:
    """Return a new encoder of that name, or a copy of the encoder, ready to be fitted.

    Names: "tfidf", "spacy:PIPELINE" or "spacy:FILE", "glove:FILE" (or "glove" with the environment variable
    WITHSENSE_VECTORS), "hub:HANDLE", "keras_hub:PRESET"; with a plus between them they stand side by side.
    """
    _no_class(text)
    if isinstance(text, TextEncoder):
        return deepcopy(text)
    parts = [_text_part(part) for part in re.split(PLUS, str(text))]
    return parts[0] if len(parts) == 1 else Concatenation(parts)


def _text_part(text: str) -> TextEncoder:
    name, _, source = text.strip().partition(":")
    check_choice("text", name, ["tfidf", *TEXT_SOURCES])
    if name == "tfidf":
        if source:
            raise SettingError(f"text={text!r}: tfidf takes no source; write 'tfidf', or pass a Tfidf(...).")
        return Tfidf()
    if name == "glove":
        source = source or os.environ.get(VECTORS_FILE, "")
    return TEXT_SOURCES[name](_needed("text", name, source))


def _needed(setting: str, name: str, source: str) -> str:
    if source:
        return source
    hint = f", or set {VECTORS_FILE} to a file of word vectors" if name == "glove" else ""
    raise SettingError(f"{setting}={name!r} needs to know which: write '{name}:SOURCE'{hint}.")


def _no_class(encoder: object) -> None:
    if isinstance(encoder, type):
        raise SettingError(f"Expected an encoder or its name, got the class {encoder.__name__}: add ().")
