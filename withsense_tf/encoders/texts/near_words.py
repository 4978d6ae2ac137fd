"""Words that no caption has -> the nearest words that captions have, by vectors of single words.

"Собака" then counts as "dog": a query in another language, or in rarer words, keeps the half of a caption space that
words carry. Encoders of sentences know single Russian words badly, so a table of word pairs comes before them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np

from withsense_tf.common.unit import unit
from withsense_tf.common.words import CYRILLIC, SMALL, lemma, stop_words
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.encoders.texts.word_weights import WordWeights
from withsense_tf.encoders.word_pairs import english_by_russian, english_places

# Chosen on 121 Russian queries for photos that nothing else is measured on: so many words share a place, by how near
# they are; those that are farther than the least cosine do not.
NEAREST: Final = 5
SHARPNESS: Final = 50.0
LEAST: Final = 0.4
MOST_REMEMBERED: Final = 20_000


class NearWords:
    """Give a word shares in the words of a vocabulary, by the cosine of their vectors.

    `vectors` are those of the vocabulary, length 1, (words, width); `left_out` are words that get no shares. By the
    `caption_words`, unless they are Russian ones, a Russian word counts as those of them that it may stand for.
    """

    def __init__(
        self,
        encoder: TextEncoder,
        vectors: np.ndarray,
        left_out: Collection[str],
        caption_words: WordWeights | None = None,
    ) -> None:
        self.encoder = encoder
        self.vectors = vectors.astype(np.float32)
        self.left_out = frozenset(left_out)
        reads_russian = caption_words is not None and "Russian" in caption_words.languages
        self.caption_words = None if reads_russian else caption_words
        self._memory: dict[str, dict[int, float]] = {}

    def shares(self, words: Sequence[str]) -> Mapping[str, Mapping[int, float]]:
        """Return for each word the columns that it counts in, with their shares of 1; {} where none is near."""
        memory = self.make_ready([words])
        return {word: memory[word] for word in words}

    def make_ready(self, groups: Sequence[Sequence[str]]) -> Mapping[str, dict[int, float]]:
        """Find and return the shares of groups of words, as if one group after the other were asked for."""
        if len(self._memory) > MOST_REMEMBERED:
            self._memory = {}  # another thread may read the old one
        memory = self._memory
        new_groups: list[list[str]] = []
        for words in groups:
            new = [word for word in dict.fromkeys(words) if word not in memory]
            memory |= {word: self._of_table(word) for word in new}
            left = (word for word in new if lemma(word) not in self.left_out and not word.isdigit())
            if content_words := [word for word in left if not memory[word]]:
                new_groups.append(content_words)
        forms = [list(map(lemma, words)) for words in new_groups]
        for words, vectors in zip(new_groups, self.encoder.encode_groups(forms), strict=True):
            cosines = unit(vectors) @ self.vectors.T
            memory |= {word: _shares(row) for word, row in zip(words, cosines, strict=True)}
        return memory

    def _is_left_out(self, word: str) -> bool:
        return word in self.left_out or (lemma(word) in self.left_out and word not in english_by_russian())

    def _of_table(self, word: str) -> dict[int, float]:
        """Return the columns of a Russian word's English ones; {} without any.

        Each counts by how many captions have it, and the less the farther behind the usual one it stands.
        """
        if self.caption_words is None or not CYRILLIC.search(word) or self._is_left_out(word):
            return {}
        english = english_places(word)
        vocabulary, rarity = self.caption_words.vocabulary_, self.caption_words.rarity_
        places = {vocabulary[one]: place for one, place in english.items() if one in vocabulary}
        if not places or not SMALL.isdisjoint(english):
            return {}
        columns = sorted(places)
        # Rarity is a logarithm of how few have a word.
        often = np.exp(-rarity[columns].astype(np.float64)) / [places[column] for column in columns]
        return dict(zip(columns, (often / often.sum()).tolist(), strict=True))


def vocabulary_vectors(encoder: TextEncoder, vocabulary: Mapping[str, int]) -> np.ndarray:
    """Return the vectors of the words of a vocabulary (word -> column), length 1, float16, (words, width)."""
    order = sorted(vocabulary, key=vocabulary.__getitem__)
    return unit(encoder.encode(order)).astype(np.float16)


def without_shares() -> list[str]:
    """Return words that stand beside any other and so are near to none, English and Russian."""
    common = stop_words()
    return sorted({*common, *map(lemma, common)})


def _shares(cosines: np.ndarray) -> dict[int, float]:
    nearest = np.argsort(-cosines, kind="stable")[:NEAREST]
    nearest = nearest[cosines[nearest] > LEAST]
    if not len(nearest):
        return {}
    weights = np.exp(SHARPNESS * (cosines[nearest] - cosines[nearest[0]]))
    return dict(zip(nearest.tolist(), (weights / weights.sum()).tolist(), strict=True))
