"""What a search needs of a matcher -> a folder, and back, without importing what only the matcher needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from withsense_tf.common.saved_objects import load_state, save_state
from withsense_tf.errors import DataError
from withsense_tf.matchers.search_forms import FORMS, SearchForm

_ENCODERS: Final = {
    "photos.photo_keras": ("KerasPhoto",),
    "photos.photo_tuned": ("TunedPhoto",),
    "photos.photo_scene": ("SceneNet",),
    "photos.photo_hub": ("HubPhoto",),
    "photos.photo_keras_hub": ("KerasHubPhoto",),
    "photos.photo_text_keras_hub": ("PhotoText", "PresetPhoto", "PresetText"),
    "texts.text_tfidf": ("Tfidf",),
    "texts.text_spacy": ("SpacyVectors",),
    "texts.text_hub": ("HubText",),
    "texts.text_keras_hub": ("KerasHubText",),
    "texts.text_concat": ("Concatenation",),
    "texts.caption_space": ("CaptionSpace",),
    "texts.word_weights": ("WordWeights",),
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
