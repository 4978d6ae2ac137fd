"""Names -> encoders, so that `photo="mobilenet_v2"` and an encoder object mean the same."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Final

from withsense_tf.encoders.base import PhotoEncoder, TextEncoder
from withsense_tf.encoders.photo_keras import MobileNetV2
from withsense_tf.encoders.text_tfidf import Tfidf
from withsense_tf.errors import SettingError, check_choice

PHOTO_ENCODERS: Final[dict[str, Callable[[], PhotoEncoder]]] = {"mobilenet_v2": MobileNetV2}
TEXT_ENCODERS: Final[dict[str, Callable[[], TextEncoder]]] = {"tfidf": Tfidf}


def photo_encoder(photo: str | PhotoEncoder) -> PhotoEncoder:
    """Return the encoder of that name, or the encoder itself."""
    _no_class(photo)
    if isinstance(photo, PhotoEncoder):
        return photo
    return PHOTO_ENCODERS[check_choice("photo", photo, PHOTO_ENCODERS)]()


def text_encoder(text: str | TextEncoder) -> TextEncoder:
    """Return a new encoder of that name, or a copy of the encoder, ready to be fitted."""
    _no_class(text)
    if isinstance(text, TextEncoder):
        return deepcopy(text)
    return TEXT_ENCODERS[check_choice("text", text, TEXT_ENCODERS)]()


def _no_class(encoder: object) -> None:
    if isinstance(encoder, type):
        raise SettingError(f"Expected an encoder or its name, got the class {encoder.__name__}: add ().")
