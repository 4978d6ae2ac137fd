"""What a search needs of a matcher -> a folder, and back, without importing what only the matcher needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from withsense_tf.common.saved_objects import load_state, save_state
from withsense_tf.encoders.registry import PHOTO_ENCODERS, TEXT_ENCODERS
from withsense_tf.errors import DataError
from withsense_tf.matchers.search_forms import SearchForm

# What has no name of its own among encoders, or is a part of one.
_PARTS: Final = {
    "photos.photo_keras": ("KerasPhoto",),
    "photos.photo_tuned": ("TunedPhoto",),
    "photos.photo_text_keras_hub": ("PhotoText", "PresetPhoto", "PresetText"),
    "texts.text_concat": ("Concatenation",),
    "texts.caption_space": ("CaptionSpace",),
    "texts.word_weights": ("WordWeights",),
}
PARTS: Final[Mapping[str, str]] = {
    kind: f"withsense_tf.encoders.{module}" for module, kinds in _PARTS.items() for kind in kinds
}

FORMS: Mapping[str, str] = dict.fromkeys(
    (
        "CosineForm", "ProjectedForm", "AdditiveForm", "NetworkForm", "Line",
    ),
    "withsense_tf.matchers.search_forms",
) | {
    "Calibration": "withsense_tf.matchers.calibration",
    "PhotoForm": "withsense_tf.matchers.alone.photo_form",
    "HybridForm": "withsense_tf.matchers.forms.hybrid_form",
    "WordFit": "withsense_tf.matchers.forms.word_fit",
    "Dense": "withsense_tf.matchers.forms.dense",
    "QueryNumbers": "withsense_tf.matchers.forms.query_numbers",
    "NumberNetwork": "withsense_tf.matchers.forms.query_numbers",
    "MatchChance": "withsense_tf.matchers.chance.match_chance",
    "ChanceLine": "withsense_tf.matchers.chance.match_chance",
    "Familiarity": "withsense_tf.matchers.chance.familiarity",
    "WordLooks": "withsense_tf.matchers.chance.word_looks",
}  # fmt: skip


def encoder_modules() -> dict[str, str]:
    """Return the module of each class of encoder that may be saved, ours and those that packages add."""
    return {**TEXT_ENCODERS.modules(), **PHOTO_ENCODERS.modules(), **PARTS}


def save_form(form: SearchForm, folder: str | Path) -> Path:
    """Write a search form into a new folder."""
    return save_state(form, folder, {**encoder_modules(), **FORMS})


def load_form(folder: str | Path) -> SearchForm:
    """Read a search form."""
    form = load_state(folder, {**encoder_modules(), **FORMS})
    if not isinstance(form, SearchForm):
        raise DataError(f"{folder} holds a {type(form).__name__}, expected what a search needs of a matcher.")
    return form
