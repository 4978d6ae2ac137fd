"""Rules -> where in a text they fire: a spaCy tokenizer, and one spaCy matcher a pattern.

Which patterns are tried on a text is decided by the words it holds (`triggers.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, Any, Final

from withsense_tf.errors import DataError
from withsense_tf.policy.texts.ages import decide_age, is_digits, value, youngest
from withsense_tf.policy.texts.lexicon import Element, Lexicon, Rule, variants_of
from withsense_tf.policy.texts.quick.cutting import INFIX, PREFIX, SUFFIX
from withsense_tf.policy.texts.quick.word_pattern import Way
from withsense_tf.policy.texts.triggers import NUMBERS, Triggers
from withsense_tf.policy.texts.word_forms import fold

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

STOPS: Final = frozenset(".!?;…")
# spaCy keeps yes-or-no properties of words in 64 bits; bit 0 is not used.
MOST_FLAGS: Final = 63
CAPITALS: Final = frozenset({"NAME", "CAPITAL"})
# spaCy keeps every word that it ever met, so a server's memory would grow with each new one. Some 50 MB.
MOST_WORDS: Final = 100_000


@dataclass(frozen=True, eq=False)
class Pattern:
    """One pattern: its rule, its elements, and which of them hold numbers."""

    rule: Rule
    elements: tuple[Element, ...]
    number: tuple[bool, ...]
    compile_elements: Callable[[Sequence[Element]], tuple[Any, dict[int, tuple[int, ...]]]]

    @cached_property
    def _compiled(self) -> tuple[Any, dict[int, tuple[int, ...]]]:
        return self.compile_elements(self.elements)

    @property
    def matcher(self) -> Any:
        """Return spaCy's matcher of the pattern; its types do not know what `with_alignments` returns."""
        return self._compiled[0]

    @property
    def variants(self) -> dict[int, tuple[int, ...]]:
        """Return for each key of the matcher the elements that stand in a row."""
        return self._compiled[1]

    def ways(self, doc: Doc) -> Iterator[Way]:
        """Yield where spaCy finds the pattern."""
        for key, start, end, alignment in self.matcher(doc, with_alignments=True):
            yield start, end, tuple(self.variants[key][place] for place in alignment)


@dataclass(frozen=True)
class RuleHit:
    """One place where a rule fires: the words from start to end, the words that it is about, and its numbers."""

    rule: Rule
    decision: str
    start: int
    end: int
    about: frozenset[int]
    numbers: frozenset[int] = frozenset()


class _PatternSet:
    """Patterns, and what tells which of them may match a text."""

    def __init__(self) -> None:
        self.triggers = Triggers()
        self.patterns: list[Pattern] = []

    def add(self, pattern: Pattern, required_words: Iterable[frozenset[str]]) -> None:
        self.patterns.append(pattern)
        self.triggers.add(required_words)

    def possible(self, runs: set[str]) -> list[Pattern]:
        return [self.patterns[number] for number in self.triggers.possible(runs)]


# A pattern, and where it matches a text.
Matches = tuple[Pattern, Iterable[Way]]


class RuleEngine:
    """One rule file as a spaCy tokenizer, a matcher for what restricts and one for what exempts.

    spaCy takes a second to import, so it waits for the first text that a pattern may match.
    """

    def __init__(self, lexicon: Lexicon, age_limit: int) -> None:
        self.lexicon = lexicon
        self.age_limit = age_limit
        # All threads must meet one vocabulary.
        self._lock = RLock()
        self.restricting, self.exempting = _PatternSet(), _PatternSet()
        for patterns, sources in (
            (self.restricting, lexicon.restricting),
            (self.exempting, lexicon.exempting),
        ):
            for rule, elements in sources:
                number = tuple(self._has_number(element) for element in elements)
                pattern = Pattern(rule, elements, number, self._compile)
                patterns.add(pattern, self._required_words(elements))

    @cached_property
    def vocab(self) -> Vocab:
        """Return spaCy's store of the words that were met."""
        from spacy.attrs import NORM  # type: ignore[import-not-found]  # compiled, without types
        from spacy.vocab import Vocab

        return Vocab(lex_attr_getters={NORM: fold})

    @property
    def words_met(self) -> int:
        """Return how many different words spaCy has stored."""
        return len(self.vocab.strings) if "vocab" in self.__dict__ else 0

    @cached_property
    def tokenizer(self) -> Any:
        """Return what cuts a text into words and signs."""
        from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]  # compiled too

        return Tokenizer(
            self.vocab,
            prefix_search=PREFIX.search,
            suffix_search=SUFFIX.search,
            infix_finditer=INFIX.finditer,
        )

    def _compile(self, elements: Sequence[Element]) -> tuple[Any, dict[int, tuple[int, ...]]]:
        from spacy.matcher import Matcher

        with self._lock:
            matcher = Matcher(self.vocab, validate=False)
            variants = {}
            for places in variants_of(elements):
                key = " ".join(map(str, places))
                matcher.add(key, [[self._token_test(elements[place]) for place in places]])
                variants[self.vocab.strings[key]] = places
        return matcher, variants

    def _has_number(self, element: Element) -> bool:
        return not element.negated and bool(element.classes & (self.lexicon.number_classes | {"DIGITS"}))

    def _test(self, element: Element) -> Callable[[str], bool]:
        words, kinds = self.lexicon.words(element), element.classes
        digits, capital = bool(kinds & {"DIGITS", "NUMBER"}), "CAPITAL" in kinds

        def test(text: str) -> bool:
            word = fold(text)
            return (not capital or text[:1].isupper()) and (
                word in words
                or (digits and is_digits(word))
                or ("NAME" in kinds and text.istitle() and text.isalpha() and len(text) > 1)
                or ("STOP" in kinds and text in STOPS)
                or ("_" in kinds and text not in STOPS)
            )

        return test

    def _required_words(self, elements: Sequence[Element]) -> list[frozenset[str]]:
        """Return the words of each element that a pattern cannot do without."""
        return [
            self.lexicon.words(element) | (NUMBERS if element.classes & {"DIGITS", "NUMBER"} else frozenset())
            for element in elements
            if element.needed and not element.classes & {"NAME", "STOP"}
        ]

    @cached_property
    def attributes(self) -> dict[tuple[frozenset[str], frozenset[str]], int]:
        """Give each distinct element a bit of the words: spaCy tests those without calling Python."""
        weights: dict[tuple[frozenset[str], frozenset[str]], int] = {}
        for rule in self.lexicon.rules:
            for pattern in rule.patterns:
                for place, element in enumerate(pattern):
                    key = (element.classes, element.literals)
                    # What opens a pattern of a restricting rule is tested at every word, so it comes first.
                    often = 100 if rule.decision != "exempt" and not place else 10 if not place else 1
                    # A list in a pattern can only hold words in small letters, so what asks for capitals has a bit.
                    weights[key] = weights.get(key, 0) + often + 10_000 * bool(element.classes & CAPITALS)
        if sum(bool(kinds & CAPITALS) for kinds, _ in weights) >= MOST_FLAGS:
            raise DataError(
                f"{self.lexicon.file}: more than {MOST_FLAGS - 1} lists with CAPITAL or NAME. Use fewer."
            )
        most_frequent = sorted(weights, key=lambda key: -weights[key])[: MOST_FLAGS - 1]
        return {key: self.vocab.add_flag(self._test(Element(*key))) for key in most_frequent}

    def _token_test(self, element: Element) -> dict[Any, Any]:
        flag = self.attributes.get((element.classes, element.literals))
        times = {"OP": "?"} if element.times == "?" else {}
        if flag is not None:
            return {flag: not element.negated, **times}
        words = self.lexicon.words(element) | (NUMBERS if element.classes & {"DIGITS", "NUMBER"} else set())
        words |= STOPS if "STOP" in element.classes else set()
        other = element.negated
        if "_" in element.classes:
            # Any word may stand there, and of the ends of a sentence those that are named.
            words, other = STOPS - words, not other
        return {"NORM": {"NOT_IN" if other else "IN": sorted(words)}, **times}

    def possible(self, runs: set[str]) -> list[Pattern]:
        """Return the restricting patterns that may match a text with these runs of letters and digits."""
        return self.restricting.possible(runs)

    def hits(
        self, words: Sequence[str], restricting: Iterable[Matches], exempting: Callable[[], Iterable[Matches]]
    ) -> list[RuleHit]:
        """Return every place where a rule fires, exemptions too; none where nothing restricts."""
        hits = apply_bounds(self._match(words, restricting))
        if hits:
            hits |= self._match(words, exempting())
        return sorted(hits, key=lambda hit: (hit.start, hit.end, hit.rule.name))

    def _match(self, words: Sequence[str], matches: Iterable[Matches]) -> set[RuleHit]:
        hits: dict[tuple[object, ...], RuleHit] = {}
        small: list[str] = []
        for pattern, ways in matches:
            for start, end, places in ways:
                if pattern.rule.decision == "age" and not small:
                    small = list(map(fold, words))
                hit = self._hit(small, pattern, start, end, places)
                if hit is None:
                    continue
                # Of several ways to say the same about the same words, the shortest is told.
                key_of_hit = (hit.rule.name, hit.decision, hit.about, hit.rule.alone, hit.numbers)
                earlier = hits.get(key_of_hit)
                if earlier is None or hit.end - hit.start < earlier.end - earlier.start:
                    hits[key_of_hit] = hit
        return set(hits.values())

    def _hit(
        self, words: Sequence[str], pattern: Pattern, start: int, end: int, places: Sequence[int]
    ) -> RuleHit | None:
        rule = pattern.rule
        about = frozenset(start + i for i, place in enumerate(places) if pattern.elements[place].marked)
        if rule.decision != "age":
            return RuleHit(rule, rule.decision, start, end, about)
        numbers = [start + i for i, place in enumerate(places) if pattern.number[place]]
        if rule.bound:
            numbers = [self._whole(words, at) for at in numbers]
        age = youngest(words, numbers, self.lexicon.numbers, rule.unit)
        if age is None:
            return None
        at = frozenset(numbers)
        decision = decide_age(age, rule.bound, self.age_limit)
        about = about - at if decision == "exempt" else at
        return RuleHit(rule, decision, start, end, about, at) if decision or rule.bound else None

    def _whole(self, words: Sequence[str], at: int) -> int:
        """Return where the number ends that starts at a place: a bound stands before "twenty five"."""
        numbers, behind = self.lexicon.numbers, at + 1
        one = behind < len(words) and value(words[behind : behind + 2], 0, numbers)
        return behind if one and value(words, behind, numbers) != one else at


def apply_bounds(hits: set[RuleHit]) -> set[RuleHit]:
    """Return hits with the ages that have a bound judged by it: 16 is no child's age, but "under 16" is."""
    plain = [hit for hit in hits if hit.numbers and not hit.rule.bound]
    bounds = {at: hit for hit in hits if hit.rule.bound for at in hit.numbers}
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
            bounded_hits.add(replace(hit, rule=bound.rule, decision=bound.decision, about=about))
    alone = {hit for hit in hits if hit.rule.bound and hit.rule.alone and hit.numbers & bounds.keys()}
    return {hit for hit in bounded_hits | alone if hit.decision}


class EngineKeeper:
    """The engine of one rule file, made anew when it has met too many words."""

    def __init__(self, lexicon: Lexicon, age_limit: int, most_words: int = MOST_WORDS) -> None:
        self._engine = RuleEngine(lexicon, age_limit)
        self._most_words = most_words
        self.lexicon = lexicon
        # A text with none of these runs needs no engine.
        self.starts = frozenset(self._engine.restricting.triggers.starts)

    def engine(self) -> RuleEngine:
        """Return the engine; whoever reads a text keeps to one."""
        engine = self._engine
        if engine.words_met > self._most_words:
            engine = self._engine = RuleEngine(engine.lexicon, engine.age_limit)
        return engine
