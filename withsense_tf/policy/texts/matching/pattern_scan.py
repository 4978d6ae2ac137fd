"""Many patterns -> which of them may match a row of words: all are followed at once, each place a bit of one number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_

from withsense_tf.policy.texts.lexicon import Element, times_of


class PatternScan:
    """The places of many patterns in a row, as the bits of one number: those of the first pattern are the lowest.

    Behind the last place of each pattern is a bit that no word fits. Numbers are the shorter, and sooner reckoned with,
    the earlier those patterns come that begin with common words.

    Where an element may be repeated, it is taken as if it could be so without end: what is told is that a pattern may
    match, and what is not told matches nowhere. Where nothing may lack or be repeated, it matches.
    """

    def __init__(self, patterns: Sequence[Sequence[Element]]) -> None:
        self.first_places: list[int] = []
        self._pattern_of_place: list[int] = []
        self._repeats = self._lacking = self._openers = self._ends = 0
        # The places that need a word, all others, the first of each pattern, and the bit behind its last.
        self._needs = self._needless = self._firsts = self._behind = 0
        for elements in patterns:
            self._add(elements)

    def _add(self, elements: Sequence[Element]) -> None:
        number, first = len(self.first_places), len(self._pattern_of_place)
        times = list(map(times_of, elements))
        self.first_places.append(first)
        self._pattern_of_place += [number] * (len(times) + 1)
        self._firsts |= 1 << first
        self._behind |= 1 << first + len(times)
        for place, ((least, most), element) in enumerate(zip(times, elements, strict=True), first):
            bit = 1 << place
            self._repeats |= bit if most > 1 else 0
            self._lacking |= 0 if least else bit
            self._openers |= bit if not any(before for before, _ in times[: place - first]) else 0
            self._ends |= bit if not any(behind for behind, _ in times[place - first + 1 :]) else 0
            if least and not element.negated and "_" not in element.classes:
                self._needs |= bit
            else:
                self._needless |= bit

    def openers(self, fits: int) -> int:
        """Return at which of the places that a word fits a pattern may begin."""
        return fits & self._openers

    def is_needed(self, fits: int) -> bool:
        """Return whether one of the places that a word fits needs a word."""
        return bool(fits & self._needs)

    def may_match(self, fits: Iterable[int]) -> bool:
        """Return whether of some pattern no word lacks, in whatever order they stand; of each word, what it fits."""
        # One is added to the lowest place of each pattern: where none lacks, that comes out behind its last.
        return bool((reduce(or_, fits, self._needless) + self._firsts) & self._behind)

    def ends(self, kinds: Iterable[int], fits: Sequence[int], openers: Sequence[int]) -> dict[int, list[int]]:
        """Return the patterns that may match words of these kinds, and with which words they may end.

        Of each kind, its places and those to begin at are needed.
        """
        repeats, lacking, last_places, places = self._repeats, self._lacking, self._ends, 0
        some: list[tuple[int, int]] = []
        for at, kind in enumerate(kinds):
            if places:
                more = behind = places << 1 | places & repeats
                while more := more & lacking:
                    more <<= 1
                    behind |= more
                places = behind & fits[kind] | openers[kind]
            else:
                places = openers[kind]
            if last := places & last_places:
                some.append((at, last))
        ends: dict[int, list[int]] = {}
        for at, last in some:
            while last:
                place = last.bit_length() - 1
                last ^= 1 << place
                ends_of_pattern = ends.setdefault(self._pattern_of_place[place], [])
                if not ends_of_pattern or ends_of_pattern[-1] != at:
                    ends_of_pattern.append(at)
        return ends
