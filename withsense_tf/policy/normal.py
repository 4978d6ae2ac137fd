"""Text -> the text as the rules read it: one spelling, nothing invisible, no disguises."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

# The tokenizer needs quadratic time for text without a blank, so long runs are cut.
LONG_TEXT, LONGEST_RUN = 1_000, 200

HYPHEN: Final = re.compile(r"(?<=\w)[-‐‑–](?!(?:free|sized|friendly|themed|proof|like|only)\b)(?=\w)|_")
ODD: Final = re.compile(r"[^\x20-\x7e]")
LEET: Final = re.compile(r"(?<=[a-z])[013@$](?=[a-z])|(?<=[a-z])[013@$](?=[a-z]{2})", re.IGNORECASE)
LETTER_OF_LEET: Final = {"0": "o", "1": "i", "3": "e", "@": "a", "$": "s"}
SPACED: Final = re.compile(r"(?<![\w'])[^\W\d_](?:[ .*][^\W\d_]){3,}(?!\w)")
CAMEL: Final = re.compile(r"(?<=[a-zа-я]{2})(?=[A-ZА-Я][a-zа-я])")
MIXED: Final = re.compile(r"\w*(?:[a-z][а-яё]|[а-яё][a-z])\w*", re.IGNORECASE)
LOOKALIKES: Final = str.maketrans("асеорхукАВСЕНКМОРТХУіӀ", "aceopxykABCEHKMOPTXYiI")


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
