"""Does a caption mention what a query does not want? By basic forms of words, English and Russian, each in both.

This reads the words of captions, not pictures: a photo whose captions pass over the dog is not known to show one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from withsense_tf.common.words import CYRILLIC, SMALL, english_lemmas, lemma, russian_analyser, words
from withsense_tf.encoders.english_spellings import other_spelling
from withsense_tf.encoders.other_words import EVERYBODY, other_words
from withsense_tf.encoders.people_words import names_people
from withsense_tf.encoders.word_pairs import counterparts, russian_by_english
from withsense_tf.matchers.chance.noun_lists import english_nouns
from withsense_tf.search.query.tokens import Token, tokens
from withsense_tf.search.query.without import cuts_at
from withsense_tf.search.query.without_english import OTHER_ENDS, PREPOSITIONS, THINGS_IN_ING
from withsense_tf.search.query.without_russian import LEAST_SCORE

# Forms that the table of English words reads as something else ("leaves" as the verb), or does not know.
FORMS: Final = {"leaves": "leaf", "selfies": "selfie", "scarves": "scarf", "hooves": "hoof", "wolves": "wolf"}
# The forms of each word of a term, and whether it stands in the plural.
Phrase = tuple[tuple[frozenset[str], ...], bool]
# Russian words of one root share so many letters: снег, снежный.
BEGINNING: Final = 3
CHILDREN: Final = frozenset({"child", "kid", "ребенок", "дети"})


def mentions(caption: str, term: str) -> bool:
    """Return whether a caption mentions a term: its words in a row, in any form.

    A caption that says "without a dog" or "no dog" does not mention a dog. A word counts in the other language, too.
    """
    caption_tokens = tokens(caption)
    # A word with a hyphen is several: "a red-car parade" has a red car.
    places = [(word, place) for place, token in enumerate(caption_tokens) for word in words(token.text)]
    there = [(_basic(word), place) for word, place in places]
    matches = [
        {place for _, place in there[at : at + len(phrase)]}
        for phrase, is_plural in _phrases(term, bool(CYRILLIC.search(f"{term}{caption}".lower())))
        for at in range(len(there) - len(phrase) + 1)
        if all(forms & others for (forms, _), others in zip(there[at:], phrase, strict=False))
        and not (is_plural and _is_attribute(places, at + len(phrase) - 1))
    ]
    if shuts_out_everybody(term):
        matches += [{place} for word, place in places if names_people(word)]
    # Most captions do not have the words at all, and need not be read for what they say is absent.
    absent = _absent(caption_tokens) if matches else set()
    return any(not places & absent for places in matches)


@lru_cache(maxsize=1_000)
def _phrases(term: str, has_russian: bool) -> tuple[Phrase, ...]:
    """Return how captions may say a term, in both languages where one is Russian; else nothing of Russian is loaded."""
    typed_words = words(term)
    if not typed_words:
        return ()
    forms = [_with_others(word) for word in typed_words]
    is_plural = _is_plural(typed_words[-1])
    if not has_russian:
        return ((tuple(forms), is_plural),)
    others = [_of_phrase(other) for other in counterparts(*typed_words)] if len(typed_words) <= 2 else []
    single = [_one_word(word) for word in typed_words]
    own = tuple(one | more for one, more in zip(forms, single, strict=True))
    return (own, is_plural), *((other, is_plural) for other in others if len(other) + len(typed_words) > 2)


def _with_others(word: str) -> frozenset[str]:
    """Return the basic forms of a word that must not be there, and of single words that tell of it."""
    forms = _basic(word)
    others = (other for form in sorted(forms) for other in other_words(form) if " " not in other)
    return forms.union(*map(_basic, others))


def may_be_said(term: str, has: Callable[[str], bool]) -> bool:
    """Return whether captions may mention a term, where `has` knows whether they have a word in any form.

    What shuts out children may be said of any photo.
    """
    if shuts_out_children(term):
        return True
    return any(
        all(any(map(has, sorted(forms))) for forms in phrase)
        for has_russian in (False, True)
        for phrase, _ in _phrases(term, has_russian)
    )


def _is_plural(word: str) -> bool:
    if CYRILLIC.search(word):
        return any(reading.tag.number == "plur" for reading in russian_analyser().parse(word)[:1])
    return word.endswith("s") and lemma(word) != word


def _one_word(word: str) -> frozenset[str]:
    """Return the forms of a word in the other language, where one word says it."""
    return frozenset().union(*(_with_others(other) for other in counterparts(word) if " " not in other))


def _of_phrase(phrase: str) -> tuple[frozenset[str], ...]:
    return tuple(_basic(word) for word in phrase.split())


def _is_attribute(places: Sequence[tuple[str, int]], at: int) -> bool:
    """Return whether an English word is in the singular before a thing: who wants no glasses may want a glass building.

    Where the next word may be what somebody does ("a man and his dog walk"), it is none.
    """
    (word, place), (following, next_place) = places[at], places[at + 1] if at + 1 < len(places) else ("", 0)
    if lemma(word) != word or next_place - place > 1 or following in PREPOSITIONS | OTHER_ENDS:
        return False
    is_thing = following in english_nouns() and f"{following}ing" not in english_lemmas()
    return is_thing or following in THINGS_IN_ING


def shuts_out_everybody(term: str) -> bool:
    """Return whether a term that must not be there names everybody."""
    term_words = words(term)
    return len(term_words) == 1 and not _basic(term_words[0]).isdisjoint(EVERYBODY)


def shuts_out_children(term: str) -> bool:
    """Return whether a term that must not be there names every child, whatever captions say."""
    term_words = words(term)
    is_child = len(term_words) == 1 and not _basic(term_words[0]).isdisjoint(CHILDREN)
    return is_child or shuts_out_everybody(term)


def _absent(caption: list[Token]) -> set[int]:
    """Return the places of the words that a caption says are not there."""
    places: set[int] = set()
    for at in range(len(caption)):
        for cut in cuts_at(caption, at, strict=False):
            places.update(place for first, last in cut.terms for place in range(first, last))
    return places


@lru_cache(maxsize=100_000)
def _basic(word: str) -> frozenset[str]:
    """Return the basic forms that a word may have: "белки" is of squirrels and of egg whites."""
    if CYRILLIC.search(word):
        forms = {str(p.normal_form) for p in russian_analyser().parse(word) if p.score >= LEAST_SCORE}
        return frozenset(form.replace("ё", "е") for form in forms | {lemma(word)})
    forms = {word, lemma(word), FORMS.get(word, word)}
    # Who wants no tyres wants no tires, and who wants no snow, no snowy street.
    other = other_spelling(word)
    return frozenset(_of_adjective(word).union(forms, () if other is None else (other, lemma(other))))


def _of_adjective(word: str) -> frozenset[str]:
    """Return the noun that an English adjective in -y or -ed is made of.

    One in -y can be compared, and begins in Russian as its noun does: a party is no part, and a busy street no bus.
    One in -ed is no form of a verb.

    >>> [*map(_of_adjective, ("snowy", "icy", "helmeted"))], [*map(_of_adjective, ("party", "busy", "parked"))]
    ([frozenset({'snow'}), frozenset({'ice'}), frozenset({'helmet'})], [frozenset(), frozenset(), frozenset()])
    """
    table, russian = english_lemmas(), russian_by_english()
    if word.endswith("ed") and word not in table:
        return _nouns_of(word[:-2]) & {word[:-2]}
    if not word.endswith("y") or f"{word[:-1]}ier" not in table:
        return frozenset()
    beginnings = {_beginning(one) for one in russian.get(word, ())}
    nouns = _nouns_of(word[:-1])
    return frozenset(one for one in nouns if not beginnings.isdisjoint(map(_beginning, russian[one])))


def _nouns_of(stem: str) -> frozenset[str]:
    """Return the words of the table of both languages that a stem may be: a doubled letter is one, an e may be lost."""
    short = stem[:-1] if stem[-2:-1] == stem[-1:] else stem
    return frozenset(
        one for one in (stem, short, f"{stem}e") if one in russian_by_english() and one not in SMALL
    )


def _beginning(russian: str) -> str:
    return russian.replace("ё", "е")[:BEGINNING]
