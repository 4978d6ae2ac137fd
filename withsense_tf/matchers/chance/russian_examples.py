"""Captions of photos, said in Russian word by word -> queries to learn the chance of Russian queries from.

Nobody wrote Russian captions. But what is asked of a Russian query are the English words that it is read as, and these
can be had from captions by a table of word pairs, there and back: "a guy" is said as "парень" and read as "boy".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from withsense_tf.common.words import lemma, words
from withsense_tf.encoders.word_pairs import russian_by_english
from withsense_tf.matchers.chance.chance_examples import Example, ExampleMaker
from withsense_tf.matchers.chance.familiarity import Familiarity

# What Russian has no words for.
LEFT_OUT: Final = frozenset(("a", "an", "the", "s", "t"))


class RussianExampleMaker(ExampleMaker):
    """Make the same examples in Russian, where the table has the words that are put into captions."""

    def __init__(self, texts: Sequence[str], owner: np.ndarray, familiarity: Familiarity, seed: int) -> None:
        super().__init__(texts, owner, familiarity.photos_with_, familiarity.photo_count_, seed)
        self.known_nouns = [noun for noun in self.known_nouns if in_russian(noun)]
        self._known_noun_set = frozenset(self.known_nouns)
        # What is read as another word is not strange if captions have that.
        self.strange_nouns = [
            noun for noun in self.strange_nouns if familiarity.forms(in_russian(noun)) == (noun,)
        ]

    def examples(self) -> list[Example]:
        """Return examples of every kind; words that the table does not have are left out of all alike."""
        russian = (replace(example, text=in_russian(example.text)) for example in super().examples())
        return [example for example in russian if example.text]


def in_russian(text: str) -> str:
    """Return the usual Russian words for those of an English text, in their basic form.

    >>> in_russian("A dog rides a camel on the beach")
    'собака ехать верблюд на пляж'
    """
    table = russian_by_english()
    options = (table.get(lemma(word)) or table.get(word) for word in words(text) if word not in LEFT_OUT)
    return " ".join(russian[0] for russian in options if russian)
