"""Rules -> where in a text they fire, told from where their patterns match (`matching/`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from withsense_tf.policy.texts.ages import decide_age, value, youngest
from withsense_tf.policy.texts.lexicon import Element, Lexicon, Rule
from withsense_tf.policy.texts.matching.word_pattern import Way
from withsense_tf.policy.texts.word_forms import fold

# The number of a pattern, and where it matches a text.
Match = tuple[int, list[Way]]


@dataclass(frozen=True)
class Pattern:
    """One pattern: its rule, which of its elements are marked, which hold numbers, and which tell why it holds."""

    rule: Rule
    marked: tuple[bool, ...]
    number: tuple[bool, ...]
    telling: tuple[bool, ...]


class RuleHit(NamedTuple):
    """One place where a rule fires: the words from start to end, the words that it is about, and its numbers.

    An exemption `rests` on the words that tell why it holds.
    """

    rule: Rule
    decision: str
    start: int
    end: int
    about: frozenset[int]
    numbers: frozenset[int] = frozenset()
    rests: frozenset[int] = frozenset()


class RuleEngine:
    """The rules of one file under one age limit."""

    def __init__(self, lexicon: Lexicon, age_limit: int) -> None:
        self.lexicon = lexicon
        self.age_limit = age_limit
        self._restricting = [self._pattern(*source) for source in lexicon.restricting]
        self._exempting = [self._pattern(*source) for source in lexicon.exempting]

    def _pattern(self, rule: Rule, elements: Sequence[Element]) -> Pattern:
        marks = tuple(element.marked for element in elements)
        telling = tuple(not (one.marked or one.negated or "_" in one.classes) for one in elements)
        return Pattern(rule, marks, tuple(map(self._has_number, elements)), telling)

    def _has_number(self, element: Element) -> bool:
        return not element.negated and bool(element.classes & (self.lexicon.number_classes | {"DIGITS"}))

    def hits(
        self, words: Sequence[str], restricting: Iterable[Match], exempting: Callable[[], Iterable[Match]]
    ) -> list[RuleHit]:
        """Return every place where a rule fires, exemptions too; none where nothing restricts."""
        hits = apply_bounds(self._match(words, self._restricting, restricting))
        if hits:
            hits |= self._match(words, self._exempting, exempting())
        return sorted(without_void(hits), key=place_of) if len(hits) > 1 else list(hits)

    def _match(
        self, words: Sequence[str], patterns: Sequence[Pattern], matches: Iterable[Match]
    ) -> set[RuleHit]:
        hits: dict[tuple[object, ...], RuleHit] = {}
        small: list[str] = []
        for number, ways in matches:
            pattern = patterns[number]
            for start, end, places in ways:
                if pattern.rule.decision == "age" and not small:
                    small = list(map(fold, words))
                hit = self._hit(small, pattern, start, end, places)
                if hit is None:
                    continue
                # Of several ways to say the same about the same words, the shortest is told.
                key_of_hit = (hit.rule.name, hit.decision, hit.about, hit.rule.alone, hit.numbers, hit.rests)
                earlier = hits.get(key_of_hit)
                if earlier is None or hit.end - hit.start < earlier.end - earlier.start:
                    hits[key_of_hit] = hit
        return set(hits.values())

    def _hit(
        self, words: Sequence[str], pattern: Pattern, start: int, end: int, places: Sequence[int]
    ) -> RuleHit | None:
        rule = pattern.rule
        marks = pattern.marked
        about = frozenset([start + i for i, place in enumerate(places) if marks[place]])
        if rule.decision != "age":
            telling = pattern.telling if rule.lifts else ()
            rests = frozenset(
                [start + i for i, place in enumerate(places) if telling[place]] if telling else ()
            )
            return RuleHit(rule, rule.decision, start, end, about, rests=rests)
        numbers = [start + i for i, place in enumerate(places) if pattern.number[place]]
        if rule.bound:
            numbers = [self._whole(words, at) for at in numbers]
        age = youngest(words, numbers, self.lexicon.numbers, rule.unit)
        if age is None:
            return None
        at = frozenset(numbers)
        decision = decide_age(age, rule.bound, self.age_limit)
        about = about - at if decision == "exempt" else at
        return RuleHit(rule, decision, start, end, about, at, at) if decision or rule.bound else None

    def _whole(self, words: Sequence[str], at: int) -> int:
        """Return where the number ends that starts at a place: a bound stands before "twenty five"."""
        numbers, behind = self.lexicon.numbers, at + 1
        one = behind < len(words) and value(words[behind : behind + 2], 0, numbers)
        return behind if one and value(words, behind, numbers) != one else at


def without_void(hits: set[RuleHit]) -> set[RuleHit]:
    """Return hits without the exemptions that rest on what tells nothing of the young, with those that say so."""
    if not any(hit.rests or hit.decision == "void" for hit in hits):
        return hits  # nothing is excused, and no hit says what another says
    void = frozenset[int]().union(*(hit.about for hit in hits if hit.decision == "void"))
    groundless = {hit for hit in hits if hit.decision == "exempt" and hit.rests & void}
    grounds = frozenset[int]().union(*(hit.rests for hit in groundless))
    good: dict[tuple[object, ...], RuleHit] = {}
    for hit in sorted(hits - groundless, key=lambda hit: (hit.end - hit.start, hit.start)):
        if hit.decision != "void" or hit.about & grounds:
            # Exemptions that rest on other words say the same.
            good.setdefault((hit.rule.name, hit.decision, hit.about, hit.rule.alone, hit.numbers), hit)
    return set(good.values())


def place_of(hit: RuleHit) -> tuple[Any, ...]:
    """Return what hits are sorted by: all that tells them apart, since a set has another order in each process."""
    place = (hit.start, hit.end, hit.rule.name, hit.decision, hit.rule.alone)
    return (*place, sorted(hit.about), sorted(hit.numbers), sorted(hit.rests))


def apply_bounds(hits: set[RuleHit]) -> set[RuleHit]:
    """Return hits with the ages that have a bound judged by it: 16 is no child's age, but "under 16" is."""
    if not any(hit.rule.bound for hit in hits):
        return hits
    plain = [hit for hit in hits if hit.numbers and not hit.rule.bound]
    # In one order, so that every process decides alike; what holds alone comes last, and counts.
    in_order = sorted(hits, key=lambda hit: (hit.rule.alone, hit.start, hit.end, hit.rule.name, hit.decision))
    bounds = {at: hit for hit in in_order if hit.rule.bound for at in hit.numbers}
    if not bounds:
        return hits
    # "From 16 to under 18" is a range, and its lower end tells.
    ranges = frozenset[int]().union(*(hit.numbers for hit in plain if not hit.numbers <= bounds.keys()))
    bounds = {at: hit for at, hit in bounds.items() if at not in ranges}
    bounded_hits = {
        hit
        for hit in hits
        if not hit.rule.bound and not (hit.decision == "exempt" and hit.numbers & bounds.keys())
    }
    for hit in plain:
        if hit not in bounded_hits:
            bound = bounds[max(hit.numbers & bounds.keys())]
            about = hit.about if bound.decision == "exempt" else hit.numbers
            bounded_hits.add(hit._replace(rule=bound.rule, decision=bound.decision, about=about))
    alone = {hit for hit in hits if hit.rule.bound and hit.rule.alone and hit.numbers & bounds.keys()}
    return {hit for hit in bounded_hits | alone if hit.decision}
