"""Many patterns -> which of them may match a row of words: all are followed at once, each place a bit of one number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from withsense_tf.policy.texts.lexicon import Element, times_of


class PatternScan:
    """The places of many patterns in a row, as the bits of one number: those of the first pattern are the lowest.

    Numbers are the shorter, and sooner reckoned with, the earlier those patterns come that begin with common words.

    Where an element may be repeated, it is taken as if it could be so without end: what is told is that a pattern may
    match, and what is not told matches nowhere.
    """

    def __init__(self, patterns: Sequence[Sequence[Element]]) -> None:
        self.first_places: list[int] = []
        self._pattern_of_place: list[int] = []
        self._repeats = self._lacking = self._openers = self._ends = 0
        for elements in patterns:
            self._add([times_of(element) for element in elements])

    def _add(self, times: Sequence[tuple[int, int]]) -> None:
        number, first = len(self.first_places), len(self._pattern_of_place)
        self.first_places.append(first)
        self._pattern_of_place += [number] * len(times)
        for place, (least, most) in enumerate(times, first):
            bit = 1 << place
            self._repeats |= bit if most > 1 else 0
            self._lacking |= 0 if least else bit
            self._openers |= bit if not any(before for before, _ in times[: place - first]) else 0
            self._ends |= bit if not any(behind for behind, _ in times[place - first + 1 :]) else 0

    def openers(self, fits: int) -> int:
        """Return at which of the places that a word fits a pattern may begin."""
        return fits & self._openers

    def patterns(self, kinds: Iterable[int], fits: Sequence[int], openers: Sequence[int]) -> set[int]:
        """Return the patterns that may match words of these kinds; of each kind, its places and those to begin at."""
        repeats, lacking, places, ends = self._repeats, self._lacking, 0, 0
        for kind in kinds:
            if places:
                # A last place has the first one of the next pattern behind it, where that may begin anyway.
                more = behind = places << 1 | places & repeats
                while more := more & lacking:
                    more <<= 1
                    behind |= more
                places = behind & fits[kind] | openers[kind]
            else:
                places = openers[kind]
            ends |= places
        ends &= self._ends
        numbers: set[int] = set()
        while ends:
            place = ends.bit_length() - 1
            ends ^= 1 << place
            numbers.add(self._pattern_of_place[place])
        return numbers
