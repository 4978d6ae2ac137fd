"""One word -> the forms in which a text may hold it: plurals, cases, misspellings."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from withsense_tf.common.words import english_lemmas, russian_analyser
from withsense_tf.policy.texts.signs import remove_accents

# How Russian letters are written in Latin: as in passports, as in libraries, and as in messages.
CYRILLIC: Final = "абвгдежзийклмнопрстуфхцчшщъыьэюяё"
SPELLINGS: Final = tuple(
    str.maketrans(dict(zip(CYRILLIC, latin.replace("-", "").split(","), strict=True)))
    for latin in (
        "a,b,v,g,d,e,zh,z,i,y,k,l,m,n,o,p,r,s,t,u,f,kh,ts,ch,sh,shch,-,y,-,e,yu,ya,yo",
        "a,b,v,g,d,e,zh,z,i,i,k,l,m,n,o,p,r,s,t,u,f,h,c,ch,sh,sch,-,i,-,e,iu,ia,io",
        "a,b,v,g,d,e,j,z,i,j,k,l,m,n,o,p,r,s,t,u,f,h,c,ch,sh,sch,-,y,-,e,ju,ja,jo",
        "a,b,v,g,d,e,z,z,i,y,k,l,m,n,o,p,r,s,t,u,f,h,ts,ch,sh,sh,-,i,-,e,yu,ya,e",
        "a,b,v,g,d,e,zh,z,i,y,k,l,m,n,o,p,r,s,t,u,f,kh,ts,ch,sh,shch,',y,',e,yu,ya,yo",
        "a,b,v,g,d,e,zh,z,i,y,k,l,m,n,o,p,r,s,t,u,f,h,c,ch,w,w,-,y,-,e,u,ia,io",
    )
)
RUN: Final = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")


def fold(word: str) -> str:
    """Return a word as classes hold it: lower case, ё as е.

    >>> fold("Ребёнок")
    'ребенок'
    """
    return word.lower().replace("ё", "е")


def runs(text: str) -> set[str]:
    """Return the runs of letters and of digits of a text, and its signs.

    >>> sorted(runs("The boy's U12 team"))
    ["'", '12', 'boy', 's', 'team', 'the', 'u']
    """
    return set(RUN.findall(fold(text)))


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Return what finds one of some words anywhere in a text, each of its letters read about once.

    >>> any_of(["boy", "boys", "bat"]).search("cowboys")[0]
    'boy'
    """
    letters: dict[str, Any] = {}
    for word in words:
        place = letters
        for letter in word:
            place = place.setdefault(letter, {})
        place[""] = {}  # the word ends here
    return re.compile(_branches(letters))


def _branches(letters: Mapping[str, Any]) -> str:
    """Return how words go on, by their next letters; where one ends, nothing more is needed."""
    if "" in letters:
        return ""
    return f"(?:{'|'.join(re.escape(letter) + _branches(more) for letter, more in letters.items())})"


def plural(noun: str) -> str:
    """Return the regular plural of an English noun.

    >>> plural("baby"), plural("lass"), plural("boy")
    ('babies', 'lasses', 'boys')
    """
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + ("es" if re.search(r"(s|x|z|ch|sh)$", noun) else "s")


def misspellings(word: str) -> set[str]:
    """Return a word with one letter missing, doubled or swapped with the next.

    >>> sorted(misspellings("tot"))
    ['ott', 'to', 'toot', 'tott', 'tt', 'tto', 'ttot']
    """
    places = range(len(word))
    missing = {word[:i] + word[i + 1 :] for i in places if i}
    doubles = {word[:i] + word[i] + word[i:] for i in places}
    swaps = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in places[:-1]}
    return (missing | doubles | swaps) - {word}


@functools.cache
def english_words() -> frozenset[str]:
    """Return the words of the table of English lemmas, in all their forms."""
    lemmas = english_lemmas()
    return frozenset(lemmas) | frozenset(lemmas.values())


def inflections(lemma: str) -> set[str]:
    """Return every form of a Russian word, or the word alone where it is not a word's basic form."""
    forms = {fold(lemma)}
    for parse in russian_analyser().parse(lemma):
        # A word may be a noun and an adjective at once ("взрослый"): take the forms of both.
        if fold(parse.normal_form) == fold(lemma):
            forms |= {fold(form.word) for form in parse.lexeme}
    return forms


def noun_forms(entries: Iterable[str]) -> Iterator[str]:
    """Return English nouns with their plurals; an irregular plural is written behind a slash."""
    for entry in entries:
        singular, _, irregular = fold(entry).partition("/")
        yield from (singular, irregular or plural(singular))


def plain_forms(entries: Iterable[str]) -> Iterator[str]:
    """Return words as they stand, without the accents that no text keeps when it is normalised."""
    return (fold(remove_accents(entry)) for entry in entries)


def lemma_forms(entries: Iterable[str]) -> Iterator[str]:
    """Return every form of Russian words."""
    for entry in entries:
        yield from inflections(entry)


def transliterations(entries: Iterable[str]) -> Iterator[str]:
    """Return every form of Russian words in Latin letters.

    >>> {"rebenok", "rebyonok", "rebenka"} <= set(transliterations(["ребёнок"]))
    True
    """
    for entry in entries:
        for form in {entry.lower(), *inflections(entry)}:
            yield from (form.translate(spelling) for spelling in SPELLINGS)
