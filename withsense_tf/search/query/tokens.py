"""A query -> its words, marks and quotations, each with its place: what the rules for minus words read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

# A word keeps its inner hyphens and apostrophes: no part of "black-and-white" or "no-fly" is a word of its own.
TOKEN: Final = re.compile(
    r"(?P<quoted>\"[^\"]*\"|“[^”]*”|«[^»]*»|„[^“”]*[“”]|(?<!\S)'[^']+'(?!\w))"
    r"|(?P<word>[^\W_]+(?:[-‑'’][^\W_]+)*)"
    r"|(?P<mark>\S)"
)
# Between these, one thing is said.
ENDS: Final = frozenset(",;:.!?()—–-|/…")


@dataclass(frozen=True)
class Token:
    """One word, mark or quotation: `text` as it stands, `low` in lower case with plain е for ё."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        """Return the word as rules know it."""
        return self.text.lower().replace("ё", "е").replace("’", "'")


@dataclass(frozen=True)
class Cut:
    """A phrase that says what is not wanted: tokens `first` to before `last`, its terms, and what joins the rest."""

    first: int
    last: int
    terms: tuple[tuple[int, int], ...]
    join: str = " "


def word_table(section: str) -> dict[str, frozenset[str]]:
    """Return the groups of words, or of phrases, that a section of `query_words.toml` holds."""
    text = (files("withsense_tf.search.query") / "query_words.toml").read_text(encoding="utf-8")
    groups: dict[str, str | list[str]] = tomllib.loads(text)[section]
    return {
        name: frozenset(group.split() if isinstance(group, str) else group) for name, group in groups.items()
    }


def tokens(text: str) -> list[Token]:
    """Cut a text into words, marks and quotations.

    >>> [token.text for token in tokens('a no-fly zone, "no cars"')]
    ['a', 'no-fly', 'zone', ',', '"no cars"']
    """
    return list(scan(text))


def scan(text: str) -> Iterator[Token]:
    """Yield the words, marks and quotations of a text as they are asked for."""
    for m in TOKEN.finditer(text):
        yield Token(str(m.lastgroup), m.group(), m.start(), m.end())


def low(words: Sequence[Token], at: int) -> str:
    """Return the word or mark at a place, or nothing beyond the ends and for quotations."""
    return words[at].low if 0 <= at < len(words) and words[at].kind != "quoted" else ""


def is_word(words: Sequence[Token], at: int) -> bool:
    """Return whether a word that begins with a letter stands at a place."""
    return 0 <= at < len(words) and words[at].kind == "word" and words[at].text[0].isalpha()


def ends(words: Sequence[Token], at: int) -> bool:
    """Return whether a clause ends before this place: at a mark, or where the text ends."""
    return at >= len(words) or (words[at].kind == "mark" and words[at].text in ENDS)


def begins(words: Sequence[Token], at: int) -> bool:
    """Return whether a clause, but not the text, begins at this place."""
    return at > 0 and words[at - 1].kind == "mark" and words[at - 1].text in ENDS


def clause_start(words: Sequence[Token], at: int) -> int:
    """Return where the clause around a place begins."""
    while at > 0 and not begins(words, at):
        at -= 1
    return at


def clause(words: Sequence[Token], at: int) -> list[str]:
    """Return the words of the clause around a place."""
    first, last = clause_start(words, at), at
    while not ends(words, last):
        last += 1
    return [low(words, place) for place in range(first, last)]
