"""Where words and signs end: the cuts of spaCy's tokenizer, without spaCy, which takes a second to load."""

from __future__ import annotations

import re
from typing import Final

SIGN: Final = re.compile(r"[^\w\s]")
PREFIX: Final = re.compile(r"^[^\w\s]")
SUFFIX: Final = re.compile(r"('s|'S|[^\w\s])$")
# An apostrophe between letters belongs to a word: "['kid','sea']" has two.
INFIX: Final = re.compile(r"[^\w\s']|(?<!\w)'|'(?!\w)|(?<=\d)(?=[^\W\d_])|(?<=\b[uU])(?=\d)")


def cut(chunk: str) -> list[str]:
    """Return the words and signs of what stands between two blanks, as spaCy's tokenizer does.

    >>> cut("(boy's"), cut("7yo,"), cut("a-b")
    (['(', 'boy', "'s"], ['7', 'yo', ','], ['a', '-', 'b'])
    """
    if chunk.isalpha():
        return [chunk]  # so are most
    if chunk[:-1].isalpha() and SIGN.fullmatch(chunk, len(chunk) - 1):
        return [chunk[:-1], chunk[-1]]
    before: list[str] = []
    behind: list[str] = []
    while chunk:
        prefix = PREFIX.search(chunk)
        at = prefix.end() if prefix else 0
        suffix = SUFFIX.search(chunk, at)
        if not at and suffix is None:
            break
        before += [chunk[:at]] if at else []
        behind += [suffix[0]] if suffix else []
        chunk = chunk[at : suffix.start() if suffix else None]
    return [*before, *_cut_inside(chunk), *reversed(behind)]


def _cut_inside(chunk: str) -> list[str]:
    parts, start = [], 0
    for sign in INFIX.finditer(chunk):
        if sign.start() == 0:
            continue  # so does spaCy
        parts += [chunk[start : sign.start()], sign[0]]
        start = sign.end()
    return [part for part in (*parts, chunk[start:]) if part]
