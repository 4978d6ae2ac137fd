"""Which words of a query say something that a photo could lack."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from withsense_tf.common.words import CYRILLIC, SMALL, lemma, russian_analyser, words

# What the analyser calls Russian words of function: parts of speech, and pronouns and ordinal numbers among others.
FUNCTIONS: Final = frozenset({"PREP", "CONJ", "PRCL", "NPRO", "INTJ"})
PRONOUNS: Final = frozenset({"Apro", "Anum", "Dmns", "Ques"})
# Russian prepositions of two words: by itself, the second would be a thing.
_PREPOSITIONS = """
    на фоне, во время, в виде, в течение, в ходе, в процессе, в качестве, в честь, в сторону, в направлении,
    по направлению, на протяжении, с помощью, при помощи
"""
PREPOSITIONS: Final = frozenset(tuple(phrase.split()) for phrase in _PREPOSITIONS.split(","))


def words_to_read(text: str) -> list[str]:
    """Return the words of a Russian text without small ones and prepositions, also those of two words.

    At the end of a text there is nothing that they could stand before. Where no word is left, prepositions stay.

    >>> words_to_read("Собака на фоне моря"), words_to_read("на белом фоне"), words_to_read("возле")
    (['собака', 'моря'], ['белом', 'фоне'], ['возле'])
    """
    every = words(text)
    left = [word for word in every if word not in SMALL]
    pairs = zip(["", *every], every, strict=False)
    telling = [
        word
        for at, (before, word) in enumerate(pairs, 1)
        if word not in SMALL and (at == len(every) or not _is_preposition(before, word))
    ]
    return telling or left


@lru_cache(maxsize=20_000)
def _is_preposition(before: str, word: str) -> bool:
    if (before, word) in PREPOSITIONS:
        return True
    readings = russian_analyser().parse(word) if CYRILLIC.search(word) else []
    return bool(sum(reading.score for reading in readings if reading.tag.POS == "PREP") > 0.5)


@lru_cache(maxsize=20_000)
def tells(word: str) -> bool:
    """Return whether a word in lower case says something that a photo could lack: "through" and "big" do not.

    >>> tells("zeppelin"), tells("through"), tells("bigger"), tells("дирижабль"), tells("через"), tells("большая")
    (True, False, False, True, False, False)
    """
    if word in SMALL:
        return False
    if not {word, lemma(word)}.isdisjoint(_telling_nothing()):
        return False
    if not CYRILLIC.search(word):
        return True
    # A word may have readings that are rare: "мол" is a pier, too.
    nothing = sum(
        reading.score
        for reading in russian_analyser().parse(word)
        if reading.tag.POS in FUNCTIONS
        or not PRONOUNS.isdisjoint(reading.tag.grammemes)
        or reading.normal_form.replace("ё", "е") in _telling_nothing()
    )
    return bool(nothing <= 0.5)


@cache
def _telling_nothing() -> frozenset[str]:
    lines = (
        (files("withsense_tf.matchers.chance") / "telling_nothing.txt")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
