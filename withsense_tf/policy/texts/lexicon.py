"""What a rule file says: its words in classes, and its rules with their patterns."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from withsense_tf.policy.texts.joined_words import JoinedWords

# The classes of a rule file that stand behind the number of an age.
UNITS: Final = ("YEAR", "MONTH", "OLD", "YEARS_OLD")
# What restricts nothing, and says of other rules what they may.
LIFTING: Final = ("exempt", "void")


@dataclass(frozen=True)
class Element:
    """One place in a pattern: what may stand there, how often, and whether the rule is about it."""

    classes: frozenset[str]
    literals: frozenset[str]
    negated: bool = False
    times: str = "1"
    marked: bool = False

    @property
    def needed(self) -> bool:
        """Return whether the pattern matches nothing without this."""
        return self.times == "1" and not self.negated and "_" not in self.classes


@dataclass(frozen=True, eq=False)  # hits are kept in sets, and comparing all patterns would take long
class Rule:
    """One rule as the file states it; one that is not `alone` only tells what other rules' ages are.

    It holds `despite` the exemptions of those names.
    """

    name: str
    decision: str
    patterns: tuple[tuple[Element, ...], ...]
    reason: str
    yes: tuple[str, ...]
    no: tuple[str, ...] = ()
    unit: str = "years"
    bound: str = ""
    alone: bool = True
    despite: frozenset[str] = frozenset()

    @property
    def lifts(self) -> bool:
        """Return whether it matters only where something restricts."""
        return self.decision in LIFTING


@dataclass(frozen=True, eq=False)  # it is read once, and its tables are large
class Lexicon:
    """The word classes, numbers and rules of one file."""

    file: str
    script: str
    classes: Mapping[str, frozenset[str]]
    rules: tuple[Rule, ...]
    numbers: Mapping[str, float] = field(default_factory=dict)
    number_classes: frozenset[str] = frozenset()
    joined_words: JoinedWords | None = None
    innocent: frozenset[str] = frozenset()

    @property
    def naming(self) -> frozenset[str]:
        """The words that restrict a text by themselves."""
        alone = [
            pattern[0]
            for rule in self.rules
            for pattern in rule.patterns
            if rule.decision == "block" and len(pattern) == 1
        ]
        return frozenset[str]().union(*(self.words(element) for element in alone))

    @cached_property
    def restricting(self) -> tuple[tuple[Rule, tuple[Element, ...]], ...]:
        """The patterns that restrict or tell an age, each with its rule, in the order in which they are tried."""
        return tuple((rule, one) for rule in self.rules if not rule.lifts for one in rule.patterns)

    @cached_property
    def exempting(self) -> tuple[tuple[Rule, tuple[Element, ...]], ...]:
        """The patterns that exempt or void exemptions, each with its rule, in the order in which they are tried."""
        return tuple((rule, one) for rule in self.rules if rule.lifts for one in rule.patterns)

    @property
    def counting(self) -> frozenset[str]:
        """The words that an age is told with; a short one would be too many others with a sign in it."""
        units = (self.classes.get(name, frozenset()) for name in UNITS)
        return frozenset(word for word in frozenset(self.numbers).union(*units) if len(word) > 2)

    def words(self, element: Element) -> frozenset[str]:
        """Return the words that may stand in a place of a pattern."""
        return element.literals.union(*(self.classes.get(name, frozenset()) for name in element.classes))


def variants_of(elements: Sequence[Element]) -> Iterator[tuple[int, ...]]:
    """Write out repeated elements: trying every way to share a gap out would grow without bound."""
    ranges = [
        [1] if e.times == "?" else range(least, most + 1) for e in elements for least, most in [times_of(e)]
    ]
    for counts in itertools.product(*ranges):
        yield tuple(place for place, count in enumerate(counts) for _ in range(count))


def times_of(element: Element) -> tuple[int, int]:
    """Return how often at least and at most an element may stand in a row.

    >>> times_of(Element(frozenset(), frozenset("a"), times="?"))
    (0, 1)
    """
    if element.times in ("1", "?"):
        return int(element.times == "1"), 1
    least, most = element.times.strip("{}").split(",")
    return int(least), int(most)
