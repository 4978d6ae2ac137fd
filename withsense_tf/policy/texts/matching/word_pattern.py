"""One pattern, and where it matches a row of words: in every way that spaCy's matcher tells, and in its order.

A place of a pattern, or several, are bits of a number; so is what a word fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

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

    def ways(self, kinds: Sequence[int], ends: Sequence[int]) -> list[Way]:
        """Return where the pattern matches words of these kinds; of several ways to match there, the first.

        It may end with the words at `ends`, as the scan of all patterns tells.
        """
        if self._is_one_row:  # the scan has told all
            row = self._rows[0]
            return [(end + 1 - len(row), end + 1, row) for end in ends]
        if not self._may_lack:
            return self._ways_of_whole_rows(kinds, ends)
        start = max(0, ends[0] + 1 - self._longest)
        # What may lack at the end is told at the word behind.
        ways = self._ways(self._fits(kinds[start : ends[-1] + 2]))
        return [(start + first, start + end, path) for first, end, path in ways] if start else ways

    def _fits(self, kinds: Iterable[int]) -> list[int]:
        """Return the places of the pattern that words of some kinds fit."""
        first, places, fits_of_kinds = self.first, (1 << len(self.elements)) - 1, self.fits_of_kinds
        return [fits_of_kinds[kind] >> first & places for kind in kinds]

    def _ways_of_whole_rows(self, kinds: Sequence[int], ends: Iterable[int]) -> list[Way]:
        """Return the ways of a pattern of which nothing may lack: each of its rows stands somewhere or not.

        They come in the order in which they end; of those that end alike, the first to begin comes first.
        """
        longest, places = self._longest, len(self.elements)
        ways: list[Way] = []
        for end in ends:
            fits = 0
            for one in self._fits(kinds[max(0, end + 1 - longest) : end + 1]):
                fits = fits << places | one
            ways += [(end + 1 - len(row), end + 1, row) for row, need in self._needs if fits & need == need]
        return ways

    def _ways(self, fits: Sequence[int]) -> list[Way]:
        ways: dict[tuple[tuple[int, ...], int, int], tuple[int, ...]] = {}
        for row, start, path in self._all_ways(fits):
            if path:
                ways.setdefault((row, start, start + len(path)), path)
        return [(start, end, path) for (_, start, end), path in ways.items()]

    @cached_property
    def _is_one_row(self) -> bool:
        """Whether each element stands once, none may lack, and none may be repeated."""
        return not self._may_lack and self._rows == (tuple(range(len(self.elements))),)

    @cached_property
    def _rows(self) -> tuple[tuple[int, ...], ...]:
        """The elements that stand in a row, for each number of times that they may be repeated."""
        return tuple(variants_of(self.elements))

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._rows))

    @cached_property
    def _needs(self) -> tuple[tuple[tuple[int, ...], int], ...]:
        """The rows, the longest first, and what their words must fit, side by side: the last one's bits are lowest."""
        places = len(self.elements)
        return tuple(
            (row, sum(1 << element + places * behind for behind, element in enumerate(reversed(row))))
            for row in sorted(self._rows, key=len, reverse=True)
        )

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
