"""What a search needs of a matcher -> a folder, and back, without importing what only the matcher needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from withsense_tf.encoders.state import load_state, save_state
from withsense_tf.errors import DataError
from withsense_tf.matchers.forms import FORMS, SearchForm

_ENCODERS: Final = {
    "photo_keras": ("KerasPhoto",),
    "photo_tuned": ("TunedPhoto",),
    "photo_scene": ("SceneNet",),
    "photo_hub": ("HubPhoto",),
    "photo_keras_hub": ("KerasHubPhoto",),
    "photo_text_keras_hub": ("PhotoText", "PresetPhoto", "PresetText"),
    "text_tfidf": ("Tfidf",),
    "text_spacy": ("SpacyVectors",),
    "text_hub": ("HubText",),
    "text_keras_hub": ("KerasHubText",),
    "text_concat": ("Concatenation",),
    "caption_space": ("CaptionSpace",),
    "word_weights": ("WordWeights",),
}
ENCODERS: Final[Mapping[str, str]] = {
    kind: f"withsense_tf.encoders.{module}" for module, kinds in _ENCODERS.items() for kind in kinds
}


def save_form(form: SearchForm, folder: str | Path) -> Path:
    """Write what a search needs of a matcher into a new folder."""
    return save_state(form, folder, {**ENCODERS, **FORMS})


def load_form(folder: str | Path) -> SearchForm:
    """Read what a search needs of a matcher."""
    found = load_state(folder, {**ENCODERS, **FORMS})
    if not isinstance(found, SearchForm):
        raise DataError(
            f"{folder} holds a {type(found).__name__}, expected what a search needs of a matcher."
        )
    return found
