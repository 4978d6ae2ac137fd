"""Texts -> words, and words -> their basic forms: what the text encoders that count words have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any, Final

from withsense_tf.errors import KindError, shown

# Words of any alphabet count, single letters and digits too ("a 7" is two words): ages matter here.
WORD: Final = re.compile(r"\w+")
ITEMS: Final = re.compile(r"[,;]")
LONGEST_KEYWORD: Final = 3  # in words
CYRILLIC: Final = re.compile(r"[а-яё]")
# Words that describe nothing by themselves: a query of which only these are known is not known. spaCy's lists, which
# TF-IDF leaves out, take a second to import, and count "bottom" and "name" among them.
_SMALL = """
    a an the this that these those some any each every all both and or but nor so if than as of in on at by for from
    to into onto over under up down out off with without about above below between through during before after near
    beside behind along across around is are was were be been being am do does did has have had will would can could
    may might it its he she they them his her their him i we you me my our your who whom which what where when how
    there here not no very more most other another such own same just only too also then
    и в во на с со к ко у о об от до из за по под над при для без не ни но а или что это этот эта эти тот та те он
    она оно они его её их как так же бы ли где когда который которая которые
"""
SMALL: Final = frozenset(_SMALL.split())


def words(text: str) -> list[str]:
    """Return a text's words in lower case.

    >>> words("Two Dogs' ball, №7")
    ['two', 'dogs', 'ball', 'no7']
    """
    # Signs like № and ﬁ become plain letters; most texts have none, and lower() is all they need.
    return WORD.findall(text.lower() if text.isascii() else _plain(text))


def without_marks(text: str) -> str:
    """Return the words of a text without its marks: who types a caption leaves out its full stop.

    >>> without_marks("A dog. On a beach!")
    'a dog on a beach'
    """
    return " ".join(words(text)) or text.casefold()


def is_keyword_list(text: str) -> bool:
    """Return whether a text is a list of keywords, as photographers give to files, and no sentence that one would type.

    >>> is_keyword_list("shed, old friends, rocks"), is_keyword_list("A man, a dog and a cat")
    (True, False)
    """
    items = [words(item) for item in ITEMS.split(text)]
    return len(items) > 2 and all(
        0 < len(item) <= LONGEST_KEYWORD and SMALL.isdisjoint(item[:1]) for item in items
    )


def lemmas(text: str) -> list[str]:
    """Return the basic forms of a text's words, English or Russian.

    >>> lemmas("Two dogs are running; собаки бегут")
    ['two', 'dog', 'be', 'run', 'собака', 'бежать']
    """
    return [lemma(word) for word in words(text)]


@lru_cache(maxsize=200_000)
def lemma(word: str) -> str:
    """Return the basic form of one word in lower case; a word that is not known stays as it is."""
    if CYRILLIC.search(word):
        readings = russian_analyser().parse(word)
        return str(readings[0].normal_form) if readings else word
    return english_lemmas().get(word, word)


def stop_words() -> list[str]:
    """Return words too common to tell texts apart, English and Russian."""
    from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH
    from spacy.lang.ru.stop_words import STOP_WORDS as RUSSIAN

    return sorted({part for word in [*ENGLISH, *RUSSIAN] for part in words(word)})


def unique(texts: Iterable[str]) -> list[str]:
    """Return each text once: a caption that stands beside six photos must not make its words common."""
    check_several(texts)
    return list(dict.fromkeys(texts))


def check_several(texts: Iterable[str]) -> None:
    """Raise for a text by itself, whose letters would be taken for texts."""
    if isinstance(texts, str):
        raise KindError(f"Expected a list of texts, got one text, {shown(texts)}: put it into brackets.")


def _plain(text: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFKC", text).lower()


@cache
def english_lemmas() -> dict[str, str]:
    """Return spaCy's table of English words and their basic forms, read without spaCy, which takes a second."""
    import gzip
    import json
    from importlib.resources import files

    content = files("spacy_lookups_data").joinpath("data", "en_lemma_lookup.json.gz").read_bytes()
    table: dict[str, str] = json.loads(gzip.decompress(content))
    return table


@cache
def frequent_words() -> dict[str, int]:
    """Return English words and how often books have them."""
    from importlib.resources import files

    text = (files("symspellpy") / "frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")
    cells = text.split()
    return dict(zip(cells[::2], map(int, cells[1::2]), strict=True))


def is_known(word: str) -> bool:
    """Return whether a word in lower case is an English or Russian one."""
    return word in frequent_words() or bool(CYRILLIC.search(word) and russian_analyser().word_is_known(word))


def is_foreign(text: str) -> bool:
    """Return whether most words of a text, of three or more, are neither English nor Russian."""
    known_words = list(map(is_known, re.findall(r"[^\W\d_]{2,}", text.lower())))
    return len(known_words) > sum(known_words) * 2 and len(known_words) > 2


@cache
def russian_analyser() -> Any:
    """Return the analyser of Russian words: all readings of a word, each with its grammar. It has no types."""
    import pymorphy3

    return pymorphy3.MorphAnalyzer(lang="ru")
