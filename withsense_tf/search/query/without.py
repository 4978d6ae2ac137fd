"""Phrases in plain words that say what is not wanted, in the languages that have rules for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from withsense_tf.search.query import without_english, without_russian
from withsense_tf.search.query.tokens import Cut, Token, clause_start, low, word_table

# A language is added here: queries are cut by it, and captions read for what they say is absent.
LANGUAGES: Final = (without_english.cut_at, without_russian.cut_at)
TABLE: Final = word_table("taken_back")
EXCEPTIONS: Final = tuple(tuple(phrase.split()) for phrase in sorted(TABLE["exceptions"]))
SENTENCE_ENDS: Final = ((".",), ("!",), ("?",), (";",))
CUES: Final = frozenset({"without", "без", "безо"})
NEARLY: Final = TABLE["nearly"]
NEGATIONS: Final = TABLE["negations"]


def cuts_at(words: Sequence[Token], at: int, strict: bool = True) -> Iterator[Cut]:
    """Yield the phrase that begins at a word, as each language reads it; `strict` where a reader could be misled."""
    for cut_at in LANGUAGES:
        cut = cut_at(words, at, strict)
        if cut is not None and not (strict and _is_taken_back(words, at, cut)):
            yield cut


def _is_taken_back(words: Sequence[Token], at: int, cut: Cut) -> bool:
    """Return whether other words take a minus back: "almost no cars", "never without a hat", "no cars except taxis"."""
    if low(words, at - 1) in NEARLY or low(words, cut.first - 1) in NEARLY:
        return True
    if low(words, at) in CUES and any(
        _negates(low(words, place)) for place in range(clause_start(words, at), cut.first)
    ):
        return True
    if low(words, cut.last) in CUES and low(words, at) not in CUES:
        return True  # "no trees without snow": all of them have snow
    return _has_exception(tuple(words), at)


def _has_exception(words: tuple[Token, ...], at: int) -> bool:
    """Return whether an exception stands behind a place in the same sentence."""
    exception = next((place for place in _places(words, *EXCEPTIONS) if place > at), len(words))
    sentence_end = next((place for place in _places(words, *SENTENCE_ENDS) if place > at), len(words))
    return exception < sentence_end


@lru_cache(maxsize=64)
def _places(words: tuple[Token, ...], *phrases: tuple[str, ...]) -> tuple[int, ...]:
    """Return where one of these phrases stands."""
    firsts = {phrase[0] for phrase in phrases}
    return tuple(
        at
        for at in range(len(words))
        if low(words, at) in firsts
        and any(all(low(words, at + i) == word for i, word in enumerate(phrase)) for phrase in phrases)
    )


def _negates(word: str) -> bool:
    return word in NEGATIONS or word.endswith("n't")
