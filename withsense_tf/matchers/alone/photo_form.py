"""What a search needs where nothing is known of photos but how they look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

import numpy as np

from withsense_tf.common.words import words
from withsense_tf.errors import SettingError
from withsense_tf.matchers.search_forms import PHOTO, SearchForm

# What teaches it words; a reader of the page cannot.
NEEDS_CAPTIONS: Final = (
    " To search by words, write captions for photos of the folder (captions.csv) and build the index again, or build "
    "it with --matcher MODEL, a model that was trained on captioned photos: withsense train "
    "CAPTIONED_FOLDER --output MODEL."
)
NEEDS_TEXTS: Final = (
    f"This index finds photos by photos alone: nothing has told it what words mean.{NEEDS_CAPTIONS}"
)


class PhotoForm(SearchForm):
    """Photos alone: the score is the cosine of two photos, and no text says anything of them."""

    asks_photos: ClassVar[bool] = True
    why_no_texts: ClassVar[str] = NEEDS_TEXTS

    def __init__(self, width: int) -> None:
        self.width = width

    @property
    def widths(self) -> dict[str, int]:
        """Return the width of each vector that is kept of a photo."""
        return {PHOTO: self.width}

    def queries(self, texts: Sequence[str]) -> np.ndarray:  # noqa: ARG002  # as other forms
        """Raise: no text can be asked."""
        raise SettingError(NEEDS_TEXTS)

    def number(self, scores: np.ndarray) -> np.ndarray:
        """Return the cosine itself: it is a likeness, calibrated by nothing."""
        return np.asarray(np.clip(scores, 0, 1))

    def unknown(self, text: str) -> tuple[str, ...]:
        """Return all words of a text."""
        return tuple(words(text))
