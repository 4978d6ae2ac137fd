"""Text -> the text as the rules read it: one spelling, nothing invisible, no disguises."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

from withsense_tf.policy.texts.signs import as_read

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
# "annie3andahalf" and "P1s" hold numbers.
LEET: Final = re.compile(
    r"(?<=[a-z])[013@$](?=[a-z])(?!andahalf|yrs?\b|yo\b|years?\b|months?\b|mths?\b|weeks?\b)", re.IGNORECASE
)
# "B0Y7" is the name of a thing: only what ends in a letter is read as a word.
LEET_WORD: Final = re.compile(r"(?<![\w@$])(?!(?:[pyk]|yr|ks)\d\d?s\b)[a-z][\w@$]*+(?<=[a-z])", re.IGNORECASE)
LETTER_OF_LEET: Final = {"0": "o", "1": "i", "3": "e", "@": "a", "$": "s"}
SPACED_LETTERS: Final = re.compile(r"(?<![\w'])[^\W\d_](?:[ .*][^\W\d_]){2,}(?!\w)")
CAMEL: Final = re.compile(r"(?:(?<=[a-zа-я]{2})|(?<=My|Of|In|On|At|By|To|An|Is|We))(?=[A-ZА-Я][a-zа-я])")
# "Isn't 16" says what "is not 16" says.
NOT: Final = re.compile(r"(?<=[a-z])n't\b", re.IGNORECASE)
# What a query takes out: "people -adults".
MINUS: Final = re.compile(r"(?<!\S)[-–—](?=[^\W\d_])")
WORD_BEHIND_ORDINAL: Final = re.compile(r"(?<=\d(?:st|nd|rd|th))(?=[a-z]{3})", re.IGNORECASE)  # "1stbirthday"
NUMBER_BEHIND_WORD: Final = re.compile(r"(?<=[^\W\d_]{3})(?=\d)")  # "child1"
# "2y3m" in a file name is an age, and nothing else.
AGE_CODE: Final = re.compile(
    r"(?<!\w)(\d{1,2}) ?(?:y|yrs?|(г|лет)) ?\d{1,2} ?(?:m|mo|mths?|мес)\b", re.IGNORECASE
)
ENTITIES: Final = 2  # how often an entity may hide another one
# Marks of direction: what they turn round, or whose parts they may.
OVERRIDDEN: Final = re.compile("\u202e([^\u202c\u2069]*)")
TURNS: Final = re.compile(r"[\u202b\u202e\u2067]")
MARK: Final = re.compile(r"[\u061c\u200f]")
IN_WORD: Final = re.compile(r"\w")


def is_plain(text: str) -> bool:
    """Return whether a text holds nothing that could be a disguise, but for letters too many."""
    return bool(PLAIN.fullmatch(text)) and len(text) <= LONG_TEXT and text[-1:] != " "


def normalise(text: str) -> str:
    """Return a text as the rules read it.

    >>> normalise("A 7-year-old ch\u200bild, a k1d and a c h i l d")
    'A 7 year old child, a kid and a child'
    """
    return text if is_plain(text) else spelt(visible(text))


def visible(text: str) -> str:
    """Return a text with what a reader sees of it, between single blanks."""
    if len(text) > LONG_TEXT:
        # First of all: what follows would take too long for a run without a blank.
        text = re.sub(rf"\S{{{LONGEST_RUN}}}", r"\g<0> ", text)
    text = _without_entities(text)
    if ODD.search(text):
        text = as_read(text)
    return " ".join(text.split())


def as_seen(text: str) -> str:
    """Return a text that marks of direction turn round in the order in which it is seen, `visible`; of others nothing.

    >>> as_seen("\u202eybab A")
    'A baby'
    """
    text = _without_entities(text)
    mark = MARK.search(text)
    # A mark that stands behind all words turns none.
    if not TURNS.search(text) and (mark is None or not IN_WORD.search(text, mark.end())):
        return ""
    if len(text) <= LONG_TEXT:
        # So that a letter keeps its accent. Of a long text it would take too long, and no word needs it.
        text = unicodedata.normalize("NFC", text)
    return visible(OVERRIDDEN.sub(lambda run: run[1][::-1], text))


def _without_entities(text: str) -> str:
    for _ in range(ENTITIES if "&" in text else 0):
        text = html.unescape(text)
    return text


def spelt(text: str) -> str:
    """Return a visible text with its words apart and spelt with letters."""
    text = apart(text)
    text = AGE_CODE.sub(lambda age: f"{age[1]} лет" if age[2] else f"{age[1]} years old", text)
    if SPACED_LETTERS.search(text):
        text = SPACED_LETTERS.sub(_join_letters, text)
    return text


def apart(text: str) -> str:
    """Return a visible text with its words apart, as far as one can tell without what stands behind a blank.

    >>> apart("A well-known k1d"), apart("RedCar7")
    ('A well known kid', 'Red Car 7')
    """
    text = NOT.sub(" not", MINUS.sub("− ", HYPHEN.sub(" ", text)))
    text = CAMEL.sub(" ", text)
    if LEET.search(text):
        text = LEET_WORD.sub(lambda word: LEET.sub(lambda sign: LETTER_OF_LEET[sign[0]], word[0]), text)
    return WORD_BEHIND_ORDINAL.sub(" ", NUMBER_BEHIND_WORD.sub(" ", text))


def _join_letters(letters: re.Match[str]) -> str:
    word = re.sub(r"[ .*]", "", letters[0])
    # "a c h i l d" is an article and a word.
    return f"{word[0]} {word[1:]}" if word[0] in "aA" else word
