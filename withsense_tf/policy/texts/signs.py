"""Signs -> the plain letters that a reader sees in them, told from Unicode's own names and tables."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Words that mean a child by their accents alone: Nina is a name, "bebe" is Spanish for drinks.
RESPELT: Final = (
    (re.compile(r"\b(ni)ñ(?=[ao])", re.IGNORECASE), r"\1ny"),
    (re.compile(r"\b(b)[eé](b)[éê](?=s?\b|[sz]?it|zi)", re.IGNORECASE), r"\1e\2eh"),
)
# Blanks that do not call themselves so.
FILLERS: Final = frozenset("\u3164\u2800\uffa0\u115f\u1160")
FILLER: Final = re.compile(f"[{''.join(sorted(FILLERS))}]")
# Letters whose names do not end in the letter that they look like.
LETTER_OF_NAME: Final = {
    "ALPHA": "a",
    "ENG": "n",
    "ESH": "s",
    "ETH": "d",
    "EZH": "z",
    "IOTA": "i",
    "KRA": "k",
    "SCHWA": "e",
    "THORN": "th",
    "UPSILON": "u",
}
# A letter upside down is left as it is, so that a person looks at the text.
UPSIDE_DOWN: Final = frozenset({"TURNED", "REVERSED", "ROTATED", "SIDEWAYS", "INVERTED"})
# Pictures are read by their names where one of these is in it; the rules know that a baby bottle is a thing.
CHILD_NAMES: Final = frozenset(
    {"BABY", "BOY", "BOYS", "CHILD", "CHILDREN", "GIRL", "GIRLS", "BREAST-FEEDING"}
)
FIRST_PICTURE: Final = 0x1F000
# The same picture again and again says no more, and would take long.
SAME_PICTURES: Final = re.compile("([\U0001f300-\U0001faff])\\1+")
# A family is drawn as two adults and a child.
WORDS_OF_SIGN: Final = {"👪": " child ", **dict.fromkeys("½¼¾⅓⅔", " and a half")}
FEEDING: Final = "\u200d🍼"  # joined to a person: somebody who feeds a baby
FLAGS: Final = re.compile("[\U0001f1e6-\U0001f1ff]{2,}")
FIRST_TAG, LAST_TAG = 0xE0020, 0xE007E  # letters that are never seen
# Sorting more marks on one letter would take quadratic time.
MOST_MARKS: Final = 4
# Letters that look like letters of another script.
TO_LATIN: Final = str.maketrans(
    "асеорхукАВСЕНКМОРТХУІЅЈіӀӏјѕһԁԛԝьιοαϲεκρυντηβγΑΒΕΖΗΙΚΜΝΟΡΤΥΧօհսոց",
    "aceopxykABCEHKMOPTXYISJiIljshdqwbioacekpuvtnbyABEZHIKMNOPTYXohung",
)
TO_CYRILLIC: Final = str.maketrans("aceopxykuABCEHKMOPTXY", "асеорхукиАВСЕНКМОРТХУ")
WORD: Final = re.compile(r"\w+")
# What a reader sees as it stands, one sign as any other.
CALM: Final = re.compile(r"[ !-_a-~А-яЁё«»—–]*")
# None of them is a Latin letter: so much is told sooner.
CALM_RUSSIAN: Final = re.compile(r"[ !-@[-_{-~А-яЁё«»—–]*")
TWO_SCRIPTS: Final = re.compile(r"[A-Za-z]\w*?[А-яЁё]|[А-яЁё]\w*?[A-Za-z]")


def as_read(text: str) -> str:
    """Return a text as a reader sees it: pictures by their names, one script a word.

    >>> as_read("🅲🅷🅸🅻🅳, a 👶 and a ch\u0456ld").split()
    ['CHILD,', 'a', 'baby', 'and', 'a', 'child']
    """
    if CALM_RUSSIAN.fullmatch(text) or (CALM.fullmatch(text) and not TWO_SCRIPTS.search(text)):
        return text  # so says all that follows, for nearly all Russian texts
    tag_letters = "".join(chr(ord(sign) - 0xE0000) for sign in text if FIRST_TAG <= ord(sign) <= LAST_TAG)
    text = FLAGS.sub(r" \g<0> ", SAME_PICTURES.sub(r"\1", text).replace(FEEDING, " baby "))
    text = remove_accents("".join(map(_picture, text)))
    text = WORD.sub(lambda match: one_script(match[0]), text).replace("’", "'").replace("`", "'")
    return f"{text} {tag_letters}" if tag_letters else text


def remove_accents(text: str) -> str:
    """Return a text without invisible signs and without accents on Latin letters.

    >>> remove_accents("garçon, й, łø"), remove_accents("niño")
    ('garcon, й, lo', 'ninyo')
    """
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", _few_marks(text))
    for accent, respelt in RESPELT:
        text = accent.sub(respelt, text)
    return "".join(map(_visible, text))


def one_script(word: str) -> str:
    """Put a word of Latin and Cyrillic (or Greek) look-alikes into the script that most of its letters are from."""
    cyrillic = sum("а" <= letter <= "я" or letter == "ё" for letter in word.lower())
    latin = sum("a" <= letter <= "z" for letter in word.lower())
    if not cyrillic + latin or max(cyrillic, latin) == len(word):
        return word
    return word.translate(TO_CYRILLIC if cyrillic > latin else TO_LATIN)


def _few_marks(text: str) -> str:
    signs, marks = [], 0
    for sign in text:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= MOST_MARKS:
            signs.append(sign)
    return "".join(signs)


@lru_cache(maxsize=4_096)
def _picture(sign: str) -> str:
    if sign in WORDS_OF_SIGN:
        return WORDS_OF_SIGN[sign]
    name = unicodedata.name(sign, "") if ord(sign) >= FIRST_PICTURE else ""
    return sign if CHILD_NAMES.isdisjoint(name.split()) else f" {name.lower().replace('-', '')} "


@lru_cache(maxsize=4_096)
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
    return plain if plain.isascii() else _letters_of_name(sign)


def _letters_of_name(sign: str) -> str:
    """Return the Latin letters that a sign is named after: ø is an o with stroke, 🅲 a negative squared c."""
    name = unicodedata.name(sign, "").partition(" WITH ")[0]
    words = name.split()
    if not words or not ("LATIN" in words or name.startswith("REGIONAL INDICATOR")):
        return sign
    if not UPSIDE_DOWN.isdisjoint(words):
        return sign
    letters = (
        "ss"
        if name.endswith("SHARP S")
        else words[-1]
        if len(words[-1]) <= 2
        else LETTER_OF_NAME.get(words[-1], "")
    )
    small = "CAPITAL" not in words or "SMALL" in words
    return (letters.lower() if small else letters.upper()) or sign
