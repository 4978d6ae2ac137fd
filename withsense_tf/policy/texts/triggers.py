"""Which patterns can match a text at all, told from its words alone: most texts never reach spaCy.

A pattern needs one word of each of several lists. Here each word is stood for by its longest run of letters or
digits (or by its sign), and a text by all of its runs and signs. The tokenizer never cuts through a run, so a text
that lacks a run lacks the word: a pattern that is left out here could not have matched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from withsense_tf.policy.texts.ages import MOST_DIGITS
from withsense_tf.policy.texts.word_forms import fold

RUN: Final = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
NUMBERS: Final = frozenset(
    f"{number:0{digits}}" for digits in range(1, MOST_DIGITS + 1) for number in range(10**digits)
)
# Words of most texts: a pattern is not looked for by them where it needs rarer ones.
COMMON: Final = frozenset(
    [
        "a",
        "the",
        "in",
        "of",
        "on",
        "with",
        "and",
        "to",
        "at",
        "is",
        "are",
        "his",
        "her",
        "boy",
        "two",
        ",",
        ".",
    ]
)


def runs(text: str) -> set[str]:
    """Return the runs of letters and of digits of a text, and its signs.

    >>> sorted(runs("The boy's U12 team"))
    ["'", '.', '12', 'boy', 's', 'team', 'the', 'u']
    """
    return {".", *RUN.findall(fold(text))}  # a stop is put around every text


@dataclass
class Triggers:
    """For each pattern the lists of runs that it needs, found by the rarest of them."""

    needs: list[tuple[frozenset[str], ...]] = field(default_factory=list)
    by_run: dict[str, list[int]] = field(default_factory=dict)
    starts: set[str] = field(default_factory=set)

    def add(self, required_words: Iterable[frozenset[str]]) -> None:
        """Add a pattern with the words that it cannot do without: one of each set."""
        at = len(self.needs)
        lists = sorted(
            (_runs_of(words) for words in required_words),
            key=lambda runs: (not runs.isdisjoint(COMMON), len(runs)),
        )
        self.needs.append(tuple(lists))
        self.starts |= lists[0]
        for run in lists[0]:
            self.by_run.setdefault(run, []).append(at)

    def possible(self, text_runs: set[str]) -> Sequence[int]:
        """Return the patterns that may match a text with these runs."""
        candidates = {at for run in self.starts & text_runs for at in self.by_run[run]}
        return sorted(at for at in candidates if not any(map(text_runs.isdisjoint, self.needs[at])))


@cache
def _runs_of(words: frozenset[str]) -> frozenset[str]:
    """Return the longest run of each word; many patterns need the same lists."""
    return frozenset(map(_longest_run, words))


def _longest_run(word: str) -> str:
    word_runs: list[str] = RUN.findall(word)
    return max(word_runs, key=lambda run: (run.isalnum(), len(run)))
