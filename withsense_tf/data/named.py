"""What the name of a photo and its columns say, as texts that the law can read.

`little_girl_01.jpg` and `children=2` speak as plainly as a caption. A cell that says no (`children=0`) says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final
from urllib.parse import unquote

Cell = str | float
ENDING: Final = re.compile(r"\.[^\W_]{1,5}$")
# Names that machines give hold words by chance alone: long ones in which letters and digits change often.
UUID: Final = re.compile(r"(?i)\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
PIECE: Final = re.compile(r"[^\W_]{8,}")
CHANGE: Final = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
CHANGES: Final = 3
HEX: Final = re.compile(r"(?i)[0-9a-f]+")
RUN: Final = re.compile(r"[^\W\d_]{3,}")
WORD: Final = re.compile(r"[^\W\d_]{4}")
# Not hyphens, because "child-free" means something.
BETWEEN: Final = re.compile(r"[_.,;+~()\[\]{}!@#&='/\\:|\s]+")
# Two letters, be they apart ("k1d"), or a picture.
SPEAKS: Final = re.compile(r"[^\W\d_].*[^\W\d_]|[^\x00-\x7f]")

# What stands in a cell where there is nothing to say, and what says no.
MISSING: Final = frozenset({"", "-", "--", "–", "—", "n/a", "na", "nan", "null", "#n/a"})
# What people and programs write where a text is missing, as the whole of it.
NO_TEXT: Final = re.compile(
    r"(?i)^[\W_]*(?:none|nil|null|nan|n\W{0,2}a|untitled|unknown|empty|no (?:caption|title|description)"
    r"|(?:без|нет) (?:названия|подписи|описания)|нет)[\W_]*$"
)
NO: Final = frozenset({"0", "no", "n", "none", "false", "f", "nobody", "nil", "нет", "никого", "ложь"})
# What passes a filter on a column of counts or of answers, if anything does.
ANSWERS: Final[tuple[Cell, ...]] = ("yes", "true", *(float(n) for n in range(22)))
# Columns in which a number is an age, in the languages that the law reads.
AGES: Final = frozenset(
    {"age", "ages", "aged", "возраст", "возраста", "вік", "alter", "edad", "edades", "âge", "idade", "età"}
    | {"leeftijd", "wiek"}
)
# Elsewhere a minor is a key of music, a road or a mistake.
MINOR: Final = re.compile(r"(?i)\bminor\b")
# Who is no adult is a minor; "adults" are counted.
ADULT: Final = re.compile(r"(?i)^(?:is )?(?:an )?(?:adult|of age)$")
DENYING: Final = re.compile(r"(?i)\b(?:no|not|non|without|free|без|нет)\b")
FREE: Final = re.compile(r"(?i) free$")
CAMEL: Final = re.compile(r"(?<=[^\W\d_A-ZА-ЯЁ])(?=[A-ZА-ЯЁ])")
# "haschildren", "kidscount": nobody has to write a column's name apart.
BEFORE: Final = re.compile(r"(?i)^(has|have|is|number|num|nr|contains?|shows?)(?=[^\W\d_]{3})")
BEHIND: Final = re.compile(r"(?i)(?<=[^\W\d_]{3})(counts?|num|number|present|visible|shown|flag|free)$")
NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")


def says_nothing(text: str) -> bool:
    """Return whether a text is what stands where nobody said anything.

    >>> says_nothing("None"), says_nothing("<NA>"), says_nothing("нет"), says_nothing("None of the dogs sits")
    (True, True, True, False)
    """
    return text.strip().casefold() in MISSING or NO_TEXT.match(text) is not None


def name_text(photo: str) -> str:
    """Return what a file name says, as words; "" where it says nothing.

    >>> name_text("little_girl_01.jpg"), name_text("693b08cb0e.jpg"), name_text("1000092795.jpg")
    ('little girl 01', '', '')
    """
    bare = UUID.sub(" ", ENDING.sub("", unquote(unquote(photo))))
    words = " ".join(BETWEEN.sub(" ", PIECE.sub(_without_lots, bare)).split())
    return words if SPEAKS.search(words) else ""


def column_text(column: str, cell: Cell) -> str:
    """Return what a cell says under the name of its column; "" where it says nothing, or no.

    >>> column_text("num_kids", 2.0), column_text("num_kids", 0.0), column_text("title", "my bike")
    ('num kids', '', 'title . my bike')
    >>> column_text("model_age", 7.0), column_text("child_free", "no")
    ('model age . age 7', 'child')
    """
    value = " ".join(cell.split()) if isinstance(cell, str) else f"{cell:.15g}"
    if value.casefold() in MISSING:
        return ""
    words = _column_words(column)
    plain = NUMBER.fullmatch(value)
    aged = not AGES.isdisjoint(words.casefold().split())
    if value.casefold() in NO or (plain and float(value) == 0):
        if aged and plain:
            return f"{words} . age 0"
        if ADULT.search(words):
            return "minors"
        # Whoever says no to "child free" says yes.
        rest = DENYING.sub(" ", words)
        return " ".join(rest.split()) if rest != words else ""
    parts = [FREE.sub("-free", words), *([] if plain else [value])]
    parts += [f"age {age}" for age in dict.fromkeys([*NUMBER.findall(value), value]) if aged]
    return " . ".join(filter(None, parts))


def own_texts(
    photo: str, cells: Iterable[tuple[str, Cell]] = (), silent: Collection[str] = ()
) -> list[tuple[str, str]]:
    """Return what the name of a photo and its columns say, but for the `silent` ones: where it stands, and the text."""
    texts = [(f"name of {photo}", name_text(photo))]
    texts += [
        (f"column {column.casefold()} of {photo}", column_text(column, cell))
        for column, cell in cells
        if column.casefold() not in silent
    ]
    return [(where, text) for where, text in texts if text]


def _without_lots(piece: re.Match[str]) -> str:
    """Return what may be words in a piece of a name: of one that is drawn by lot, the longer runs of letters."""
    text = piece[0]
    changes = len(CHANGE.findall(text))
    if changes and HEX.fullmatch(text) and (changes >= CHANGES or not WORD.search(text)):
        return " "
    return text if changes < CHANGES else " ".join(RUN.findall(text))


def _column_words(column: str) -> str:
    words = " ".join(CAMEL.sub(" ", BETWEEN.sub(" ", column)).split())
    words = BEHIND.sub(r" \1", BEFORE.sub(r"\1 ", words))
    return MINOR.sub("minors", words)
