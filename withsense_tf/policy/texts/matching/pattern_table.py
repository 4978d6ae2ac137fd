"""Many patterns -> where they match a text, told from the kinds of its words.

Which patterns may match is told for all at once, and where and how only for those.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from itertools import chain
from operator import itemgetter
from threading import Lock
from typing import Final

from withsense_tf.policy.texts.lexicon import Element, Lexicon, times_of
from withsense_tf.policy.texts.matching.chunk_memory import ChunkMemory
from withsense_tf.policy.texts.matching.pattern_scan import PatternScan
from withsense_tf.policy.texts.matching.word_kinds import Likeness, WordKinds
from withsense_tf.policy.texts.matching.word_pattern import Way, WordPattern

STOP: Final = "."  # it stands before and behind every text
# Words of most texts, the commonest of a language first.
COMMON_WORDS: Final = """
a the in of on with and to at is are his her boy two , .
в во на с со и а у по из за от до к о под через для без не он она его её один две два три
"""
COMMON: Final = {word: place for place, word in enumerate(COMMON_WORDS.split())}

# It stands behind each pattern: no word fits it.
NO_WORD: Final = Element(frozenset(), frozenset())

# The kinds of some words.
Kinds = tuple[int, ...]


class PatternTable:
    """The patterns of some lexicons, numbered in the order in which they come: (place of the lexicon, elements)."""

    def __init__(
        self, lexicons: Sequence[Lexicon], patterns: Iterable[tuple[int, tuple[Element, ...]]]
    ) -> None:
        by_rarity = sorted(enumerate(patterns), key=lambda one: _rarity(one[1][1], lexicons[one[1][0]]))
        self._numbers = [number for number, _ in by_rarity]
        some = [pattern for _, pattern in by_rarity]
        self._scan = PatternScan([elements for _, elements in some])
        self._word_kinds = WordKinds(
            lexicons, ((place, element) for place, elements in some for element in (*elements, NO_WORD))
        )
        # Of each kind: the places of patterns that its words fit and those of them at which a pattern may begin.
        self._fits: list[int] = []
        self._openers: list[int] = []
        self._openers_alike: dict[int, int] = {}
        firsts = self._scan.first_places
        self._patterns = [
            WordPattern(elements, first, self._fits)
            for (_, elements), first in zip(some, firsts, strict=True)
        ]
        self._lock = Lock()
        self._kind_of: dict[Likeness, int] = {}
        self._kind_of_fits: dict[int, int] = {}
        self._kind_of_word = ChunkMemory(self._kind)
        self._stop = self.kinds([STOP])
        self._needs_no_word = self._scan.may_match(self._fits[kind] for kind in self._stop)

    def _kind(self, word: str) -> int:
        """Return the number of a word's kind: words of one kind fit the same places of patterns."""
        likeness = self._word_kinds.likeness(word)
        kind = self._kind_of.get(likeness)
        if kind is None:
            fits = self._word_kinds.bits(likeness)
            with self._lock:
                kind = self._kind_of_fits.get(fits)
                if kind is None:
                    openers = self._scan.openers(fits)
                    self._openers.append(self._openers_alike.setdefault(openers, openers))
                    self._fits.append(fits)
                    kind = self._kind_of_fits[fits] = len(self._fits) - 1
                self._kind_of[likeness] = kind
        return kind

    def kinds(self, words: Iterable[str]) -> Kinds:
        """Return the kinds of some words."""
        return tuple(map(self._kind_of_word.__getitem__, words))

    def is_needed(self, kinds: Kinds) -> bool:
        """Return whether a pattern may need one of these words, or none but the stops around a text."""
        return self._needs_no_word or any(self._scan.is_needed(self._fits[kind]) for kind in kinds)

    @property
    def words_of_lists(self) -> Container[str]:
        """The words that stand in a list, in small letters; all others that are written alike are of one kind."""
        return self._word_kinds.keys_of_word

    def ways(self, chunks: Iterable[Kinds]) -> list[tuple[int, list[Way]]]:
        """Return where which pattern matches a text of words of such kinds; its first word is the stop before it."""
        return self._ways([*self._stop, *chain.from_iterable(chunks), *self._stop])

    def ways_in(self, words: Iterable[str]) -> list[tuple[int, list[Way]]]:
        """Return the same for a row of words, in which the stops before and behind the text stand too."""
        return self._ways(self.kinds(words))

    def _ways(self, kinds: Sequence[int]) -> list[tuple[int, list[Way]]]:
        if not self._scan.may_match(map(self._fits.__getitem__, kinds)):
            return []
        likely = self._scan.ends(kinds, self._fits, self._openers)
        numbers, patterns = self._numbers, self._patterns
        all_ways = [
            (numbers[one], ways) for one, ends in likely.items() if (ways := patterns[one].ways(kinds, ends))
        ]
        return sorted(all_ways, key=itemgetter(0))


def _rarity(elements: Sequence[Element], lexicon: Lexicon) -> int:
    """Return how rare the commonest word is with which a pattern may begin."""
    rarities = [len(COMMON)]
    for element in elements:
        if element.negated or "_" in element.classes:
            return -2  # any word
        if element.classes & {"NAME", "STOP"}:
            rarities.append(-1)
        rarities += (COMMON[word] for word in COMMON.keys() & lexicon.words(element))
        if times_of(element)[0]:
            break
    return min(rarities)
