"""Decide whether a text describes a child: allow, review or block.

The words and rules are in `rules/*.toml`. Each file becomes one spaCy tokenizer and matcher, built when the first
text in its script comes. Places (`start`, `end`) refer to the normalised text: NFKC, without invisible characters,
with hyphens inside words as blanks.
"""

from __future__ import annotations

import functools
import hashlib
import html
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from withsense_tf.errors import DataError, SettingError
from withsense_tf.policy.ages import is_digits, youngest
from withsense_tf.policy.lexicon import FOLDER, Element, Lexicon, Rule, fold, load_lexicon, read_script

if TYPE_CHECKING:
    from spacy.tokens import Doc

Decision = Literal["allow", "review", "block"]

LEAST_AGE, MOST_AGE = 1, 21
NOTHING: Final = "nothing in the text says that a child is shown"
# Rule files are named after a language code.
LANGUAGE_FILES: Final = "??.toml"
# Words of most texts: a pattern is not tried for their sake where it needs rarer ones.
COMMON: Final = frozenset(
    (
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
        ",",
        ".",
        "boy",
        "two",
    )
)
DIGIT: Final = frozenset({"#"})
STOPS: Final = frozenset(".!?;…")
# A stop before and behind the text, so that patterns can ask for the start and the end of a sentence.
HEAD, TAIL = ". ", " ."
# spaCy keeps yes-or-no properties of words in 64 bits; bit 0 is not used.
MOST_FLAGS: Final = 63
# The tokenizer needs quadratic time for text without a blank, so long runs are cut.
LONG_TEXT, LONGEST_RUN = 1_000, 200

HYPHEN: Final = re.compile(r"(?<=\w)[-‐‑–](?!(?:free|sized|friendly|themed|proof|like|only)\b)(?=\w)|_")
ODD: Final = re.compile(r"[^\x20-\x7e]")
LEET: Final = re.compile(r"(?<=[a-z])[013@$](?=[a-z])|(?<=[a-z])[013@$](?=[a-z]{2})", re.IGNORECASE)
LETTER_OF_LEET: Final = {"0": "o", "1": "i", "3": "e", "@": "a", "$": "s"}
SPACED: Final = re.compile(r"(?<![\w'])[^\W\d_](?:[ .*][^\W\d_]){3,}(?!\w)")
CAMEL: Final = re.compile(r"(?<=[a-zа-я]{2})(?=[A-ZА-Я][a-zа-я])")
MIXED: Final = re.compile(r"\w*(?:[a-z][а-яё]|[а-яё][a-z])\w*", re.IGNORECASE)
LATIN: Final = re.compile(r"[A-Za-z0-9]")
CYRILLIC: Final = re.compile(r"[А-Яа-яЁё]")
LOOKALIKES: Final = str.maketrans("асеорхукАВСЕНКМОРТХУіӀ", "aceopxykABCEHKMOPTXYiI")


@dataclass(frozen=True)
class Verdict:
    """What the rules say about a text, and which rule says it about which words."""

    decision: Decision
    rule: str = ""
    span: str = ""
    start: int = 0
    end: int = 0
    reason: str = NOTHING

    @property
    def restricted(self) -> bool:
        """Whether the text must not be shown without somebody's leave."""
        return self.decision != "allow"


def normalise(text: str) -> str:
    """Return a text as the rules read it.

    >>> normalise("A 7-year-old ch\u200bild, a k1d and a c h i l d")
    'A 7 year old child, a kid and a child'
    """
    if ODD.search(text):
        text = unicodedata.normalize("NFKC", text)
        text = "".join(_visible(letter) for letter in text)
        text = (
            MIXED.sub(lambda found: found[0].translate(LOOKALIKES), text).replace("’", "'").replace("`", "'")
        )
    if "&" in text:
        text = html.unescape(text)
    text = " ".join(text.split())
    text = HYPHEN.sub(" ", text)
    text = CAMEL.sub(" ", text)
    if LEET.search(text):
        text = LEET.sub(lambda found: LETTER_OF_LEET[found[0]], text)
    if SPACED.search(text):
        text = SPACED.sub(_joined, text)
    if len(text) > LONG_TEXT:
        text = re.sub(rf"\S{{{LONGEST_RUN}}}", r"\g<0> ", text)
    return text


def _joined(letters: re.Match[str]) -> str:
    joined = re.sub(r"[ .*]", "", letters[0])
    # "a c h i l d" is an article and a word.
    return f"{joined[0]} {joined[1:]}" if joined[0] in "aA" else joined


def _visible(letter: str) -> str:
    if letter.isspace():
        return " "
    # Cf: zero-width characters, soft hyphens, marks of direction. Mn: accents that no letter takes up.
    return "" if unicodedata.category(letter) in ("Cf", "Cc", "Mn", "Cs") else letter


@dataclass(frozen=True)
class _Pattern:
    """One compiled pattern: its rule, and which of its elements are marked and which hold numbers."""

    rule: Rule
    marked: tuple[bool, ...]
    number: tuple[bool, ...]
    matcher: Any  # spaCy's types do not know what `with_alignments` returns
    variants: dict[int, tuple[int, ...]]  # for each key of the matcher, the elements that stand in a row
    needed: tuple[frozenset[str], ...]


@dataclass(frozen=True)
class _Hit:
    """One place where a rule fires: the words from start to end, and the words that it is about."""

    rule: Rule
    decision: str
    start: int
    end: int
    about: frozenset[int]


class _Engine:
    """One rule file as a spaCy tokenizer, a matcher for what restricts and one for what exempts."""

    def __init__(self, lexicon: Lexicon, age_limit: int) -> None:
        from spacy.attrs import NORM  # type: ignore[import-not-found]  # compiled, without types
        from spacy.matcher import Matcher
        from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]
        from spacy.vocab import Vocab

        self.lexicon = lexicon
        self.age_limit = age_limit
        self.vocab = Vocab(lex_attr_getters={NORM: fold})
        self.tokenizer = Tokenizer(
            self.vocab,
            prefix_search=re.compile(r"^[^\w\s]").search,
            suffix_search=re.compile(r"('s|'S|[^\w\s])$").search,
            infix_finditer=re.compile(r"[^\w\s']|(?<=\d)(?=[^\W\d_])|(?<=\b[uU])(?=\d)").finditer,
        )
        self.attributes = self._attributes()
        self.patterns: list[_Pattern] = []
        # Which patterns may match a text with this word: only those are tried.
        self.tried: dict[str, list[int]] = {}
        for rule in lexicon.rules:
            for elements in rule.patterns:
                matcher = Matcher(self.vocab, validate=False)
                variants = {}
                for places in _variants(elements):
                    key = " ".join(map(str, places))
                    matcher.add(key, [[self._compiled(elements[place]) for place in places]])
                    variants[self.vocab.strings[key]] = places
                needed = sorted(
                    self._needed(elements), key=lambda words: (not words.isdisjoint(COMMON), len(words))
                )
                for word in needed[0]:
                    self.tried.setdefault(word, []).append(len(self.patterns))
                marked, number = (
                    tuple(e.marked for e in elements),
                    tuple(self._has_number(e) for e in elements),
                )
                self.patterns.append(_Pattern(rule, marked, number, matcher, variants, tuple(needed)))
        restricting = {i for i, pattern in enumerate(self.patterns) if pattern.rule.decision != "exempt"}
        starts = {word for word, tried in self.tried.items() if restricting.intersection(tried)}
        self.restricting = frozenset(restricting)
        self.gate = self.vocab.add_flag(lambda text: _key(fold(text)) in starts)

    def _has_number(self, element: Element) -> bool:
        return bool(element.classes & (self.lexicon.number_classes | {"DIGITS"}))

    def _words(self, element: Element) -> frozenset[str]:
        return element.literals.union(
            *(self.lexicon.classes.get(name, frozenset()) for name in element.classes)
        )

    def _test(self, element: Element) -> Callable[[str], bool]:
        words, kinds = self._words(element), element.classes
        digits = bool(kinds & {"DIGITS", "NUMBER"})

        def test(text: str) -> bool:
            word = fold(text)
            return (
                word in words
                or (digits and is_digits(word))
                or ("NAME" in kinds and text.istitle() and text.isalpha() and len(text) > 1)
                or ("STOP" in kinds and text in STOPS)
                or ("_" in kinds and text not in STOPS)
            )

        return test

    def _needed(self, elements: Sequence[Element]) -> list[frozenset[str]]:
        """Return the words of each element that a pattern cannot do without."""
        return [
            self._words(element) | (DIGIT if element.classes & {"DIGITS", "NUMBER"} else frozenset())
            for element in elements
            if element.needed and not element.classes & {"NAME", "STOP"}
        ]

    def _attributes(self) -> dict[tuple[frozenset[str], frozenset[str]], int]:
        """Give each distinct element a bit of the words: spaCy tests those without calling Python."""
        counted: dict[tuple[frozenset[str], frozenset[str]], int] = {}
        for rule in self.lexicon.rules:
            for pattern in rule.patterns:
                for place, element in enumerate(pattern):
                    key = (element.classes, element.literals)
                    # What opens a pattern of a restricting rule is tested at every word, so it comes first.
                    often = 100 if rule.decision != "exempt" and not place else 10 if not place else 1
                    # A list in a pattern can only hold words, so built-in classes must have a bit.
                    builtin = 10_000 if element.classes - set(self.lexicon.classes) or element.negated else 0
                    counted[key] = counted.get(key, 0) + often + builtin
        ranked = sorted(counted, key=lambda key: -counted[key])[: MOST_FLAGS - 1]
        return {key: self.vocab.add_flag(self._test(Element(*key))) for key in ranked}

    def _compiled(self, element: Element) -> dict[Any, Any]:
        flag = self.attributes.get((element.classes, element.literals))
        times = {"OP": "?"} if element.times == "?" else {}
        if flag is not None:
            return {flag: not element.negated, **times}
        words = sorted(self._words(element))
        return {"NORM": {"IN": words}, **times}

    def hits(self, doc: Doc) -> list[_Hit]:
        """Return every place where a rule fires, exemptions too; none where nothing restricts."""
        if not doc.to_array([self.gate]).any():
            return []
        words = [fold(token.text) for token in doc]
        keys = {_key(word) for word in words}
        tried = {i for word in keys for i in self.tried.get(word, ())}
        tried = {i for i in tried if not any(map(keys.isdisjoint, self.patterns[i].needed))}
        hits = self._found(doc, words, tried & self.restricting)
        if hits:
            hits |= self._found(doc, words, tried - self.restricting)
        return sorted(hits, key=lambda hit: (hit.start, hit.end, hit.rule.name))

    def _found(self, doc: Doc, words: Sequence[str], tried: Iterable[int]) -> set[_Hit]:
        found: dict[tuple[str, str, frozenset[int]], _Hit] = {}
        for pattern in map(self.patterns.__getitem__, tried):
            for key, start, end, aligned in pattern.matcher(doc, with_alignments=True):
                places = [pattern.variants[key][place] for place in aligned]
                hit = self._hit(words, pattern, start, end, places)
                if hit is None:
                    continue
                # Of several ways to say the same about the same words, the shortest is told.
                key_of_hit = (hit.rule.name, hit.decision, hit.about)
                known = found.get(key_of_hit)
                if known is None or hit.end - hit.start < known.end - known.start:
                    found[key_of_hit] = hit
        return set(found.values())

    def _hit(
        self, words: Sequence[str], pattern: _Pattern, start: int, end: int, places: Sequence[int]
    ) -> _Hit | None:
        rule = pattern.rule
        about = frozenset(start + i for i, place in enumerate(places) if pattern.marked[place])
        if rule.decision != "age":
            return _Hit(rule, rule.decision, start, end, about)
        numbers = [start + i for i, place in enumerate(places) if pattern.number[place]]
        age = youngest(words, numbers, self.lexicon.numbers, rule.unit)
        if age is None:
            return None
        if age < self.age_limit:
            return _Hit(rule, "block", start, end, frozenset(numbers))
        return _Hit(rule, "exempt", start, end, about - frozenset(numbers))


def _variants(elements: Sequence[Element]) -> Iterator[tuple[int, ...]]:
    """Write out repeated elements: spaCy would try every way to share a gap out, which grows without bound."""
    ranges = [[1] if e.times in ("1", "?") else _range(e.times) for e in elements]
    for counts in itertools.product(*ranges):
        yield tuple(place for place, count in enumerate(counts) for _ in range(count))


def _range(times: str) -> list[int]:
    least, most = times.strip("{}").split(",")
    return list(range(int(least), int(most) + 1))


def _judged(hits: list[_Hit]) -> list[tuple[_Hit, Decision]]:
    """Decide each hit: an exemption cancels what is about one of its words, a review softens what it covers."""
    exempted = frozenset[int]().union(*(hit.about for hit in hits if hit.decision == "exempt"))
    doubtful = frozenset[int]().union(*(hit.about for hit in hits if hit.decision == "review"))
    judged: list[tuple[_Hit, Decision]] = []
    for hit in hits:
        if hit.decision == "exempt" or hit.about & exempted:
            judged.append((hit, "allow"))
        elif hit.decision == "review" or hit.about <= doubtful:
            judged.append((hit, "review"))
        else:
            judged.append((hit, "block"))
    return judged


class TextPolicy:
    """Decide whether a text describes a child: someone younger than the age limit.

    >>> TextPolicy().verdict("A baby carrot is eaten by a toddler.").span
    'toddler'
    """

    def __init__(self, age_limit: int = 16, folder: Path | None = None) -> None:
        whole = isinstance(age_limit, int) and not isinstance(age_limit, bool)
        if not whole or not LEAST_AGE <= age_limit <= MOST_AGE:
            raise SettingError(
                f"age_limit must be a whole number from {LEAST_AGE} to {MOST_AGE}, got {age_limit!r}."
            )
        self.age_limit = age_limit
        self.folder = FOLDER if folder is None else Path(folder)
        self._engines: dict[str, list[_Engine]] = {}

    @functools.cached_property
    def _files(self) -> list[Path]:
        files = sorted(self.folder.glob(LANGUAGE_FILES))
        if not files:
            raise DataError(f"{self.folder} holds no rule file ({LANGUAGE_FILES}).")
        return files

    @functools.cached_property
    def version(self) -> str:
        """The first 12 hex digits of the SHA-256 over the rule files."""
        digest = hashlib.sha256()
        for file in self._files:
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
        return digest.hexdigest()[:12]

    def verdict(self, text: str) -> Verdict:
        """Return the strictest verdict on a text, and of these the first in it."""
        return self.verdicts([text])[0]

    def verdicts(self, texts: Iterable[str]) -> list[Verdict]:
        """Return the verdict on each text."""
        return [_strictest(found) for found in self._all_hits(texts)]

    def hits(self, text: str) -> list[Verdict]:
        """Return all that the rules found in a text, exemptions and what they cancel too."""
        return self._all_hits([text])[0]

    def _all_hits(self, texts: Iterable[str]) -> list[list[Verdict]]:
        if isinstance(texts, str):
            raise SettingError(f"texts must be several texts, got one: {texts[:40]!r}.")
        clean = [normalise(_checked(text)) for text in texts]
        results: list[list[Verdict]] = [[] for _ in clean]
        for script, letters in (("latin", LATIN), ("cyrillic", CYRILLIC)):
            places = [i for i, text in enumerate(clean) if letters.search(text)]
            for engine in self._engines_for(script) if places else ():
                docs = engine.tokenizer.pipe(HEAD + clean[i] + TAIL for i in places)
                for i, doc in zip(places, docs, strict=True):
                    if hits := engine.hits(doc):
                        results[i] += [_verdict(doc, hit, decision) for hit, decision in _judged(hits)]
        return results

    def _engines_for(self, script: str) -> list[_Engine]:
        if script not in self._engines:
            files = [file for file in self._files if read_script(file) == script]
            self._engines[script] = [_engine(file, self.age_limit, file.read_bytes()) for file in files]
        return self._engines[script]


def _checked(text: object) -> str:
    if not isinstance(text, str):
        raise SettingError(f"a text must be a str, got {text!r}.")
    return text


@functools.lru_cache(maxsize=32)
def _engine(
    file: Path, age_limit: int, _content: bytes
) -> _Engine:  # the content belongs to the key of the cache
    return _Engine(load_lexicon(file), age_limit)


def _verdict(doc: Doc, hit: _Hit, decision: Decision) -> Verdict:
    span = doc[hit.start : hit.end]
    start = span.start_char - len(HEAD)
    reason = hit.rule.reason
    if decision == "allow" and hit.decision != "exempt":
        reason = f"exempted: {reason}"
    elif decision == "allow" and hit.rule.decision == "age":
        reason = "the stated age is not under the limit"
    return Verdict(decision, hit.rule.name, span.text, max(start, 0), max(start, 0) + len(span.text), reason)


def _key(word: str) -> str:
    return "#" if is_digits(word) else word


def _strictest(found: list[Verdict]) -> Verdict:
    for decision in ("block", "review"):
        for verdict in found:
            if verdict.decision == decision:
                return verdict
    exemptions = [verdict for verdict in found if not verdict.reason.startswith("exempted: ")]
    return exemptions[0] if exemptions else Verdict("allow")
