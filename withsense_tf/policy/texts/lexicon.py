"""Rule files -> word classes and rules.

A rule file is TOML for one script. Its word classes are lists of words, and `CLASS` in a list stands for the
words of another class:

    [nouns]     plurals are added; an irregular one is written child/children
    [words]     taken as written
    [lemmas]    every inflected form is added (Russian)
    [transliterated]  every form of Russian words, in Latin letters
    [numbers.X] number = words; class X, whose words have a value
    [joined]    words that may be written together: `child` names a child, `other` may stand beside it
    [innocent]  words that look like a stretched or disguised child word and are none: "soon" is no son
    [misspelt]  classes = [...]: their long words are also known with a letter missing, doubled or swapped

A rule's patterns are words separated by blanks: `CLASS`, `word`, `a|b`, `x?`, `x{0,4}`, `!x` (any word but x),
`_` (any word of the sentence), `[x]` (the words that the rule is about; without brackets all but `_` and `!x`).
An `age` with a `bound` says that its number is above the age ("upper": under 16) or just above it ("nearly"). Its
`patterns` are about persons; those in `beside` only change what other ages with the same number say: "under 16" alone
may be trees.
`NUMBER`, `DIGITS`, `NAME` (a capitalised word) and `STOP` (the end or start of a sentence) are built in.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from withsense_tf.errors import DataError
from withsense_tf.policy.texts.ages import YEARS_IN
from withsense_tf.policy.texts.joined_words import JoinedWords
from withsense_tf.policy.texts.word_forms import (
    english_words,
    inflected,
    lemma_forms,
    misspellings,
    noun_forms,
    transliterated,
    written,
)

FOLDER: Final = Path(__file__).parent / "rules"
DECISIONS: Final = ("block", "review", "exempt", "age")
SCRIPTS: Final = ("latin", "cyrillic")
BOUNDS: Final = ("", "upper", "nearly")
BUILT_IN: Final = ("_", "NUMBER", "DIGITS", "NAME", "STOP")
# The classes of a rule file that stand behind the number of an age.
UNITS: Final = ("YEAR", "MONTH", "OLD", "YEARS_OLD")
# Shorter words have too many neighbours that mean something else.
LEAST_LETTERS_TO_MISSPELL: Final = 7
ELEMENT: Final = re.compile(r"(?P<no>!?)(?P<words>[^?{}\[\]]+)(?P<times>\?|\{\d+,\d+\})?")
CLASS_NAME: Final = re.compile(r"[A-Z][A-Z_]+")


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
        """Whether the pattern matches nothing without this."""
        return self.times == "1" and not self.negated and "_" not in self.classes


@dataclass(frozen=True, eq=False)  # hits are kept in sets, and comparing all patterns would take long
class Rule:
    """One rule as the file states it; one that is not `alone` only tells what other rules' ages are."""

    name: str
    decision: str
    patterns: tuple[tuple[Element, ...], ...]
    reason: str
    yes: tuple[str, ...]
    no: tuple[str, ...] = ()
    unit: str = "years"
    bound: str = ""
    alone: bool = True


@dataclass(frozen=True)
class Lexicon:
    """The word classes, numbers and rules of one file."""

    file: str
    script: str
    classes: Mapping[str, frozenset[str]]
    rules: tuple[Rule, ...]
    numbers: Mapping[str, float] = field(default_factory=dict)
    number_classes: frozenset[str] = frozenset()
    joined: JoinedWords | None = None
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

    @property
    def counting(self) -> frozenset[str]:
        """The words that an age is told with; a short one would be too many others with a sign in it."""
        units = (self.classes.get(name, frozenset()) for name in UNITS)
        return frozenset(word for word in frozenset(self.numbers).union(*units) if len(word) > 2)

    def words(self, element: Element) -> frozenset[str]:
        """Return the words that may stand in a place of a pattern."""
        return element.literals.union(*(self.classes.get(name, frozenset()) for name in element.classes))


class _RuleReader:
    """Read one rule file; every message names the file and, where there is one, the rule."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.raw = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise DataError(f"{path} cannot be read as a TOML rule file: {error}") from error
        self.numbers: dict[str, float] = {}
        self.number_classes: set[str] = set()

    def error(self, message: str, rule: str = "") -> DataError:
        return DataError(f"{self.path}{f', rule {rule!r}' if rule else ''}: {message}")

    def script(self) -> str:
        script = self.raw.get("script")
        if script not in SCRIPTS:
            raise self.error(f"script must be one of {', '.join(SCRIPTS)}, got {script!r}.")
        return str(script)

    def read(self) -> Lexicon:
        script = self.script()
        classes = self.word_classes()
        raw_rules = self.raw.get("rule", [])
        if not isinstance(raw_rules, list) or not raw_rules:
            raise self.error("at least one [[rule]] is needed.")
        rules = tuple(self.rule(raw, classes) for raw in raw_rules)
        beside = tuple(self.beside(raw, rule, classes) for raw, rule in zip(raw_rules, rules, strict=True))
        names = [rule.name for rule in rules]
        for name in names:
            if names.count(name) > 1:
                raise self.error("two rules have this name.", name)
        numbers = frozenset(self.number_classes)
        joined = self.joined(frozenset().union(*classes.values()))
        innocent = frozenset(written(self.table(self.raw, "innocent").get("words", "").split()))
        rules += tuple(rule for rule in beside if rule.patterns)
        return Lexicon(self.path.name, script, classes, rules, dict(self.numbers), numbers, joined, innocent)

    def joined(self, whole: frozenset[str]) -> JoinedWords | None:
        raw = self.table(self.raw, "joined")
        if not raw:
            return None
        child, other = (frozenset(written(self.entries(name, raw.get(name)))) for name in ("child", "other"))
        return JoinedWords(child, other, whole)

    def word_classes(self) -> dict[str, frozenset[str]]:
        grow = {
            **{"nouns": noun_forms, "words": written, "lemmas": lemma_forms},
            "transliterated": transliterated,
        }
        classes: dict[str, frozenset[str]] = {}
        later: dict[str, list[str]] = {}
        for table, forms in grow.items():
            for name, text in self.table(self.raw, table).items():
                entries = self.entries(name, text)
                later[name] = [entry for entry in entries if CLASS_NAME.fullmatch(entry)]
                plain = [entry for entry in entries if not CLASS_NAME.fullmatch(entry)]
                classes[name] = classes.get(name, frozenset()) | frozenset(forms(plain))
        for name, listed in self.table(self.raw, "numbers").items():
            self.number_classes.add(name)
            grown = {
                form: float(number)
                for number, text in self.table({name: listed}, name).items()
                for word in self.entries(name, text)
                for form in ({word} if self.raw["script"] == "latin" else inflected(word))
            }
            self.numbers.update(grown)
            classes[name] = frozenset(grown)
        for name in self.table(self.raw, "misspelt").get("classes", []):
            if name not in classes:
                raise self.error(f"[misspelt] names an unknown class {name!r}.")
            long = [word for word in classes[name] if len(word) >= LEAST_LETTERS_TO_MISSPELL]
            wrong = {bad for word in long for bad in misspellings(word)}
            classes[name] |= wrong - english_words()
        for name in later:
            classes[name] = self.with_parts(name, classes, later, ())
        return classes

    def with_parts(
        self,
        name: str,
        classes: Mapping[str, frozenset[str]],
        parts: Mapping[str, list[str]],
        above: tuple[str, ...],
    ) -> frozenset[str]:
        """Return the words of a class and of the classes that it names."""
        if name in above:
            raise self.error(f"class {name} holds itself by way of {' and '.join(above)}.")
        if name not in classes:
            raise self.error(f"class {above[-1]} names an unknown class {name!r}.")
        inner = (self.with_parts(part, classes, parts, (*above, name)) for part in parts.get(name, ()))
        return classes[name].union(*inner)

    def table(self, where: Mapping[str, Any], name: str) -> dict[str, Any]:
        table = where.get(name, {})
        if not isinstance(table, dict):
            raise self.error(f"[{name}] must be a table, got {table!r}.")
        return table

    def entries(self, name: str, text: object) -> list[str]:
        entries = text.split() if isinstance(text, str) else []
        if not entries:
            raise self.error(f"class {name} is empty: words separated by blanks are needed, got {text!r}.")
        return entries

    def rule(self, raw: Mapping[str, Any], classes: Mapping[str, frozenset[str]]) -> Rule:
        name = raw.get("name")
        if not isinstance(name, str) or not name:
            raise self.error(f"each rule needs a name, got {name!r}.")
        known = {"name", "decision", "patterns", "reason", "yes", "no", "unit", "bound", "beside"}
        if extra := sorted(set(raw) - known):
            raise self.error(f"unknown entries {', '.join(extra)}.", name)
        decision, unit, reason = raw.get("decision"), raw.get("unit", "years"), raw.get("reason")
        if decision not in DECISIONS:
            raise self.error(f"decision must be one of {', '.join(DECISIONS)}, got {decision!r}.", name)
        if unit not in YEARS_IN:
            raise self.error(f"unit must be one of {', '.join(YEARS_IN)}, got {unit!r}.", name)
        bound = raw.get("bound", "")
        if bound not in BOUNDS or (bound and decision != "age"):
            raise self.error(f"bound must be upper or nearly, and stand at an age, got {bound!r}.", name)
        if not isinstance(reason, str) or not reason:
            raise self.error("a reason is needed.", name)
        texts = {key: raw.get(key, []) for key in ("patterns", "yes", "no")}
        for key, listed in texts.items():
            good = isinstance(listed, list) and all(isinstance(text, str) and text for text in listed)
            if not good or (key != "no" and not listed):
                raise self.error(f"{key} must be a list of texts, got {listed!r}.", name)
        patterns = tuple(tuple(self.pattern(text, name, classes)) for text in texts["patterns"])
        return Rule(name, decision, patterns, reason, tuple(texts["yes"]), tuple(texts["no"]), unit, bound)

    def beside(self, raw: Mapping[str, Any], rule: Rule, classes: Mapping[str, frozenset[str]]) -> Rule:
        texts = raw.get("beside", [])
        good = isinstance(texts, list) and all(isinstance(text, str) and text for text in texts)
        if not good or (texts and not rule.bound):
            raise self.error(
                f"beside must be a list of texts of a rule with a bound, got {texts!r}.", rule.name
            )
        patterns = tuple(tuple(self.pattern(text, rule.name, classes)) for text in texts)
        return replace(rule, patterns=patterns, yes=(), no=(), alone=False)

    def pattern(self, text: str, rule: str, classes: Mapping[str, frozenset[str]]) -> Iterator[Element]:
        inside, brackets = False, "[" in text
        if text.count("[") != text.count("]"):
            raise self.error(f"a bracket is left open in {text!r}.", rule)
        needed = False
        for part in text.split():
            inside = inside or part.startswith("[")
            found = ELEMENT.fullmatch(part.strip("[]"))
            if found is None:
                raise self.error(f"{part!r} is no pattern element in {text!r}.", rule)
            names = found["words"].split("|")
            kinds = frozenset(name for name in names if CLASS_NAME.fullmatch(name) or name == "_")
            for kind in kinds - set(classes) - set(BUILT_IN):
                raise self.error(f"unknown class {kind!r} in {text!r}.", rule)
            negated, times = bool(found["no"]), found["times"] or "1"
            gap = negated or "_" in kinds
            literals = frozenset(written(name for name in names if name not in kinds))
            element = Element(kinds, literals, negated, times, inside if brackets else not gap)
            needed = needed or element.needed
            yield element
            inside = inside and not part.endswith("]")
        if not needed:
            raise self.error(f"nothing is needed by the pattern {text!r}.", rule)


def load_lexicon(path: Path) -> Lexicon:
    """Read one rule file."""
    return _RuleReader(path).read()


def read_script(path: Path) -> str:
    """Return the script that a rule file is for, without growing its words."""
    return _RuleReader(path).script()
