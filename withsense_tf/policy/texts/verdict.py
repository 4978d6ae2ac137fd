"""Decide whether a text describes a child: allow, review or block.

The words and rules are in `rules/*.toml`. Each file becomes one engine, built when the first text in its script
comes. Places (`start`, `end`) refer to the normalised text: NFKC, without invisible characters, with hyphens
inside words as blanks, and with joined words apart.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from withsense_tf.errors import DataError, SettingError
from withsense_tf.policy.texts.disguise import Disguises
from withsense_tf.policy.texts.lexicon import FOLDER, Lexicon, load_lexicon, read_script
from withsense_tf.policy.texts.normalise import is_plain, spelt, visible
from withsense_tf.policy.texts.rule_engine import EngineKeeper, RuleHit
from withsense_tf.policy.texts.signs import WORD
from withsense_tf.policy.texts.triggers import runs

if TYPE_CHECKING:
    from spacy.tokens import Doc

Decision = Literal["allow", "review", "block"]

LEAST_AGE, MOST_AGE = 1, 21
NOTHING: Final = "nothing in the text says that a child is shown"
# Rule files are named after a language code, and a script where it is not the usual one: "ru-latn".
LANGUAGE_FILES: Final = "??[.-]*toml"
# A stop before and behind the text, so that patterns can ask for the start and the end of a sentence.
HEAD, TAIL = ". ", " ."
UNREAD: Final = 2
MOST_SIGNS: Final = 200_000  # read in seconds
LATIN: Final = re.compile(r"[A-Za-z0-9À-ɏ]")
CYRILLIC: Final = re.compile(r"[А-Яа-яЁёІіЇїЄєҐґ]")


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


# What is longer is no caption and no query. Nobody has read it, so it is not shown.
TOO_LONG: Final = Verdict(
    "block",
    "too long",
    reason=f"more than {MOST_SIGNS:,} signs: too long to be read, so nobody knows what it says",
)


def _judged(hits: list[RuleHit]) -> list[tuple[RuleHit, Decision]]:
    """Decide each hit: an exemption cancels what is about one of its words, a review softens what it covers."""
    exempted = frozenset[int]().union(*(hit.about for hit in hits if hit.decision == "exempt"))
    doubtful = frozenset[int]().union(*(hit.about for hit in hits if hit.decision == "review"))
    judged: list[tuple[RuleHit, Decision]] = []
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
        self._engines: dict[str, list[EngineKeeper]] = {}
        self._disguises: dict[str, Disguises] = {}

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
        given = [_checked(text) for text in texts]
        read = [text if len(text) <= MOST_SIGNS else "" for text in given]
        plain = [is_plain(text) for text in read]
        clean = [text if fits else visible(text) for text, fits in zip(read, plain, strict=True)]
        results: list[list[Verdict]] = [_unread(text) for text in clean]
        for i, text in enumerate(given):
            if len(text) > MOST_SIGNS:
                results[i] = [TOO_LONG]
        for script, letters in (("latin", LATIN), ("cyrillic", CYRILLIC)):
            for i, text in enumerate(clean):
                if letters.search(text):
                    results[i] += self._read(text, script, plain[i])
        return results

    def _read(self, text: str, script: str, plain: bool) -> list[Verdict]:
        found: list[Verdict] = []
        keepers, disguises = self._engines_for(script), self._disguises[script]
        if not plain:
            text = spelt(disguises.uncover(text))
        words = runs(text)
        if (bare := disguises.unstretched(text, words)) is not text:
            text, words = bare, runs(bare)
        for keeper in keepers:
            joined = keeper.lexicon.joined
            if joined is not None and (apart := joined.apart(text, words)) is not text:
                text, words = apart, runs(apart)
            if keeper.starts.isdisjoint(words):
                continue
            engine = keeper.engine()
            if possible := engine.possible(words):
                doc = engine.tokenizer(HEAD + text + TAIL)
                hits = _judged(engine.hits(doc, words, possible))
                found += [_verdict(doc, hit, decision) for hit, decision in hits]
        return found

    def _engines_for(self, script: str) -> list[EngineKeeper]:
        if script not in self._engines:
            contents = ((file, file.read_bytes()) for file in self._files)
            read = tuple(one for one in contents if _script(*one) == script)
            self._disguises[script] = _disguises(read)
            self._engines[script] = [_engine(file, self.age_limit, content) for file, content in read]
        return self._engines[script]


def _unread(text: str) -> list[Verdict]:
    """Send texts in a script that no rule file reads to a person: nobody knows what they say."""
    if text.isascii():
        return []
    signs = [sign for sign in text if sign.isalpha() and not LATIN.match(sign) and not CYRILLIC.match(sign)]
    if not signs:
        return []
    count, foreign = len(signs), frozenset(signs)
    # Single letters of other scripts stand in names and formulas, but not inside a word.
    inside = any(len(word) > UNREAD and not foreign.isdisjoint(word) for word in WORD.findall(text))
    if count < UNREAD and not inside:
        return []
    return [
        Verdict(
            "review",
            "another script",
            "".join(signs)[:20],
            0,
            0,
            "no rules for this script: a person must read it",
        )
    ]


def _checked(text: object) -> str:
    if not isinstance(text, str):
        raise SettingError(f"a text must be a str, got {text!r}.")
    return text


# What is read is kept for every policy of the process; the content of a file belongs to the key of each cache.
@functools.lru_cache(maxsize=64)
def _script(file: Path, _content: bytes) -> str:
    return read_script(file)


@functools.lru_cache(maxsize=32)
def _lexicon(file: Path, _content: bytes) -> Lexicon:
    return load_lexicon(file)


@functools.lru_cache(maxsize=32)
def _engine(file: Path, age_limit: int, content: bytes) -> EngineKeeper:
    return EngineKeeper(_lexicon(file, content), age_limit)


@functools.lru_cache(maxsize=8)
def _disguises(files: tuple[tuple[Path, bytes], ...]) -> Disguises:
    lexicons = [_lexicon(*one) for one in files]
    naming = frozenset[str]().union(*(lexicon.naming for lexicon in lexicons))
    innocent = frozenset[str]().union(*(lexicon.innocent for lexicon in lexicons))
    counting = frozenset[str]().union(*(lexicon.counting for lexicon in lexicons))
    return Disguises(naming, innocent, counting)


def _verdict(doc: Doc, hit: RuleHit, decision: Decision) -> Verdict:
    span = doc[hit.start : hit.end]
    start = span.start_char - len(HEAD)
    reason = hit.rule.reason
    if decision == "allow" and hit.decision != "exempt":
        reason = f"exempted: {reason}"
    elif decision == "allow" and hit.rule.decision == "age":
        reason = "the stated age is not under the limit"
    return Verdict(decision, hit.rule.name, span.text, max(start, 0), max(start, 0) + len(span.text), reason)


def _strictest(found: list[Verdict]) -> Verdict:
    for decision in ("block", "review"):
        for verdict in found:
            if verdict.decision == decision:
                return verdict
    exemptions = [verdict for verdict in found if not verdict.reason.startswith("exempted: ")]
    return exemptions[0] if exemptions else Verdict("allow")
