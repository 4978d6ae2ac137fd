"""English words and Russian ones that say the same, from a table: so a Russian query has words that captions know."""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from withsense_tf.common.words import CYRILLIC, SMALL, frequent_words, lemma, russian_analyser

# What a word may be a form of counts next to nothing where it is a word of the table as it stands.
FORMS_BEHIND: Final = 100
# From this place on, a word for people that books have so many times as often as the usual one is a wider one.
PEOPLE: Final = frozenset(("man", "woman", "person", "people", "boy", "girl"))
WIDER: Final = 4
OFTENER: Final = 10


@cache
def russian_by_english() -> Mapping[str, tuple[str, ...]]:
    """Return English words, each with Russian ones that say the same, the usual one first.

    A Russian word may be two with a space between.
    """
    # One byte a letter, and each language by itself: so it is packed smallest. To change it: `xz -d`, then `xz` again.
    content = (files("withsense_tf.encoders") / "word_pairs.txt.xz").read_bytes()
    text = lzma.decompress(content).decode("cp1251")
    english, russian = (block.splitlines() for block in text.partition("\n")[2].split("\n\n"))
    return {
        word: tuple(one.replace("_", " ") for one in row.split())
        for word, row in zip(english, russian, strict=True)
    }


@cache
def english_by_russian() -> Mapping[str, Mapping[str, int]]:
    """Return Russian basic forms, each with the English words that say the same; these in their basic form, too.

    Beside each English word is the place that the Russian one has in its row, from 1: the first is the usual one.
    """
    table: dict[str, dict[str, int]] = {}
    for english, russian in russian_by_english().items():
        for place, words in enumerate(russian, 1):
            row = table.setdefault(" ".join(map(_entry, words.split())), {})
            row |= {word: min(place, row.get(word, place)) for word in (english, lemma(english))}
    return table


@lru_cache(maxsize=50_000)
def english_of(*words: str) -> tuple[str, ...]:
    """Return the English words that one or two Russian ones may stand for, in whichever form; () for none known.

    >>> english_of("верблюдом"), english_of("подводную", "лодку"), english_of("камилавкой")
    (('camel',), ('submarine',), ())
    """
    return tuple(english_places(*words))


@lru_cache(maxsize=50_000)
def english_places(*words: str) -> Mapping[str, int]:
    """Return the English words for one or two Russian ones, each with how far behind the usual one it stands, from 1.

    What the words are as they stand comes before what they may be a form of: "сыр" is a cheese, and hardly damp.

    >>> english_places("парень"), english_places("сыр")
    ({'boy': 2, 'guy': 1}, {'cheese': 1, 'damp': 101})
    """
    forms = [""]
    for word in words:
        forms = [f"{before} {form}".strip() for before in forms for form in _basic_forms(word)]
    table = english_by_russian() if forms else {}  # it takes the analyser of Russian words
    as_typed = " ".join(words).replace("ё", "е")
    places: dict[str, int] = {}
    for form in forms:
        behind = FORMS_BEHIND * (form != as_typed and as_typed in table)
        for english, place in table.get(form, {}).items():
            places[english] = min(place + behind, places.get(english, place + behind))
    return places


@lru_cache(maxsize=50_000)
def english_meant(*words: str) -> Mapping[str, int]:
    """Return the English words as `english_places` does, without those for any person where one of a kind is meant.

    A grandmother is a woman, and whoever asks for a grandmother does not mean any woman, nor men alone who asks for
    people. A noun that is the usual word for nothing has its wider words, too: "девушка" is a young woman.

    >>> english_meant("бабушке"), english_meant("девушка"), english_meant("людей")
    ({'grandmother': 1}, {'girl': 2, 'woman': 12}, {'people': 1, 'person': 1})
    """
    places = english_places(*words)
    usual = [english for english, place in places.items() if place == 1]
    if len(words) > 1 or not usual or PEOPLE.isdisjoint(places):
        return places
    often = {english: frequent_words().get(english, 1) for english in places}
    least = OFTENER * max(often[english] for english in usual)
    narrow = {"man"} if "person" in usual else ()
    return {
        one: place
        for one, place in places.items()
        if one not in narrow and not (one in PEOPLE and place >= WIDER and often[one] >= least)
    }


@lru_cache(maxsize=50_000)
def counterparts(*words: str) -> tuple[str, ...]:
    """Return what one or two words in lower case are in the other of the two languages, in whichever form they stand.

    A part of a phrase is no word for the whole: "дед" is half of what Santa is called.

    >>> counterparts("деда"), counterparts("santa"), counterparts("подводных", "лодок"), counterparts("dogs")[:2]
    (('grandfather',), ('дед мороз',), ('submarine',), ('собака', 'пёс'))
    """
    table = russian_by_english()
    if any(map(CYRILLIC.search, words)):
        parts = {part for word in words for part in _basic_forms(word)} if len(words) == 1 else set()
        english = tuple(word for word in english_of(*words) if word not in SMALL)
        whole = tuple(word for word in english if parts.isdisjoint(_parts(table.get(word, ()))))
        return whole or english
    # What English writes as two words is one in the table: "polar bear".
    *first, last = words
    others = table.get("".join(words)) or table.get("".join((*first, lemma(last))), ())
    return tuple(other for other in others if other not in _parts(others)) or others


def _parts(phrases: Iterable[str]) -> set[str]:
    return {part for phrase in phrases if " " in phrase for part in phrase.split()}


def _entry(word: str) -> str:
    """Return a word of the table as readings of texts name it: "белка" is no form of "белок", though it may be one."""
    forms = _basic_forms(word)
    plain = word.replace("ё", "е")
    return plain if plain in forms else forms[0]


def _basic_forms(word: str) -> list[str]:
    """Return every basic form that a Russian word may have, with е for ё: "стоит" is one of "стоять" and of "стоить".

    A сноубордистка is a сноубордист, too.
    """
    if not CYRILLIC.search(word):
        return []
    readings = russian_analyser().parse(word)
    forms = [form.replace("ё", "е") for form in (lemma(word), *(one.normal_form for one in readings))]
    return list(dict.fromkeys([*forms, *(form[:-2] for form in forms if form.endswith("истка"))]))
