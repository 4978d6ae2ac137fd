"""Phrases in plain words that say what is not wanted, in the languages that have rules for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from withsense_tf.common.words import CYRILLIC
from withsense_tf.search.query import without_english, without_russian
from withsense_tf.search.query.tokens import Cut, Token, clause_start, ends, low, word_table

# A language is added here: queries are cut by it, and captions read for what they say is absent.
LANGUAGES: Final = (without_english.cut_at, without_russian.cut_at)
TABLE: Final = word_table("taken_back")
EXCEPTIONS: Final = tuple(tuple(phrase.split()) for phrase in sorted(TABLE["exceptions"]))
# The longest first: "except for" before "except".
EXCLUSIONS: Final = tuple(sorted((tuple(phrase.split()) for phrase in TABLE["exclusions"]), key=len))[::-1]
TAKES_BACK: Final = TABLE["takes_back"]
WHICH_IS: Final = (("that", "which", "who"), ("is", "are"))
SENTENCE_ENDS: Final = ((".",), ("!",), ("?",), (";",))
NOT: Final = frozenset({"not", "не"})
CUES: Final = frozenset({"without", "без", "безо"})
# Behind the things that an exclusion names, these begin another phrase.
GOES_ON: Final = without_english.PREPOSITIONS | TABLE["goes_on"]
# "To save a man" leaves nobody out.
ALSO_DEEDS: Final = frozenset({"save", "but"})
NEARLY: Final = TABLE["nearly"]
NEGATIONS: Final = TABLE["negations"]


def cuts_at(words: Sequence[Token], at: int, strict: bool = True) -> Iterator[Cut]:
    """Yield the phrase that begins at a word, as each language reads it; `strict` where a reader could be misled."""
    if strict and (exclusion := _exclusion(words, at)) is not None:
        yield exclusion
    for cut_at in LANGUAGES:
        cut = cut_at(words, at, strict)
        if cut is not None and not (strict and _is_taken_back(words, at, cut)):
            yield cut


def unread_exclusion(words: Sequence[Token]) -> str | None:
    """Return the first word or phrase that may say what is not wanted, but was left among the words to look for."""
    exceptions = _places(tuple(words), *(one for one in EXCEPTIONS if one[0] not in ALSO_DEEDS))
    places = range(len(words))
    negations = (at for at in places if low(words, at) in NOT or without_english.may_exclude(words, at))
    return next((words[at].text for at in sorted([*exceptions, *negations])), None)


def _exclusion(words: Sequence[Token], at: int) -> Cut | None:
    """Read "a beach except dogs" and "a dog not in water" as what is without these things.

    Behind another minus, "except" takes it back; what goes on behind the things may speak of something else.
    """
    phrase = next((one for one in EXCLUSIONS if _stands(words, at, one)), None)
    if phrase is None or at == 0 or _has_minus_before(words, at):
        return None
    first, behind = at, at + len(phrase)
    for joins in reversed(WHICH_IS):
        first -= phrase[0] == "not" and low(words, first - 1) in joins
    cue = "без" if CYRILLIC.search(phrase[0]) else "without"
    alone = [*words[:first], replace(words[at], text=cue), *words[behind:]]
    cut = next((cut for cut_at in LANGUAGES if (cut := cut_at(alone, first, True))), None)
    if cut is None:
        return None
    # "not in water on a beach" goes on; "except the man in red" still speaks of the man.
    goes_on = phrase[0] in NOT and low(alone, cut.last) in GOES_ON
    if not (goes_on or ends(alone, cut.last)):
        return None
    more = behind - first - 1
    terms = tuple((start + more, end + more) for start, end in cut.terms)
    return Cut(cut.first, cut.last + more, terms, cut.join)


def _has_minus_before(words: Sequence[Token], at: int) -> bool:
    before = [low(words, place) for place in range(at)]
    start = max((place for place, word in enumerate(before) if (word,) in SENTENCE_ENDS), default=-1)
    return any(word in TAKES_BACK or word.endswith("n't") for word in before[start + 1 :])


def _stands(words: Sequence[Token], at: int, phrase: Sequence[str]) -> bool:
    return all(low(words, at + place) == word for place, word in enumerate(phrase))


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
        if low(words, at) in firsts and any(_stands(words, at, phrase) for phrase in phrases)
    )


def _negates(word: str) -> bool:
    return word in NEGATIONS or word.endswith("n't")
