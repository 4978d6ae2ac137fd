"""What kind of thing a Russian word names: the analyser knows of nouns whether they are of what is alive."""

from __future__ import annotations

from typing import Final

from withsense_tf.common.words import russian_analyser

# Readings of a word that are rarer than this are passed over.
LEAST_SCORE: Final = 0.1
_NAMES: Final = frozenset({"Name", "Surn", "Patr", "Geox", "Orgn"})


def kind_of_thing(word: str) -> str:
    """Return whether a Russian word is of what is alive or not, "anim" or "inan"; "" if it is no noun, or both.

    >>> [kind_of_thing(word) for word in ("лыжник", "холодильник", "кулак", "старый", "скейтер")]
    ['anim', 'inan', '', '', '']
    """
    if not russian_analyser().word_is_known(word):
        return ""
    readings = [one for one in russian_analyser().parse(word) if one.score >= LEAST_SCORE]
    if any(one.tag.POS != "NOUN" for one in readings):
        return ""
    kinds = {str(one.tag.animacy) for one in readings if _NAMES.isdisjoint(one.tag.grammemes)}
    return kinds.pop() if len(kinds) == 1 else ""
