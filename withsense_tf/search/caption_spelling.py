"""Words of a query that captions lack -> as these write them: "tyre" as "tire", "coffee shop" as "cafe".

Of a Russian noun that may be the form that stands there: "белка" is read as a form of "белок", and "белку" is not.

Only words of captions that may be shown are taken, or of those that taught the model, and only where the law says the
same of both. What stands in quotation marks stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from withsense_tf.common.words import CYRILLIC, SMALL, frequent_words, lemma, russian_analyser
from withsense_tf.encoders.english_spellings import other_spelling
from withsense_tf.encoders.other_words import other_words
from withsense_tf.encoders.word_pairs import english_of
from withsense_tf.index.tables.words_table import plain_words
from withsense_tf.matchers.search_forms import SearchForm
from withsense_tf.policy.law import Law
from withsense_tf.search.query.corrections import MOST_CORRECTED, Correction, lawfully_with
from withsense_tf.search.query.parse import Query
from withsense_tf.search.query.shown_words import ShownWords
from withsense_tf.search.query.spelling import ENGLISH, LONGEST_WORD
from withsense_tf.search.query.tokens import tokens

# A query of a hundred words is no compound, and each is looked up in several ways.
MOST_WORDS: Final = 12
_PART: Final = re.compile(r"[^\W_]+")
# A greenhouse is no green house, and a blackbird no black bird.
COLOURS: Final = frozenset({"black", "blue", "brown", "dark", "green", "pink", "red", "white", "yellow"})
Place = tuple[int, int]


def as_captions_write(
    query: Query, form: SearchForm, shown: ShownWords, policy: Law
) -> tuple[Query, tuple[Correction, ...]]:
    """Return a query with words that captions lack written as captions have them, and which words these are."""
    readings: list[Correction] = []
    text = query.text
    for word, other in _Words(query.text, form, shown).readings():
        if len(readings) == MOST_CORRECTED:
            break
        whole = lawfully_with(other, word, text, policy)
        if whole is not None:
            # Another form is no other word, and needs no note.
            readings += [] if CYRILLIC.search(other) else [(word, other)]
            text = whole
    return replace(query, text=text), tuple(readings)


class _Words:
    """The words of a text, and what captions have in their place."""

    def __init__(self, text: str, form: SearchForm, shown: ShownWords) -> None:
        self.text, self.shown = text, shown
        self.known = form.text.known_words
        self.places: list[Place] = [
            (token.start + match.start(), token.start + match.end())
            for token in tokens(text)
            if token.kind == "word"
            for match in _PART.finditer(token.text)
        ][:MOST_WORDS]

    def readings(self) -> Iterator[Correction]:
        """Yield words as they were typed, each with what captions have in its place."""
        at = 0
        while at < len(self.places):
            start, end = self.places[at]
            if (compound := self._compound(at)) is not None:
                yield self.text[start : self.places[at + 1][1]], compound
                at += 1
            else:
                word = self.text[start:end]
                other = self._other_form(word.lower()) or self._spelt_otherwise(word.lower())
                other = other or self._two_words(word.lower())
                if other is not None:
                    yield word, other
            at += 1

    def _compound(self, at: int) -> str | None:
        """Return two words in a row as one, where captions have that and lack one of the two."""
        if at + 1 == len(self.places):
            return None
        (start, end), (next_start, next_end) = self.places[at : at + 2]
        first, second = self.text[start:end].lower(), self.text[next_start:next_end].lower()
        if self.text[end:next_start].strip(" -‑"):
            return None
        if CYRILLIC.search(first) and not all(map(self.shown.has, (first, second))):
            # "Американские горки" are one word in the table, and two in captions.
            return next(filter(None, map(self._two_words, english_of(first, second))), None)
        if not _may_be_parts(first, second):
            return None
        compound = first + second
        if self._is_better(compound, first, second):
            return compound
        phrase = f"{first} {lemma(second)}"
        other = next((one for one in other_words(phrase) if " " not in one and self.shown.has(one)), None)
        return None if other is None or self.shown.says(phrase) else other

    def _other_form(self, word: str) -> str | None:
        if not CYRILLIC.search(word) or self.shown.has(word):
            return None
        nouns = (reading for reading in russian_analyser().parse(word) if reading.tag.POS == "NOUN")
        forms = dict.fromkeys(str(form.word) for noun in nouns for form in noun.lexeme)
        return next((form for form in forms if self.shown.says(plain_words(form))), None)

    def _spelt_otherwise(self, word: str) -> str | None:
        other = other_spelling(word)
        return other if other is not None and self._is_better(other, word) else None

    def _two_words(self, word: str) -> str | None:
        """Return a word as two, where captions have these in a row and lack the word."""
        if not ENGLISH.fullmatch(word) or len(word) > LONGEST_WORD or self.shown.has(word):
            return None
        for at in range(1, len(word) - 1):
            first, second = word[:at], word[at:]
            if not _may_be_parts(first, second) or not self.shown.has(first):
                continue
            for end in dict.fromkeys((second, lemma(second), f"{second}s")):
                if self.shown.says(f"{first} {end}"):
                    return f"{first} {end}"
        return None

    def _is_better(self, other: str, *typed: str) -> bool:
        """Return whether captions have a word and lack one of those that were typed."""
        if all(map(self.shown.has, typed)):
            return False
        if self.shown.has(other):
            # "Tired" counts as a form of "tire", and shows no tyre.
            bases = (other, lemma(other))
            return any(self.shown.says(base + end) for base in bases for end in ("", "s", "ed", "ing"))
        # What the model knows it may have from captions that are withheld by now: only words of a public list are told.
        return other in frequent_words() and self._knows(other) and not all(map(self._knows, typed))

    def _knows(self, word: str) -> bool:
        return word in self.known or lemma(word) in self.known


def _may_be_parts(first: str, second: str) -> bool:
    """Return whether two words may be one compound: "in side" and "a board" are none."""
    if not (ENGLISH.fullmatch(first) and ENGLISH.fullmatch(second)):
        return False
    return len(second) > 1 and first not in COLOURS and SMALL.isdisjoint((first, second))
