"""Which words of a query say something that a photo could lack."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from withsense_tf.common.words import CYRILLIC, SMALL, lemma, russian_analyser

# What the analyser calls Russian words of function: parts of speech, and pronouns and ordinal numbers among others.
FUNCTIONS: Final = frozenset({"PREP", "CONJ", "PRCL", "NPRO", "INTJ"})
PRONOUNS: Final = frozenset({"Apro", "Anum", "Dmns", "Ques"})


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
