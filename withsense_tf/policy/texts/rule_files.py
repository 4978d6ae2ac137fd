"""Rule files, one a language -> their word classes and rules.

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

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from withsense_tf.common.limits import parse_toml, read_bytes
from withsense_tf.errors import DataError
from withsense_tf.policy.texts.ages import YEARS_IN
from withsense_tf.policy.texts.joined_words import JoinedWords
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

FOLDER: Final = Path(__file__).parent / "rules"
# The package's rule files are named after a language code, and a script where it is not the usual one: "ru-latn".
LANGUAGE_FILES: Final = "??[.-]*toml"
DECISIONS: Final = ("block", "review", "exempt", "age")
SCRIPTS: Final = ("latin", "cyrillic")
BOUNDS: Final = ("", "upper", "nearly")
BUILT_IN: Final = ("_", "NUMBER", "DIGITS", "NAME", "STOP")
# Shorter words have too many neighbours that mean something else.
LEAST_LETTERS_TO_MISSPELL: Final = 7
ELEMENT: Final = re.compile(r"(?P<no>!?)(?P<words>[^?{}\[\]]+)(?P<times>\?|\{\d+,\d+\})?")
CLASS_NAME: Final = re.compile(r"[A-Z][A-Z_]+")


@dataclass(frozen=True)
class RuleFile:
    """A rule file with the content that was read: what is written into the file later changes nothing."""

    path: Path
    content: bytes

    def script(self) -> str:
        """Return the script that the rules are for, without growing their words."""
        return _script(self)

    def lexicon(self) -> Lexicon:
        """Return the words and rules of the file; a single mistake in it is an error."""
        return _lexicon(self)


def read_rule_file(path: Path) -> RuleFile:
    """Read one rule file."""
    try:
        return RuleFile(path, read_bytes(path))
    except OSError as error:
        raise DataError(
            f"{path} cannot be read as a TOML rule file ({error.strerror}), so nothing may be shown."
        ) from error


def packaged_rules(folder: Path = FOLDER) -> tuple[RuleFile, ...]:
    """Read the rule files of the package's folder, each named after its language."""
    paths = sorted(folder.glob(LANGUAGE_FILES))
    if not paths:
        raise DataError(f"{folder} holds no rule file ({LANGUAGE_FILES}).")
    return tuple(map(read_rule_file, paths))


def added_rules(folder: Path) -> tuple[RuleFile, ...]:
    """Read a folder of rule files of one's own: each of its files is one, and a mistake in any is an error."""
    try:
        paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise DataError(
            f"{folder} cannot be read as a folder of rule files ({error.strerror}), so nothing may be shown."
        ) from error
    if not paths:
        raise DataError(
            f"{folder} holds no rule file, so nothing may be shown. Put one there, as fi.toml, or name no folder."
        )
    if foreign := [path.name for path in paths if path.suffix != ".toml"]:
        raise DataError(
            f"{folder} holds {foreign[0]}, which is no rule file (a name that ends in .toml), so nothing may be shown. "
            "Take it out of the folder."
        )
    files = tuple(map(read_rule_file, paths))
    for file in files:
        file.lexicon()  # now, and not when the first text of its script comes
    return files


def rules_digest(files: Iterable[RuleFile]) -> str:
    """Return the SHA-256 over names and contents of rule files."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.path.name.encode() + b"\0" + file.content + b"\0")
    return digest.hexdigest()


# What is read is kept for every policy of the process.
@lru_cache(maxsize=64)
def _script(file: RuleFile) -> str:
    return _RuleReader(file).script()


@lru_cache(maxsize=32)
def _lexicon(file: RuleFile) -> Lexicon:
    return _RuleReader(file).read()


class _RuleReader:
    """Read one rule file; every message names the file and, where there is one, the rule."""

    def __init__(self, file: RuleFile) -> None:
        self.path = file.path
        try:
            self.raw = parse_toml(file.content.decode("utf-8"))
        except ValueError as error:
            raise DataError(f"{file.path} cannot be read as a TOML rule file: {error}") from error
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
        joined_words = self.joined_words(frozenset().union(*classes.values()))
        innocent = frozenset(plain_forms(self.table(self.raw, "innocent").get("words", "").split()))
        rules += tuple(rule for rule in beside if rule.patterns)
        return Lexicon(
            self.path.name, script, classes, rules, dict(self.numbers), numbers, joined_words, innocent
        )

    def joined_words(self, whole: frozenset[str]) -> JoinedWords | None:
        raw = self.table(self.raw, "joined")
        if not raw:
            return None
        child, other = (
            frozenset(plain_forms(self.entries(name, raw.get(name)))) for name in ("child", "other")
        )
        return JoinedWords(child, other, whole)

    def word_classes(self) -> dict[str, frozenset[str]]:
        grow = {
            **{"nouns": noun_forms, "words": plain_forms, "lemmas": lemma_forms},
            "transliterated": transliterations,
        }
        classes: dict[str, frozenset[str]] = {}
        later: dict[str, list[str]] = {}
        for table, forms in grow.items():
            for name, text in self.table(self.raw, table).items():
                entries = self.entries(name, text)
                later[name] = [entry for entry in entries if CLASS_NAME.fullmatch(entry)]
                plain = [entry for entry in entries if not CLASS_NAME.fullmatch(entry)]
                classes[name] = classes.get(name, frozenset()) | frozenset(forms(plain))
        for name, entries_by_number in self.table(self.raw, "numbers").items():
            self.number_classes.add(name)
            values = {
                form: float(number)
                for number, text in self.table({name: entries_by_number}, name).items()
                for word in self.entries(name, text)
                for form in ({word} if self.raw["script"] == "latin" else inflections(word))
            }
            self.numbers.update(values)
            classes[name] = frozenset(values)
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
        fields = {"name", "decision", "patterns", "reason", "yes", "no", "unit", "bound", "beside"}
        if extra := sorted(set(raw) - fields):
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
        for key, entries in texts.items():
            good = isinstance(entries, list) and all(isinstance(text, str) and text for text in entries)
            if not good or (key != "no" and not entries):
                raise self.error(f"{key} must be a list of texts, got {entries!r}.", name)
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
            match = ELEMENT.fullmatch(part.strip("[]"))
            if match is None:
                raise self.error(f"{part!r} is no pattern element in {text!r}.", rule)
            names = match["words"].split("|")
            kinds = frozenset(name for name in names if CLASS_NAME.fullmatch(name) or name == "_")
            for kind in kinds - set(classes) - set(BUILT_IN):
                raise self.error(f"unknown class {kind!r} in {text!r}.", rule)
            negated, times = bool(match["no"]), match["times"] or "1"
            gap = negated or "_" in kinds
            literals = frozenset(plain_forms(name for name in names if name not in kinds))
            element = Element(kinds, literals, negated, times, inside if brackets else not gap)
            needed = needed or element.needed
            yield element
            inside = inside and not part.endswith("]")
        if not needed:
            raise self.error(f"nothing is needed by the pattern {text!r}.", rule)
