"""Numbers in a text -> an age in years.

Digits are read as they stand; number words come from the rule file, so that each language lists its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

# An age has at most three digits; longer numbers are years, prices or telephone numbers.
MOST_DIGITS: Final = 3
HUNDREDS: Final = frozenset({"hundred", "thousand", "сто", "двести", "триста", "тысяча"})
AND: Final = frozenset({"and", "&", "и"})
# "Under 18" may be a child of 15; nobody says "under 21" of one.
DOUBTFUL_YEARS: Final = 5
YEARS_IN: Final = {"years": 1.0, "months": 1 / 12, "weeks": 1 / 52, "days": 1 / 365}


def is_digits(word: str) -> bool:
    """Return whether a word is a number that may be an age.

    >>> is_digits("12"), is_digits("2024"), is_digits("twelve")
    (True, False, False)
    """
    return len(word) <= MOST_DIGITS and word.isascii() and word.isdigit()


def value(words: Sequence[str], at: int, numbers: Mapping[str, float]) -> float | None:
    """Return the number that ends at a place in a sentence, or None where there is none.

    Tens are joined to the ones behind them:

    >>> value(["the", "twenty", "five", "boys"], 2, {"twenty": 20, "five": 5})
    25
    """
    word = words[at]
    if is_digits(word):
        return int(word)
    ones = numbers.get(word)
    if ones is None:
        return None
    before, behind = (words[at - 1] if at else ""), (words[at + 1] if at + 1 < len(words) else "")
    if behind in HUNDREDS or before in HUNDREDS or (before in AND and at > 1 and words[at - 2] in HUNDREDS):
        # "eight hundred", "a hundred and two": whatever it is exactly, nobody of that age is a child.
        return 100 + ones
    tens = numbers.get(before, 0)
    return tens + ones if 0 < ones < 10 and tens >= 20 and tens % 10 == 0 else ones


def youngest(
    words: Sequence[str], places: Sequence[int], numbers: Mapping[str, float], unit: str
) -> float | None:
    """Return the lowest age in years that the words at these places state.

    >>> youngest(["8", "to", "18", "months"], [0, 2], {}, "months")
    0.6666666666666666
    """
    ages = [number for at in places if (number := value(words, at, numbers)) is not None]
    return min(ages) * YEARS_IN[unit] if ages else None


def decide_age(age: float, bound: str, limit: int) -> str:
    """Return what an age says about a person: block, review, exempt or, where it says nothing, an empty text.

    >>> decide_age(16, "", 16), decide_age(16, "upper", 16), decide_age(18, "upper", 16), decide_age(17, "nearly", 16)
    ('exempt', 'block', 'review', 'exempt')
    """
    if not bound:
        return "block" if age < limit else "exempt"
    if age <= limit:
        return "block"
    if bound == "nearly":
        return "exempt"
    return "review" if age < limit + DOUBTFUL_YEARS else ""
