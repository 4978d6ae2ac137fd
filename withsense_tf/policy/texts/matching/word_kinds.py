"""A word -> the places of patterns that it may stand in, as bits of one number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final

from withsense_tf.policy.texts.ages import is_digits
from withsense_tf.policy.texts.lexicon import Element, Lexicon
from withsense_tf.policy.texts.word_forms import fold

STOPS: Final = frozenset(".!?;…")
# What stands in a list of words: its lexicon and a class or, with a sign before it, a single word.
Key = tuple[int, str]
EVERY: Final = -1  # what is built into every lexicon
# The keys of a word; whether it is a stop, a number, a name, and has a capital.
Likeness = tuple[tuple[Key, ...], bool, bool, bool, bool]


# Of a word in small letters that stands in no list: such are most words that are met for the first time.
HARMLESS: Final[Likeness] = ((), False, False, False, False)


class WordKinds:
    """The elements of patterns, each as a bit, and the bits of a word: the first element has the lowest bit.

    An element comes with the place of its lexicon. A word has the bit of an element if it may stand there.
    """

    def __init__(self, lexicons: Sequence[Lexicon], elements: Iterable[tuple[int, Element]]) -> None:
        self._lexicons = tuple(lexicons)
        self._bits: dict[Key, int] = {}
        self._bits_of_capital: dict[Key, int] = {}
        self._other_than = 0
        bits_of_alike: dict[tuple[int, Element], int] = {}
        for number, (place, element) in enumerate(elements):
            alike = place, Element(element.classes, element.literals, element.negated)
            bits_of_alike[alike] = bits_of_alike.get(alike, 0) | 1 << number
        for (place, element), elements_alike in bits_of_alike.items():
            self._add(place, element, elements_alike)

    def likeness(self, word: str) -> Likeness:
        """Return what the bits of a word are told from: the lists that it stands in, and how it is written."""
        small = fold(word)
        keys = self.keys_of_word.get(small, ())
        if not keys and word.islower():
            return HARMLESS
        is_name = len(word) > 1 and word.istitle() and word.isalpha()
        return keys, word in STOPS, is_digits(small), is_name, word[:1].isupper()

    def bits(self, likeness: Likeness) -> int:
        """Return the bits of all elements that such words fit."""
        keys, is_stop, has_digits, is_name, is_capital = likeness
        built_in = ("STOP" if is_stop else "_", "DIGITS" * has_digits, "NAME" * is_name)
        bits = 0
        for key in (*keys, *((EVERY, name) for name in built_in if name)):
            bits |= self._bits.get(key, 0)
            if is_capital:
                bits |= self._bits_of_capital.get(key, 0)
        return bits ^ self._other_than

    def _add(self, place: int, element: Element, elements: int) -> None:
        if element.negated:
            self._other_than |= elements
        bits = self._bits_of_capital if "CAPITAL" in element.classes else self._bits
        for key in _keys(place, element):
            bits[key] = bits.get(key, 0) | elements

    @cached_property
    def keys_of_word(self) -> dict[str, tuple[Key, ...]]:
        """The words that stand in lists, in small letters, each with the keys of its lists."""
        used = self._bits.keys() | self._bits_of_capital.keys()
        keys: dict[str, tuple[Key, ...]] = {}
        alike: dict[tuple[Key, ...], tuple[Key, ...]] = {}
        for key in sorted(used):
            place, name = key
            if place == EVERY:
                continue
            words = (name[1:],) if name.startswith("=") else self._lexicons[place].classes.get(name, ())
            for word in words:
                more = (*keys.get(word, ()), key)
                keys[word] = alike.setdefault(more, more)
        return keys


def _keys(place: int, element: Element) -> Iterator[Key]:
    for name in element.classes:
        if name in ("DIGITS", "NUMBER"):
            yield EVERY, "DIGITS"
        if name in ("NAME", "STOP", "_"):
            yield EVERY, name
        # NUMBER is a class of words too.
        yield place, name
    for word in element.literals:
        yield place, f"={word}"
