"""One pattern, and where it matches a row of words: in every way that spaCy's matcher tells, and in its order.

A place of a pattern, or several, are bits of a number; so is what a word fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import itemgetter, or_
from typing import Final

from withsense_tf.policy.texts.lexicon import Element, times_of, variants_of

# So many kinds of words are remembered by a pattern; then it starts anew.
MOST_KINDS: Final = 500

# From which word to which (the last one not included), and in which place of the pattern each of them stands.
Way = tuple[int, int, tuple[int, ...]]
# A way that has begun: its row of elements, how many of them are behind it, its first word, and its elements so far.
_Open = tuple[tuple[int, ...], int, int, tuple[int, ...]]


class FitsOfKind(dict[int, int]):
    """By the kind of a word, the elements of a pattern that it fits."""

    def __init__(self, bits: Sequence[int], bits_of_kinds: Sequence[int]) -> None:
        super().__init__()
        self._bits, self._bits_of_kinds = bits, bits_of_kinds
        self._any = reduce(or_, bits)

    def __missing__(self, kind: int) -> int:
        """Find out which elements a kind of words fits, and keep it."""
        bits = self._bits_of_kinds[kind] & self._any
        if len(self) >= MOST_KINDS:
            self.clear()
        fits = sum(1 << place for place, bit in enumerate(self._bits) if bits & bit) if bits else 0
        self[kind] = fits
        return fits


class Behind(dict[int, int]):
    """By the elements that a text has come to, those that its next word may stand for, as if any could be repeated."""

    def __init__(self, elements: Sequence[Element]) -> None:
        super().__init__()
        times = list(map(times_of, elements))
        behind = [self._behind(place, times) for place in range(-1, len(elements))]
        self._first, self._behind_places = behind[0], behind[1:]

    @staticmethod
    def _behind(place: int, times: Sequence[tuple[int, int]]) -> int:
        elements = 1 << place if place >= 0 and times[place][1] > 1 else 0
        for later in range(place + 1, len(times)):
            elements |= 1 << later
            if times[later][0]:
                break
        return elements

    def __missing__(self, places: int) -> int:
        """Find out what may come behind some elements, or begin there, and keep it."""
        behind = self._first
        for place, more in enumerate(self._behind_places):
            if places >> place & 1:
                behind |= more
        self[places] = behind
        return behind


@dataclass(frozen=True, eq=False)
class WordPattern:
    """The elements of a pattern, with the bit of each in the numbers that `WordKinds` gives to words."""

    elements: tuple[Element, ...]
    bits: tuple[int, ...]
    bits_of_kinds: Sequence[int]

    @cached_property
    def _fits_of_kind(self) -> FitsOfKind:
        return FitsOfKind(self.bits, self.bits_of_kinds)

    def ways(self, kinds: Iterable[int]) -> list[Way]:
        """Return where the pattern matches words of these kinds; of several ways to match there, the first."""
        fits = list(map(self._fits_of_kind.__getitem__, kinds))
        if self._is_one_word:
            return [(at, at + 1, (0,)) for at, one in enumerate(fits) if one]
        if not self._may_match(fits):
            return []
        return self._ways(fits) if self._may_lack else self._ways_of_whole_rows(fits)

    def _may_match(self, fits: Sequence[int]) -> bool:
        """Return whether the elements may stand in a row somewhere, which is told sooner than where and how."""
        places, behind, ends = 0, self._behind, self._ends
        for one in fits:
            places = one and behind[places] & one
            if places & ends:
                return True
        return False

    def _ways_of_whole_rows(self, fits: Sequence[int]) -> list[Way]:
        """Return the ways of a pattern of which nothing may lack: each of its rows stands somewhere or not."""
        ways = [
            (start, start + len(row), row)
            for start, one in enumerate(fits)
            if one
            for row in self._rows
            if one >> row[0] & 1
            and start + len(row) <= len(fits)
            and all(fits[at] >> element & 1 for at, element in enumerate(row, start))
        ]
        # In the order in which they end; of those that end alike, the first to begin comes first.
        return sorted(ways, key=itemgetter(1)) if len(ways) > 1 else ways

    def _ways(self, fits: Sequence[int]) -> list[Way]:
        ways: dict[tuple[tuple[int, ...], int, int], tuple[int, ...]] = {}
        for row, start, path in self._all_ways(fits):
            if path:
                ways.setdefault((row, start, start + len(path)), path)
        return [(start, end, path) for (_, start, end), path in ways.items()]

    @cached_property
    def _is_one_word(self) -> bool:
        return len(self.elements) == 1 and self.elements[0].times == "1"

    @cached_property
    def _rows(self) -> tuple[tuple[int, ...], ...]:
        """The elements that stand in a row, for each number of times that they may be repeated."""
        return tuple(variants_of(self.elements))

    @cached_property
    def _behind(self) -> Behind:
        return Behind(self.elements)

    @cached_property
    def _ends(self) -> int:
        places = range(len(self.elements))
        least = [times_of(element)[0] for element in self.elements]
        return sum(1 << place for place in places if not any(least[place + 1 :]))

    @cached_property
    def _may_lack(self) -> int:
        return sum(1 << place for place, element in enumerate(self.elements) if element.times == "?")

    def _all_ways(self, fits: Sequence[int]) -> Iterator[tuple[tuple[int, ...], int, tuple[int, ...]]]:
        """Yield rows, where they start and the elements that words stand for, in the order in which they end."""
        may_lack = self._may_lack
        openers = sum({1 << row[0] for row in self._rows})
        open_ways: list[_Open] = []
        for at, one in enumerate(fits):
            if (one | may_lack) & openers:
                open_ways += [(row, 0, at, ()) for row in self._rows if (one | may_lack) >> row[0] & 1]
            if not open_ways:
                continue
            with_word: list[_Open] = []
            instead: list[_Open] = []
            for row, first, start, path in open_ways:
                for place in range(first, len(row)):
                    element = row[place]
                    longer = (*path, element)
                    stands, last = one >> element & 1, place + 1 == len(row)
                    if not may_lack >> element & 1:
                        if stands and last:
                            yield row, start, longer
                        elif stands:
                            with_word.append((row, place + 1, start, longer))
                        break
                    if last:
                        yield row, start, path
                    if stands and last:
                        yield row, start, longer
                    elif stands:
                        instead.append((row, place + 1, start, longer))
            open_ways = with_word + instead
        for row, first, start, path in open_ways:
            if all(may_lack >> element & 1 for element in row[first:]):
                yield row, start, path
