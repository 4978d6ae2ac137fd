"""Text -> the text as the rules read it: one spelling, nothing invisible, no disguises."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

# The tokenizer needs quadratic time for text without a blank, so long runs are cut.
LONG_TEXT, LONGEST_RUN = 1_000, 200

# A hyphen that tells what is meant stays: "child-free", "машина-малютка".
HYPHEN: Final = re.compile(
    r"(?<=\w)(?<!малышка)(?<!малютка)(?<!крошка)[-‐‑–—−]"
    r"(?!(?:free|sized|friendly|themed|proof|like|only)\b|(?:малыш|малютк|крошк|крох))(?=\w)|_",
    re.IGNORECASE,
)
# Small words between single blanks: nearly all captions, and nothing below would change them.
PLAIN: Final = re.compile(
    r"""(?>(?:[Aa]\ )?(?>[A-Z]?[a-z]{2,}+[,.;:!?"]?|'s|[,.;:!?"])(?:\ |\Z))*""", re.VERBOSE
)
ODD: Final = re.compile(r"[^\x20-\x7e]")
LEET: Final = re.compile(r"(?<=[a-z])[013@$](?=[a-z])|(?<=[a-z])[013@$](?=[a-z]{2})", re.IGNORECASE)
LETTER_OF_LEET: Final = {"0": "o", "1": "i", "3": "e", "@": "a", "$": "s"}
SPACED: Final = re.compile(r"(?<![\w'])[^\W\d_](?:[ .*][^\W\d_]){2,}(?!\w)")
CAMEL: Final = re.compile(r"(?<=[a-zа-я]{2})(?=[A-ZА-Я][a-zа-я])")
WORD: Final = re.compile(r"\w+")
GLUED: Final = re.compile(r"(?<=[^\W\d_]{3})(?=\d)")  # "child1"
TO_LATIN: Final = str.maketrans("асеорхукАВСЕНКМОРТХУіӀιοαϲıεκ", "aceopxykABCEHKMOPTXYiIioaciek")
TO_CYRILLIC: Final = str.maketrans("aceopxykuABCEHKMOPTXY", "асеорхукиАВСЕНКМОРТХУ")
# Words that mean a child by their accents alone: Nina is a name, "bebe" is Spanish for drinks.
RESPELT: Final = (
    (re.compile(r"\b(ni)ñ(?=[ao])", re.IGNORECASE), r"\1ny"),
    (re.compile(r"\b(b)[eé](b)[éê](?=s?\b|[sz]?it|zi)", re.IGNORECASE), r"\1e\2eh"),
)
# Blanks that do not call themselves so.
FILLERS: Final = frozenset("\u3164\u2800\uffa0\u115f\u1160")
ENTITIES: Final = 2  # how often an entity may hide another one
PICTURES: Final = {
    "👶": " baby ",
    "🧒": " child ",
    "👦": " boy ",
    "👧": " girl ",
    "🚸": " children ",
    "🤱": " breastfeeding ",
    "½": " and a half",
}


def normalise(text: str) -> str:
    """Return a text as the rules read it.

    >>> normalise("A 7-year-old ch\u200bild, a k1d and a c h i l d")
    'A 7 year old child, a kid and a child'
    """
    if PLAIN.fullmatch(text) and len(text) <= LONG_TEXT and text[-1:] != " ":
        return text
    return _normalised(text)


def _normalised(text: str) -> str:
    if len(text) > LONG_TEXT:
        # First of all: what follows would take too long for a run without a blank.
        text = re.sub(rf"\S{{{LONGEST_RUN}}}", r"\g<0> ", text)
    for _ in range(ENTITIES if "&" in text else 0):
        text = html.unescape(text)
    if ODD.search(text):
        text = "".join(PICTURES.get(sign, sign) for sign in text)
        text = unaccented(text)
        text = WORD.sub(lambda found: _one_script(found[0]), text).replace("’", "'").replace("`", "'")
    text = " ".join(text.split())
    text = HYPHEN.sub(" ", text)
    text = CAMEL.sub(" ", text)
    if LEET.search(text):
        text = LEET.sub(lambda found: LETTER_OF_LEET[found[0]], text)
    text = GLUED.sub(" ", text)
    if SPACED.search(text):
        text = SPACED.sub(_joined, text)
    return text


def unaccented(text: str) -> str:
    """Return a text without invisible signs and without accents on Latin letters.

    >>> unaccented("garçon, й"), unaccented("niño")
    ('garcon, й', 'ninyo')
    """
    text = unicodedata.normalize("NFKC", text)
    for accented, respelt in RESPELT:
        text = accented.sub(respelt, text)
    return "".join(map(_visible, text))


def _joined(letters: re.Match[str]) -> str:
    joined = re.sub(r"[ .*]", "", letters[0])
    # "a c h i l d" is an article and a word.
    return f"{joined[0]} {joined[1:]}" if joined[0] in "aA" else joined


def _visible(sign: str) -> str:
    if sign.isspace() or sign in FILLERS:
        return " "
    kind = unicodedata.category(sign)
    if kind == "Nd":
        return str(unicodedata.decimal(sign))
    # Cf: zero-width characters, soft hyphens, marks of direction. Mn, Me: accents and circles that no letter takes up.
    if kind in ("Cf", "Cc", "Mn", "Me", "Cs"):
        return ""
    plain = unicodedata.normalize("NFD", sign)[0]
    # An accent on a Latin letter is no other letter in English; й and ё are letters in Russian.
    return plain if plain.isascii() else sign


def _one_script(word: str) -> str:
    """Put a word of Latin and Cyrillic (or Greek) look-alikes into the script that most of its letters are from."""
    cyrillic = sum("а" <= letter <= "я" or letter == "ё" for letter in word.lower())
    latin = sum("a" <= letter <= "z" for letter in word.lower())
    if not cyrillic + latin or max(cyrillic, latin) == len(word):
        return word
    return word.translate(TO_CYRILLIC if cyrillic > latin else TO_LATIN)
