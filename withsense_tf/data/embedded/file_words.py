"""The words that were found in a photo file, and what of it cannot be read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

# What a text is: a description or title of the photo, a keyword, or anything else that somebody may have typed.
DESCRIPTION, KEYWORD, OTHER = "description", "keyword", "other"
# A longer text is no description; reading it all would let one file hold everything up.
MOST_SIGNS: Final = 20_000
MOST_TEXTS: Final = 500
# Where letters could not be kept there are other signs now, and nobody knows what they were.
REPLACED, QUESTIONED = "\ufffd", "???"
# Single signs beyond ASCII are accents and signs like ©; more in a row are a word in an alphabet that is not named.
ROW: Final = re.compile(rb"[\x80-\xff]{2}")
# Of all texts of a file together, read or not, each of which costs some time; photos have some thousands.
MOST_TAKEN: Final = 2 << 20
COSTS: Final = 32


@dataclass(frozen=True)
class Text:
    """One text: where in the file it stands, what it is, and its words."""

    where: str
    kind: str
    text: str


@dataclass(frozen=True)
class Embedded:
    """All that a file says in words, and where (and why) it may say more that cannot be read."""

    texts: tuple[Text, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: Embedded) -> Embedded:
        return Embedded(self.texts + other.texts, self.unread + other.unread)


NOTHING: Final = Embedded()


@dataclass
class Finder:
    """The texts of one file and what of it cannot be read, as a reader adds them."""

    texts: dict[Text, None] = field(default_factory=dict)
    unread: dict[tuple[str, str], None] = field(default_factory=dict)
    cost: int = 0

    def add(self, where: str, kind: str, text: str | bytes | None) -> None:
        """Add a text, in bytes or decoded; None is one that could not be decoded."""
        # Thousands of entries may stand for the same bytes.
        self.cost += COSTS + len(text or "")
        if self.cost > MOST_TAKEN:
            self.lose(where, "there is too much of it")
            return
        if isinstance(text, bytes):
            text = decode(text)
        if text is None or REPLACED in text or (QUESTIONED in text and not any(map(str.isalpha, text))):
            self.lose(where, "its letters cannot be read")
        elif len(text) > MOST_SIGNS or len(self.texts) >= MOST_TEXTS:
            self.lose(where, "there is too much of it")
        elif plain := in_one_line(text):
            self.texts[Text(where, kind, plain)] = None

    def lose(self, where: str, reason: str) -> None:
        """Note that something cannot be read."""
        self.unread[where, reason] = None

    def result(self) -> Embedded:
        """Return the texts of the file, and what of it cannot be read."""
        return Embedded(tuple(self.texts), tuple(self.unread)) if self.texts or self.unread else NOTHING


def decode(raw: bytes) -> str | None:
    r"""Return a text whose encoding nobody names, or None.

    >>> decode("Зима".encode()), decode(b"Caf\xe9"), decode("Зима".encode("cp1251"))
    ('Зима', 'Café', None)
    """
    # Zero bytes end a text, and part the two halves of a copyright.
    content = b" ".join(raw.split(b"\0"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if ROW.search(content):
        return None
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        return None


def in_one_line(text: str) -> str:
    """Return a text without signs that cannot be shown and doubled blanks."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
