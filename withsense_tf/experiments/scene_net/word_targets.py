"""Which words the captions of each photo have, as what a network learns to tell from the photo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from withsense_tf.common.words import words

# Words of fewer photos than this cannot be learned, only learned by heart.
LEAST_PHOTOS: Final = 5
OPPOSITE: Final = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class WordTargets:
    """The words that a network learns to predict, in alphabetical order."""

    vocabulary: tuple[str, ...]

    @classmethod
    def of(cls, captions: Sequence[Sequence[str]], least: int = LEAST_PHOTOS) -> WordTargets:
        """Take the words that the captions of at least `least` photos have."""
        counts = Counter(word for texts in captions for word in _words_of(texts))
        return cls(tuple(sorted(word for word, count in counts.items() if count >= least)))

    def encode(self, captions: Sequence[Sequence[str]]) -> np.ndarray:
        """Return 1 for each word that any caption of a photo has, else 0: float32, (photos, words)."""
        place = {word: at for at, word in enumerate(self.vocabulary)}
        table = np.zeros((len(captions), len(place)), np.float32)
        for row, texts in enumerate(captions):
            table[row, [place[word] for word in _words_of(texts) if word in place]] = 1.0
        return table

    def mirror_order(self) -> np.ndarray:
        """Return the order of columns that fits a mirrored photo: there, left is right.

        In captions of drawn scenes the two words say where something is, and nothing else.
        """
        place = {word: at for at, word in enumerate(self.vocabulary)}
        return np.array([place.get(OPPOSITE.get(word, word), place[word]) for word in self.vocabulary])


def _words_of(texts: Sequence[str]) -> set[str]:
    return {word for text in texts for word in words(text)}
