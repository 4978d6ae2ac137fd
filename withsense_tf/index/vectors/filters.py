"""What the columns of a photo must say for it to be found: `camera=Nikon D90`, `date>=2020-01-01`.

Numbers are compared with numbers, dates with dates, and other texts as texts, without regard to case. A text that
is a number counts as one. A date is written as in ISO 8601; a year or a month stands for all of its days:
`date=2020` is any day of 2020, `date<=2020` goes up to its end, `date>2020` begins with 2021. A photo that lacks a
column meets no condition on it, except `!=`, which always says the opposite of `=`. A photo has several colours:
`colour=red` is any photo that has red among them.
"""

from __future__ import annotations

import math
import operator
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from withsense_tf.common.cell_texts import BETWEEN, COLOUR, NUMBER, cell_text
from withsense_tf.common.limits import QUERY_SIGNS, check_length
from withsense_tf.errors import SettingError, check_choice, shown


@dataclass(frozen=True)
class Condition:
    """One column, compared with a value: `op` is =, !=, <, <=, >, >= or ~ (contains).

    A value that is a number is compared with numbers; texts are compared without regard to case.
    """

    column: str
    op: str
    value: str | float

    def __str__(self) -> str:
        """Return the condition as it is typed."""
        return f"{self.column}{self.op}{cell_text(self.value)}"


# All of them must hold; none at all holds for every photo.
Where = tuple[Condition, ...]

MOST_FILTERS: Final = 100  # SQLite takes no condition of a thousand parts
OPS: Final = ("=", "!=", "<", "<=", ">", ">=", "~")
FILTER: Final = re.compile(r"([^=<>!~]+)(!=|<=|>=|=|<|>|~)(.+)", re.DOTALL)
QUOTATION: Final = re.compile(r"\"(.+)\"|'(.+)'|«(.+)»|“(.+)”", re.DOTALL)
# What brings columns in; a reader of the page cannot.
NEEDS_COLUMNS: Final = (
    " Sizes, colours and EXIF come in with: withsense index update FOLDER --index INDEX, in Python ws.build_index. "
    "Others come from photos.csv."
)
# Columns whose texts are lists: `=` asks for one of their parts.
LISTS: Final = frozenset({COLOUR})
ORDER: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
# What a condition may ask for: a year, a month or a day.
PERIOD: Final = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
# A fact that is a date: a year, or one that begins with a year and a month.
DATE: Final = re.compile(r"[0-9]{4}(-[0-9]{2}.*)?", re.DOTALL)
# What follows a year, a month and a day in a longer date, by how long the shorter one is.
REST: Final = {4: "-[0-9][0-9]", 7: "-[0-9][0-9]", 10: "[ t]"}


def parse_filter(text: str) -> Condition:
    """Return the condition that a text such as `camera=Nikon D90` states.

    >>> parse_filter("iso<=400")
    Condition(column='iso', op='<=', value=400.0)
    >>> parse_filter("place ~ Paris")
    Condition(column='place', op='~', value='Paris')
    """
    check_length("The filter", text, QUERY_SIGNS)
    match = FILTER.fullmatch(text.strip())
    column, op, value = (part.strip() for part in match.groups()) if match else ("", "", "")
    if not column or not value or value[0] in "=<>!~":
        raise SettingError(
            f"{shown(text)} is no filter. Expected a column, one of {' '.join(OPS)}, and a value, such as "
            "camera=Nikon D90, date>=2020-01-01, place~paris or iso<=400."
        )
    quotation = QUOTATION.fullmatch(value)
    if quotation:
        return Condition(column.casefold(), op, next(filter(None, quotation.groups())))
    if column.casefold() == "date" and op != "~":
        check_date(value)
    number = None if op == "~" else fact_row(value)[1]
    return Condition(column.casefold(), op, value if number is None else number)


def check_date(value: str) -> None:
    """Raise for what is no year, month or day: as a text it would be compared with dates, and nobody means that."""
    parts = value.split("-")
    try:
        if not PERIOD.fullmatch(value):
            raise ValueError(value)
        date(int(parts[0]), *(int(part) for part in [*parts[1:], "1", "1"][:2]))
    except ValueError as error:
        raise SettingError(
            f"date: {value!r} is no date. Expected a year, a month or a day, such as 2020, 2020-05 or 2020-05-31."
        ) from error


def read_where(where: str | Condition | Sequence[str | Condition] | None) -> Where:
    """Return the conditions of a search, of which texts are read; too many or too long ones are an error."""
    if where is None:
        return ()
    if isinstance(where, str | Condition):
        return read_where([where])
    if not isinstance(where, list | tuple):
        raise SettingError(
            f"where must be a filter such as 'camera~Nikon', or a list of them, got {shown(where)}."
        )
    if len(where) > MOST_FILTERS:
        raise SettingError(f"There are {len(where):,} filters; at most {MOST_FILTERS} are taken. Use fewer.")
    for part in where:
        if not isinstance(part, str | Condition):
            raise SettingError(f"A filter must be a text such as 'camera~Nikon', got {shown(part)}.")
        if isinstance(part, Condition):
            check_length("The filter", str(part), QUERY_SIGNS)
    return tuple(parse_filter(part) if isinstance(part, str) else part for part in where)


def check_columns(where: Where, columns: Iterable[str]) -> None:
    """Raise if a condition asks for a column that is not one of `columns`, with the nearest name."""
    names = sorted(columns)
    if where and not names:
        raise SettingError(
            f"column={where[0].column!r} is not known: no photo here has columns to filter by.{NEEDS_COLUMNS}"
        )
    for condition in where:
        check_choice("column", condition.column, names)


def fact_row(value: str | float) -> tuple[str, float | None]:
    """Return the text and the number by which a fact is kept and compared; None for what is no number.

    >>> fact_row("Nikon D90"), fact_row("400"), fact_row(5.6)
    (('nikon d90', None), ('400', 400.0), ('5.6', 5.6))
    """
    if isinstance(value, str):
        # Half characters, as a command line in another encoding gives, cannot be put into a database.
        whole = value.encode("utf-8", errors="replace").decode("utf-8")
        plain = unicodedata.normalize("NFC", unicodedata.normalize("NFC", whole).casefold())
        text = " ".join(plain.split())
        number = float(text) if NUMBER.fullmatch(text) else math.nan
    else:
        number = float(value)
        text = cell_text(number)
    return text, number if math.isfinite(number) else None


def fact_rows(facts: Mapping[str, str | float]) -> list[tuple[str, str, float | None]]:
    """Return the columns of a photo as the table has them; of names that differ by case alone the last one counts."""
    rows = {name.casefold(): fact_row(value) for name, value in facts.items()}
    return [(name, *row) for name, row in rows.items()]


def list_text(text: str) -> str:
    """Return the text of a list so that each of its parts stands between two signs of its own.

    >>> list_text("red") in list_text("blue, red"), list_text("red") in list_text("dark red")
    (True, False)
    """
    return f"{BETWEEN}{text}{BETWEEN}"


def matches(where: Where, facts: Mapping[str, str | float]) -> bool:
    """Return whether a photo with these facts meets all conditions: the plain meaning of a filter."""
    return all(_holds(condition, facts) for condition in where)


def _holds(condition: Condition, facts: Mapping[str, str | float]) -> bool:
    op = check_choice("op", condition.op, OPS)
    if op == "!=":
        return not _holds(Condition(condition.column, "=", condition.value), facts)
    if condition.column not in facts:
        return False
    operand, operand_number = fact_row(condition.value)
    text, number = fact_row(facts[condition.column])
    if op == "~":
        return operand in text
    if op == "=" and condition.column in LISTS:
        return list_text(operand) in list_text(text)
    if number is not None and operand_number is not None:
        return number == operand_number if op == "=" else ORDER[op](number, operand_number)
    if PERIOD.fullmatch(operand):
        return bool(DATE.fullmatch(text)) and _in_order(text, op, operand)
    if op == "=":
        return text == operand
    return number is None and operand_number is None and ORDER[op](text, operand)


def _in_order(date: str, op: str, period: str) -> bool:
    within = date == period or bool(re.match(re.escape(period) + REST[len(period)], date))
    if op in ("=", "<=", ">"):
        return {"=": within, "<=": date < period or within, ">": date > period and not within}[op]
    return ORDER[op](date, period)
