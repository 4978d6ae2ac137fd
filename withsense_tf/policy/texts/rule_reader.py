"""What a rule file may say -> its word classes and rules.

A rule file is TOML for one script. Its word classes are lists of words, and `CLASS` in a list stands for the
words of another class:

    [nouns]     plurals are added; an irregular one is written child/children
    [words]     taken as written
    [lemmas]    every inflected form is added (Russian)
    [transliterated]  every form of Russian words, in Latin letters
    [numbers.X] number = words; class X, whose words have a value
    [joined]    words that may be written together: `child` names a child, `other` may stand beside it, and so may the
                words of a `dictionary`: english, russian; of a class only words of some length are meant
    [innocent]  words that look like a stretched or disguised child word and are none: "soon" is no son
    [misspelt]  classes = [...]: their long words are also known with a letter missing, doubled or swapped

A rule's patterns are words separated by blanks: `CLASS`, `word`, `a|b`, `x?`, `x{0,4}`, `!x` (any word but x),
`_` (any word of the sentence), `[x]` (the words that the rule is about; without brackets all but `_` and `!x`).
An `age` with a `bound` says that its number is above the age ("upper": under 16) or just above it ("nearly"). Its
`patterns` are about persons; those in `_beside` only change what other ages with the same number say: "under 16" alone
may be trees.
`NUMBER`, `DIGITS`, `NAME` (a capitalised word), `CAPITAL|x` (x with a capital) and `STOP` (the end or start of a
sentence) are built in.
What restricts may name exemptions that do not lift it: `despite` = ["adult"].
A `void` rule says of its marked words that they tell nothing of the young: a day is no age, a coach's age is his. No
exemption counts that rests on one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from withsense_tf.common.limits import parse_toml
from withsense_tf.errors import DataError
from withsense_tf.policy.texts.ages import YEARS_IN
from withsense_tf.policy.texts.joined_words import DICTIONARIES, JoinedWords
from withsense_tf.policy.texts.lexicon import Element, Lexicon, Rule
from withsense_tf.policy.texts.word_forms import (
    english_words,
    inflections,
    lemma_forms,
    misspellings,
    noun_forms,
    plain_forms,
    transliterations,
)

DECISIONS: Final = ("block", "review", "exempt", "age", "void")
SCRIPTS: Final = ("latin", "cyrillic")
BOUNDS: Final = ("", "upper", "nearly")
BUILT_IN: Final = ("_", "NUMBER", "DIGITS", "NAME", "CAPITAL", "STOP")
# Shorter words have too many neighbours that mean something else.
LEAST_LETTERS_TO_MISSPELL: Final = 7
LEAST_LETTERS_TO_JOIN: Final = 5
ELEMENT: Final = re.compile(r"(?P<no>!?)(?P<words>[^?{}\[\]]+)(?P<times>\?|\{\d+,\d+\})?")
CLASS_NAME: Final = re.compile(r"[A-Z][A-Z_]+")


class RuleReader:
    """Read one rule file; every message names the file and, where there is one, the rule."""

    def __init__(self, path: Path, content: bytes) -> None:
        self.path = path
        try:
            self.raw = parse_toml(content.decode("utf-8"))
        except ValueError as error:
            raise DataError(f"{path} cannot be read as a TOML rule file: {error}") from error
        self.numbers: dict[str, float] = {}
        self.number_classes: set[str] = set()

    def _error(self, message: str, rule: str = "") -> DataError:
        return DataError(f"{self.path}{f', rule {rule!r}' if rule else ''}: {message}")

    def script(self) -> str:
        """Return the script that the rules are for, without growing their words."""
        script = self.raw.get("script")
        if script not in SCRIPTS:
            raise self._error(f"script must be one of {', '.join(SCRIPTS)}, got {script!r}.")
        return str(script)

    def read(self) -> Lexicon:
        """Return the words and rules of the file; a single mistake in it is an error."""
        script = self.script()
        classes = self._word_classes()
        raw_rules = self.raw.get("rule", [])
        if not isinstance(raw_rules, list) or not raw_rules:
            raise self._error("at least one [[rule]] is needed.")
        rules = tuple(self._rule(raw, classes) for raw in raw_rules)
        beside = tuple(self._beside(raw, rule, classes) for raw, rule in zip(raw_rules, rules, strict=True))
        names = [rule.name for rule in rules]
        for name in names:
            if names.count(name) > 1:
                raise self._error("two rules have this name.", name)
        numbers = frozenset(self.number_classes)
        joined_words = self._joined_words(classes)
        innocent = frozenset(plain_forms(self._table(self.raw, "innocent").get("words", "").split()))
        rules += tuple(rule for rule in beside if rule.patterns)
        return Lexicon(
            self.path.name, script, classes, rules, dict(self.numbers), numbers, joined_words, innocent
        )

    def _joined_words(self, classes: Mapping[str, frozenset[str]]) -> JoinedWords | None:
        raw = self._table(self.raw, "joined")
        if not raw:
            return None
        child, other = (
            frozenset(self._joinable(self._entries(name, raw.get(name)), classes))
            for name in ("child", "other")
        )
        dictionary = raw.get("dictionary", "")
        if dictionary and dictionary not in DICTIONARIES:
            raise self._error(f"dictionary must be one of {', '.join(DICTIONARIES)}, got {dictionary!r}.")
        whole = frozenset[str]().union(*classes.values())
        return JoinedWords(child, other, whole, DICTIONARIES.get(dictionary))

    def _joinable(self, entries: list[str], classes: Mapping[str, frozenset[str]]) -> Iterator[str]:
        yield from plain_forms(entry for entry in entries if not CLASS_NAME.fullmatch(entry))
        for name in filter(CLASS_NAME.fullmatch, entries):
            if name not in classes:
                raise self._error(f"[joined] names an unknown class {name!r}.")
            yield from (w for w in classes[name] if len(w) >= LEAST_LETTERS_TO_JOIN and w.isalpha())

    def _word_classes(self) -> dict[str, frozenset[str]]:
        grow = {
            **{"nouns": noun_forms, "words": plain_forms, "lemmas": lemma_forms},
            "transliterated": transliterations,
        }
        classes: dict[str, frozenset[str]] = {}
        later: dict[str, list[str]] = {}
        for table, forms in grow.items():
            for name, text in self._table(self.raw, table).items():
                entries = self._entries(name, text)
                later[name] = [entry for entry in entries if CLASS_NAME.fullmatch(entry)]
                plain = [entry for entry in entries if not CLASS_NAME.fullmatch(entry)]
                classes[name] = classes.get(name, frozenset()) | frozenset(forms(plain))
        for name, entries_by_number in self._table(self.raw, "numbers").items():
            self.number_classes.add(name)
            values = {
                form: float(number)
                for number, text in self._table({name: entries_by_number}, name).items()
                for word in self._entries(name, text)
                for form in ({word} if self.raw["script"] == "latin" else inflections(word))
            }
            self.numbers.update(values)
            classes[name] = frozenset(values)
        for name in self._table(self.raw, "misspelt").get("classes", []):
            if name not in classes:
                raise self._error(f"[misspelt] names an unknown class {name!r}.")
            long = [word for word in classes[name] if len(word) >= LEAST_LETTERS_TO_MISSPELL]
            wrong = {bad for word in long for bad in misspellings(word)}
            classes[name] |= wrong - english_words()
        for name in later:
            classes[name] = self._with_parts(name, classes, later, ())
        return classes

    def _with_parts(
        self,
        name: str,
        classes: Mapping[str, frozenset[str]],
        parts: Mapping[str, list[str]],
        above: tuple[str, ...],
    ) -> frozenset[str]:
        """Return the words of a class and of the classes that it names."""
        if name in above:
            raise self._error(f"class {name} holds itself by way of {' and '.join(above)}.")
        if name not in classes:
            raise self._error(f"class {above[-1]} names an unknown class {name!r}.")
        inner = (self._with_parts(part, classes, parts, (*above, name)) for part in parts.get(name, ()))
        return classes[name].union(*inner)

    def _table(self, where: Mapping[str, Any], name: str) -> dict[str, Any]:
        table = where.get(name, {})
        if not isinstance(table, dict):
            raise self._error(f"[{name}] must be a table, got {table!r}.")
        return table

    def _entries(self, name: str, text: object) -> list[str]:
        entries = text.split() if isinstance(text, str) else []
        if not entries:
            raise self._error(f"class {name} is empty: words separated by blanks are needed, got {text!r}.")
        return entries

    def _rule(self, raw: Mapping[str, Any], classes: Mapping[str, frozenset[str]]) -> Rule:
        name = raw.get("name")
        if not isinstance(name, str) or not name:
            raise self._error(f"each rule needs a name, got {name!r}.")
        fields = {"name", "decision", "patterns", "reason", "yes", "no", "unit", "bound", "beside", "despite"}
        if extra := sorted(set(raw) - fields):
            raise self._error(f"unknown entries {', '.join(extra)}.", name)
        decision, unit, reason = raw.get("decision"), raw.get("unit", "years"), raw.get("reason")
        if decision not in DECISIONS:
            raise self._error(f"decision must be one of {', '.join(DECISIONS)}, got {decision!r}.", name)
        if unit not in YEARS_IN:
            raise self._error(f"unit must be one of {', '.join(YEARS_IN)}, got {unit!r}.", name)
        bound = raw.get("bound", "")
        if bound not in BOUNDS or (bound and decision != "age"):
            raise self._error(f"bound must be upper or nearly, and stand at an age, got {bound!r}.", name)
        if not isinstance(reason, str) or not reason:
            raise self._error("a reason is needed.", name)
        texts = {key: raw.get(key, []) for key in ("patterns", "yes", "no", "despite")}
        for key, entries in texts.items():
            good = isinstance(entries, list) and all(isinstance(text, str) and text for text in entries)
            if not good or (key in ("patterns", "yes") and not entries):
                raise self._error(f"{key} must be a list of texts, got {entries!r}.", name)
        patterns = tuple(tuple(self._pattern(text, name, classes)) for text in texts["patterns"])
        despite = frozenset(texts["despite"])
        yes, no = tuple(texts["yes"]), tuple(texts["no"])
        return Rule(name, decision, patterns, reason, yes, no, unit, bound, despite=despite)

    def _beside(self, raw: Mapping[str, Any], rule: Rule, classes: Mapping[str, frozenset[str]]) -> Rule:
        texts = raw.get("beside", [])
        good = isinstance(texts, list) and all(isinstance(text, str) and text for text in texts)
        if not good or (texts and not rule.bound):
            raise self._error(
                f"beside must be a list of texts of a rule with a bound, got {texts!r}.", rule.name
            )
        patterns = tuple(tuple(self._pattern(text, rule.name, classes)) for text in texts)
        return replace(rule, patterns=patterns, yes=(), no=(), alone=False)

    def _pattern(self, text: str, rule: str, classes: Mapping[str, frozenset[str]]) -> Iterator[Element]:
        inside, brackets = False, "[" in text
        if text.count("[") != text.count("]"):
            raise self._error(f"a bracket is left open in {text!r}.", rule)
        needed = False
        for part in text.split():
            inside = inside or part.startswith("[")
            match = ELEMENT.fullmatch(part.strip("[]"))
            if match is None:
                raise self._error(f"{part!r} is no pattern element in {text!r}.", rule)
            names = match["words"].split("|")
            kinds = frozenset(name for name in names if CLASS_NAME.fullmatch(name) or name == "_")
            for kind in kinds - set(classes) - set(BUILT_IN):
                raise self._error(f"unknown class {kind!r} in {text!r}.", rule)
            negated, times = bool(match["no"]), match["times"] or "1"
            gap = negated or "_" in kinds
            literals = frozenset(plain_forms(name for name in names if name not in kinds))
            element = Element(kinds, literals, negated, times, inside if brackets else not gap)
            needed = needed or element.needed
            yield element
            inside = inside and not part.endswith("]")
        if not needed:
            raise self._error(f"nothing is needed by the pattern {text!r}.", rule)
