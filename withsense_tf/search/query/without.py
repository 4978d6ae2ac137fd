"""Phrases in plain words that say what is not wanted, in the languages that have rules for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from withsense_tf.search.query import without_english, without_russian
from withsense_tf.search.query.tokens import Cut, Token

# A language is added here: queries are cut by it, and captions read for what they say is absent.
LANGUAGES: Final = (without_english.cut_at, without_russian.cut_at)


def cuts_at(words: Sequence[Token], at: int, strict: bool = True) -> Iterator[Cut]:
    """Yield the phrase that begins at a word, as each language reads it; `strict` where a reader could be misled."""
    for cut_at in LANGUAGES:
        cut = cut_at(words, at, strict)
        if cut is not None:
            yield cut
