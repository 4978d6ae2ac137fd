"""Does a caption mention what a query does not want? By basic forms of words, English and Russian.

This reads the words of captions, not pictures: a photo whose captions pass over the dog is not known to show one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from withsense_tf.common.words import CYRILLIC, lemma, russian_analyser, words
from withsense_tf.search.query import without_english, without_russian
from withsense_tf.search.query.tokens import Token, tokens, word_table

# Forms that the table of English words reads as something else ("leaves" as the verb), or does not know.
FORMS: Final = {"leaves": "leaf", "selfies": "selfie", "scarves": "scarf", "hooves": "hoof", "wolves": "wolf"}
# "no people" shuts out these too: no caption says "people" of one man.
EVERYBODY: Final = frozenset({"people", "person", "human", "человек", "люди"})
PEOPLE: Final = word_table("people")["people"]


def mentions(caption: str, term: str) -> bool:
    """Tell whether a caption mentions a term: its words in a row, in any form.

    A caption that says "without a dog" or "no dog" does not mention a dog.

    >>> mentions("Two dogs on a beach", "dog"), mentions("a beach without dogs", "dog"), mentions("hotdogs", "dog")
    (True, False, False)
    """
    wanted = [_basic(word) for word in words(term)]
    if len(wanted) == 1 and wanted[0] & EVERYBODY:
        wanted = [wanted[0] | PEOPLE]
    said = tokens(caption)
    # A word with a hyphen is several: "a red-car parade" has a red car.
    there = [(_basic(word), place) for place, token in enumerate(said) for word in words(token.text)]
    found = [
        {place for _, place in there[at : at + len(wanted)]}
        for at in range(len(there) - len(wanted) + 1)
        if all(forms & asked for (forms, _), asked in zip(there[at:], wanted, strict=False))
    ]
    # Most captions do not have the words at all, and need not be read for what they say is absent.
    absent = _absent(said) if wanted and found else set()
    return bool(wanted) and any(not places & absent for places in found)


def _absent(said: list[Token]) -> set[int]:
    """Return the places of the words that a caption says are not there."""
    places: set[int] = set()
    for at in range(len(said)):
        for cut_at in (without_english.cut_at, without_russian.cut_at):
            cut = cut_at(said, at, strict=False)
            if cut is not None:
                places.update(place for first, last in cut.terms for place in range(first, last))
    return places


@lru_cache(maxsize=100_000)
def _basic(word: str) -> frozenset[str]:
    """Return the basic forms that a word may have: "белки" is of squirrels and of egg whites."""
    if CYRILLIC.search(word):
        forms = {
            str(p.normal_form)
            for p in russian_analyser().parse(word)
            if p.score >= without_russian.LEAST_SCORE
        }
        return frozenset(form.replace("ё", "е") for form in forms | {lemma(word)})
    return frozenset({word, lemma(word), FORMS.get(word, word)})
