"""One pattern, and where it matches a row of words: in every way that spaCy's matcher tells, and in its order.

A place of a pattern, or several, are bits of a number; so is what a word fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from withsense_tf.policy.texts.lexicon import Element, variants_of

# From which word to which (the last one not included), and in which place of the pattern each of them stands.
Way = tuple[int, int, tuple[int, ...]]
# A way that has begun: its row of elements, how many of them are behind it, its first word, and its elements so far.
_Open = tuple[tuple[int, ...], int, int, tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class WordPattern:
    """The elements of a pattern, with the number of its first place in those that words of a kind fit."""

    elements: tuple[Element, ...]
    first: int
    fits_of_kinds: Sequence[int]

    @cached_property
    def _places(self) -> int:
        return (1 << len(self.elements)) - 1

    def ways(self, kinds: Iterable[int]) -> list[Way]:
        """Return where the pattern matches words of these kinds; of several ways to match there, the first."""
        first, places, fits_of_kinds = self.first, self._places, self.fits_of_kinds
        fits = [fits_of_kinds[kind] >> first & places for kind in kinds]
        if self._is_one_word:
            return [(at, at + 1, (0,)) for at, one in enumerate(fits) if one]
        return self._ways(fits) if self._may_lack else self._ways_of_whole_rows(fits)

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
