"""Decide whether a text describes a child: allow, review or block.

The words and rules are in `rules/*.toml`, a file a language. Places (`start`, `end`) refer to the normalised text:
NFKC, without invisible characters, with hyphens inside words as blanks, and with joined words apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol

from withsense_tf.common.words import is_keyword_list
from withsense_tf.errors import SettingError
from withsense_tf.policy.texts.normalise import as_seen, is_plain, visible
from withsense_tf.policy.texts.rule_book import RuleBook
from withsense_tf.policy.texts.rule_files import FOLDER, RuleFile, packaged_rules, rules_digest
from withsense_tf.policy.texts.signs import FILLER, WORD
from withsense_tf.policy.texts.verdict import Verdict, strictest

LEAST_AGE, MOST_AGE = 1, 21
UNREAD: Final = 2
MOST_SIGNS: Final = 200_000  # read in seconds
LATIN: Final = re.compile(r"[A-Za-z0-9À-ɏ]")
CYRILLIC: Final = re.compile(r"[А-Яа-яЁёІіЇїЄєҐґ]")
OTHER_LETTER: Final = re.compile(r"[^\W\d_A-Za-zÀ-ɏА-Яа-яЁёІіЇїЄєҐґ]")
SCRIPTS: Final = (("latin", LATIN), ("cyrillic", CYRILLIC))

# What is longer is no caption and no query. Nobody has read it, so it is not shown.
TOO_LONG: Final = Verdict(
    "block",
    "too long",
    reason=f"more than {MOST_SIGNS:,} signs: too long to be read, so nobody knows what it says",
)
TURNED_ROUND: Final = Verdict(
    "review",
    "direction",
    reason="turned round by marks of direction: a person must read it",
)


class Reader(Protocol):
    """What reads the texts that the rules found nothing in; it can only send some of them to a person."""

    @property
    def identity(self) -> str:
        """Name all that its answers depend on."""
        ...

    def verdicts(self, texts: Sequence[str]) -> Sequence[Verdict | None]:
        """Return for each text a verdict that restricts it, or None where there is nothing to say."""
        ...


class TextPolicy:
    """Decide whether a text describes a child: someone younger than the age limit.

    - `age_limit`: who is younger is a child
    - `folder`: the rule files, by default those of the package
    - `languages`: rule files of more languages; each is read by itself, so it can only add reasons to restrict
    - `second_reader`: what reads the texts that the rules found nothing in; without one the rules stand alone

    >>> TextPolicy().verdict("A baby carrot is eaten by a toddler.").span
    'toddler'
    """

    def __init__(
        self,
        age_limit: int = 16,
        folder: Path | None = None,
        languages: Sequence[RuleFile] = (),
        second_reader: Reader | None = None,
    ) -> None:
        whole = isinstance(age_limit, int) and not isinstance(age_limit, bool)
        if not whole or not LEAST_AGE <= age_limit <= MOST_AGE:
            raise SettingError(
                f"age_limit must be a whole number from {LEAST_AGE} to {MOST_AGE}, got {age_limit!r}."
            )
        self.age_limit = age_limit
        self.folder = FOLDER if folder is None else Path(folder)
        self.languages = tuple(languages)
        self.second_reader = second_reader

    @cached_property
    def _books(self) -> list[RuleBook]:
        books = [packaged_rules(self.folder), *((file,) for file in self.languages)]
        return [RuleBook(files, self.age_limit) for files in books]

    @cached_property
    def version(self) -> str:
        """The first 12 hex digits of the SHA-256 over the rule files."""
        return rules_digest(file for book in self._books for file in book.files)[:12]

    def verdict(self, text: str) -> Verdict:
        """Return the strictest verdict on a text, and of these the first in it."""
        return self.verdicts([text])[0]

    def verdicts(self, texts: Iterable[str]) -> list[Verdict]:
        """Return the verdict on each text."""
        return [strictest(hits) for hits in self._all_hits(texts)]

    def hits(self, text: str) -> list[Verdict]:
        """Return all that the rules found in a text, exemptions and what they cancel too."""
        return list(self._all_hits([text])[0])

    def _all_hits(self, texts: Iterable[str]) -> list[Sequence[Verdict]]:
        if isinstance(texts, str):
            raise SettingError(f"texts must be several texts, got one: {texts[:40]!r}.")
        all_texts = list(texts)
        # No list is kept for a text without hits, as most are.
        all_hits: list[Sequence[Verdict]] = [tuple(self._hits(_check_text(text))) for text in all_texts]
        if self.second_reader is not None:
            # What the rules have excused stays excused.
            silent = [
                (at, part) for at, hits in enumerate(all_hits) if not hits for part in _parts(all_texts[at])
            ]
            verdicts = self.second_reader.verdicts([part for _, part in silent])
            for (at, _), verdict in zip(silent, verdicts, strict=True):
                if verdict is not None and verdict.restricted:
                    all_hits[at] = [*all_hits[at], verdict]
        return all_hits

    def _hits(self, text: str) -> list[Verdict]:
        if len(text) > MOST_SIGNS:
            return [TOO_LONG]
        plain = is_plain(text)
        clean = text if plain else visible(text)
        hits = [] if plain else _unread(clean)
        hits += self._read(clean, plain)
        if not plain and FILLER.search(text):
            # Some fonts draw nothing there, and no gap parts the letters.
            hits += self._read(visible(FILLER.sub("", text)), plain)
        if not plain and (seen_text := as_seen(text)):
            hits += [TURNED_ROUND, *self._read(seen_text, plain)]
        return hits

    def _read(self, clean: str, plain: bool) -> list[Verdict]:
        # A plain text has no letters but Latin ones.
        scripts = [script for script, letters in SCRIPTS[: 1 if plain else None] if letters.search(clean)]
        return [
            hit for book in self._books for script in scripts for hit in book.verdicts(clean, script, plain)
        ]


def _parts(text: str) -> list[str]:
    """Return the keywords of a list, else the whole text."""
    return text.split("; ") if "; " in text and is_keyword_list(text) else [text]


def _unread(text: str) -> list[Verdict]:
    """Send texts in a script that no rule file reads to a person: nobody knows what they say."""
    if not OTHER_LETTER.search(text):
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


def _check_text(text: object) -> str:
    if not isinstance(text, str):
        raise SettingError(f"a text must be a str, got {text!r}.")
    return text
