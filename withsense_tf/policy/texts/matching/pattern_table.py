"""Many patterns -> where they match a text, told from the kinds of its words.

A pattern is looked at only where a word stands in the text that few others can take the place of, and where each of its
needed places has a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import Lock
from typing import Final, NamedTuple

from withsense_tf.policy.texts.lexicon import Element, Lexicon, times_of
from withsense_tf.policy.texts.matching.word_kinds import Likeness, WordKinds
from withsense_tf.policy.texts.matching.word_pattern import Way, WordPattern

STOP: Final = "."  # it stands before and behind every text
# Words of most texts: a pattern is not looked for by them where it needs rarer ones.
COMMON_WORDS: Final = """
a the in of on with and to at is are his her boy two , .
в во на с со и а у по из за от до к о под через для без не он она его её один две два три
"""
COMMON: Final = frozenset(COMMON_WORDS.split())
# So many rows of kinds are remembered; then it starts anew.
MOST_KINDS: Final = 20_000


class Kinds(NamedTuple):
    """The kinds of some words, and the patterns that are looked for where they stand."""

    kinds: tuple[int, ...]
    patterns: tuple[int, ...]


class PatternTable:
    """The patterns of some lexicons, numbered in the order in which they come: (place of the lexicon, elements)."""

    def __init__(
        self, lexicons: Sequence[Lexicon], patterns: Iterable[tuple[int, tuple[Element, ...]]]
    ) -> None:
        self._word_kinds = WordKinds(lexicons)
        # Of each kind: its bits, and the patterns that are looked for where a word of it stands.
        self._bits: list[int] = []
        self._kinds_to_look_for: list[tuple[int, ...]] = []
        self._patterns: list[WordPattern] = []
        self._needs: list[int] = []
        self._by_anchor: dict[int, list[int]] = {}
        for place, elements in patterns:
            self._add(place, elements, lexicons[place])
        self._anchors = sum(self._by_anchor)
        self._lock = Lock()
        # One object for all alike: most words are in no list.
        self._kinds: dict[tuple[int, ...], Kinds] = {}
        self._kind_of: dict[Likeness, int] = {}
        self._kind_of_bits: dict[int, int] = {}
        self._stop = self.kinds([STOP])

    def kind(self, word: str) -> int:
        """Return the number of a word's kind: words of one kind fit the same places of patterns."""
        likeness = self._word_kinds.likeness(word)
        kind = self._kind_of.get(likeness)
        if kind is None:
            bits = self._word_kinds.bits(likeness)
            with self._lock:
                kind = self._kind_of_bits.get(bits)
                if kind is None:
                    self._bits.append(bits)
                    self._kinds_to_look_for.append(self._looked_for(bits))
                    kind = self._kind_of_bits[bits] = len(self._bits) - 1
                self._kind_of[likeness] = kind
        return kind

    def kinds(self, words: Iterable[str]) -> Kinds:
        """Return the kinds of some words, and what they say together."""
        kinds = tuple(map(self.kind, words))
        known = self._kinds.get(kinds)
        if known is None:
            patterns = {number for kind in kinds for number in self._kinds_to_look_for[kind]}
            known = self._kinds[kinds] = Kinds(kinds, tuple(patterns))
            if len(self._kinds) > MOST_KINDS:
                self._kinds = {}
        return known

    def ways(self, chunks: Iterable[Kinds]) -> list[tuple[int, list[Way]]]:
        """Return where which pattern matches a text of words of such kinds; its first word is the stop before it."""
        stop, numbers = self._stop
        kinds, candidates = list(stop), list(numbers)
        for some, more_numbers in chunks:
            kinds += some
            if more_numbers:
                candidates += more_numbers
        if not candidates:
            return []
        kinds += stop
        bits, bits_of_kinds = 0, self._bits
        for kind in set(kinds):
            bits |= bits_of_kinds[kind]
        ways, lacking = [], ~bits
        needs, patterns = self._needs, self._patterns
        likely = {number for number in candidates if not needs[number] & lacking}
        for number in sorted(likely):
            if some_ways := patterns[number].ways(kinds):
                ways.append((number, some_ways))
        return ways

    def _add(self, place: int, elements: tuple[Element, ...], lexicon: Lexicon) -> None:
        bits = tuple(1 << self._word_kinds.number(place, element) for element in elements)
        needs: list[tuple[bool, bool, int, int]] = []
        for element, bit in zip(elements, bits, strict=True):
            if times_of(element)[0]:
                words = lexicon.words(element)
                free = element.negated or bool(element.classes & {"_", "NAME", "STOP"})
                needs.append((free, not words.isdisjoint(COMMON), len(words), bit))
        number = len(self._patterns)
        self._patterns.append(WordPattern(elements, bits, self._bits))
        need = 0
        for *_, bit in needs:
            need |= bit
        self._needs.append(need)
        self._by_anchor.setdefault(min(needs)[-1], []).append(number)

    def _looked_for(self, bits: int) -> tuple[int, ...]:
        common, numbers = bits & self._anchors, []
        while common:
            bit = 1 << common.bit_length() - 1
            common ^= bit
            numbers += self._by_anchor[bit]
        return tuple(numbers)
