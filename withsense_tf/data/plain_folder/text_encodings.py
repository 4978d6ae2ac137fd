"""Bytes of a text file -> its lines, whatever encoding they are in; what cannot be told is lost, line by line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from withsense_tf.common.words import russian_analyser
from withsense_tf.data.embedded.file_words import ROW
from withsense_tf.data.folder.problems import Problem
from withsense_tf.data.folder.tables import text_lines

MARKS: Final = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Who writes Russian in something else than Unicode writes one of these.
CYRILLIC: Final = ("cp1251", "koi8-r", "cp866", "mac_cyrillic")
WORD: Final = re.compile(r"\b[а-яё]{3,}\b")
MOST_WORDS, LEAST_KNOWN = 300, 0.7
MULTI_BYTE: Final = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
SAMPLE: Final = 1 << 16


@dataclass(frozen=True)
class TextLines:
    """The lines of a file that hold something, by number; what is wrong with the others, and what is left of them."""

    lines: list[tuple[int, str]]
    problems: list[Problem]
    lost_lines: Mapping[int, str] = field(default_factory=dict)

    @property
    def whole(self) -> str:
        """Return the text."""
        return "\n".join(text for _, text in self.lines)


def read_lines(name: str, content: bytes) -> TextLines:
    """Return the lines of a file; a note says if its encoding had to be guessed."""
    encoding = encoding_of(content)
    problems = []
    if encoding is not None:
        try:
            content = content.decode(encoding).removeprefix("\ufeff").encode("utf-8")
            problems.append(Problem("file_encoding", name, None, name, f"read as {encoding}"))
        except UnicodeError as error:
            problems.append(
                Problem(
                    "file_not_utf8",
                    name,
                    None,
                    name,
                    f"it is damaged: {error.reason}"
                    if isinstance(error, UnicodeDecodeError)
                    else "it is damaged",
                )
            )
            return TextLines([], problems, {1: content.decode("ascii", errors="replace")})
    lines, more_problems, lost_lines = text_lines(name, content)
    return TextLines(lines, problems + more_problems, lost_lines)


def encoding_of(content: bytes) -> str | None:
    """Return the encoding of a text that is not in UTF-8; None where it is, or where nobody can tell.

    >>> encoding_of("Зимний лес, две собаки бегут по снегу".encode("cp1251")), encoding_of("Café".encode("cp1252"))
    ('cp1251', 'cp1252')
    """
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return encoding
    sample = content[:SAMPLE]
    for encoding, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        # The higher bytes of Latin and of Cyrillic letters, and hardly two in a row of any other text.
        if b"\0" in high and high.count(b"\0") + high.count(b"\4") >= 0.9 * len(high):
            return encoding
    try:
        content.decode("utf-8")
        return None
    except UnicodeDecodeError:
        pass
    if MULTI_BYTE.search(content) and _has_good_line(content):
        return None  # some lines are damaged
    if not ROW.search(content):
        return "cp1252"
    known = {encoding: _share_known(content, encoding) for encoding in CYRILLIC}
    best = max(CYRILLIC, key=lambda encoding: known[encoding])
    return best if known[best] >= LEAST_KNOWN else None


def _has_good_line(content: bytes) -> bool:
    """Return whether a line with signs beyond ASCII is UTF-8: hardly any in another encoding is by chance."""
    for line in content.splitlines():
        if not line.isascii():
            try:
                if len(line.decode("utf-8")) < len(line):
                    return True
            except UnicodeDecodeError:
                continue
    return False


def _share_known(content: bytes, encoding: str) -> float:
    """Return the share of the Russian words in a text that a dictionary knows, if it is in that encoding."""
    try:
        text = content[: 16 * SAMPLE].decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    words = list(dict.fromkeys(WORD.findall(text.lower())))[:MOST_WORDS]
    letters = re.findall(r"[^\x00-\x7f]", text)
    # A word or two may be known by chance, and letters that are none are of another encoding.
    if len(words) < 2 or sum(map(str.isalpha, letters)) < 0.9 * len(letters):
        return 0.0
    return float(sum(map(russian_analyser().word_is_known, words)) / len(words))
