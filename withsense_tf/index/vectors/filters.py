"""What the columns of a photo must say for it to be found: `camera=Nikon D90`, `date>=2020-01-01`.

Numbers are compared with numbers, dates with dates, and other texts as texts, without regard to case. A text that
is a number counts as one. A date is written as in ISO 8601; a year or a month stands for all of its days:
`date=2020` is any day of 2020, `date<=2020` goes up to its end, `date>2020` begins with 2021. A photo that lacks a
column meets no condition on it, except `!=`, which always says the opposite of `=`.
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

from withsense_tf.common.limits import QUERY_SIGNS, check_length
from withsense_tf.common.plain_numbers import NUMBER
from withsense_tf.errors import SettingError, check_choice, shown


@dataclass(frozen=True)
class Condition:
    """One column, compared with a value: `op` is =, !=, <, <=, >, >= or ~ (contains).

    A value that is a number is compared with numbers; texts are compared without regard to case.
    """

    column: str
    op: str
    value: str | float


# All of them must hold; none at all holds for every photo.
Where = tuple[Condition, ...]

# What `to_sql` asks. Without a row id the two indexes hold the photo too, so no question reads the table itself.
FACTS_TABLE: Final = """
CREATE TABLE facts (photo INTEGER, name TEXT, text TEXT, number REAL, PRIMARY KEY (photo, name)) WITHOUT ROWID;
CREATE INDEX facts_by_text ON facts (name, text);
CREATE INDEX facts_by_number ON facts (name, number);
"""
MOST_FILTERS: Final = 100  # SQLite takes no condition of a thousand parts
OPS: Final = ("=", "!=", "<", "<=", ">", ">=", "~")
WRITTEN: Final = re.compile(r"([^=<>!~]+)(!=|<=|>=|=|<|>|~)(.+)", re.DOTALL)
QUOTED: Final = re.compile(r"\"(.+)\"|'(.+)'|«(.+)»|“(.+)”", re.DOTALL)
ORDER: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
# What a condition may ask for: a year, a month or a day.
PERIOD: Final = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
# A fact that is a date: a year, or one that begins with a year and a month; once for Python, once for SQLite.
DATED: Final = re.compile(r"[0-9]{4}(-[0-9]{2}.*)?", re.DOTALL)
YEAR_GLOB: Final = "[0-9][0-9][0-9][0-9]"
DATED_GLOBS: Final = (YEAR_GLOB, YEAR_GLOB + "-[0-9][0-9]*")
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
    written = WRITTEN.fullmatch(text.strip())
    column, op, value = (part.strip() for part in written.groups()) if written else ("", "", "")
    if not column or not value or value[0] in "=<>!~":
        raise SettingError(
            f"{shown(text)} is no filter. Expected a column, one of {' '.join(OPS)}, and a value, such as "
            "camera=Nikon D90, date>=2020-01-01, place~paris or iso<=400."
        )
    quoted = QUOTED.fullmatch(value)
    if quoted:
        return Condition(column.casefold(), op, next(filter(None, quoted.groups())))
    if column.casefold() == "date" and op != "~":
        _check_date(value)
    number = None if op == "~" else fact_row(value)[1]
    return Condition(column.casefold(), op, value if number is None else number)


def _check_date(value: str) -> None:
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


def read_where(where: Sequence[str | Condition]) -> Where:
    """Return the conditions of a search, of which texts are read; too many or too long ones are an error."""
    if isinstance(where, str | Condition):
        raise SettingError(f"where takes several filters, got one: write where=[{shown(where)}].")
    if not isinstance(where, list | tuple):
        raise SettingError(f"where must be a list of filters such as 'camera=Nikon', got {shown(where)}.")
    if len(where) > MOST_FILTERS:
        raise SettingError(f"There are {len(where):,} filters; at most {MOST_FILTERS} are taken. Use fewer.")
    for part in where:
        if not isinstance(part, str | Condition):
            raise SettingError(f"A filter must be a text such as 'camera=Nikon', got {shown(part)}.")
        if isinstance(part, Condition):
            check_length("The filter", f"{part.column}{part.op}{part.value}", QUERY_SIGNS)
    return tuple(parse_filter(part) if isinstance(part, str) else part for part in where)


def check_columns(where: Where, known: Iterable[str]) -> None:
    """Raise if a condition asks for a column that is not `known`, with the nearest name."""
    names = sorted(known)
    if where and not names:
        raise SettingError(
            f"column={where[0].column!r} is not known: these photos have no columns to filter by. "
            "Give them some in photos.csv."
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
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", whole).casefold())
        text = " ".join(folded.split())
        number = float(text) if NUMBER.fullmatch(text) else math.nan
    else:
        number = float(value)
        text = str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    return text, number if math.isfinite(number) else None


def fact_rows(facts: Mapping[str, str | float]) -> list[tuple[str, str, float | None]]:
    """Return the columns of a photo as the table has them; of names that differ by case alone the last one counts."""
    rows = {name.casefold(): fact_row(value) for name, value in facts.items()}
    return [(name, *row) for name, row in rows.items()]


def matches(where: Where, facts: Mapping[str, str | float]) -> bool:
    """Tell whether a photo with these facts meets all conditions: the plain meaning of a filter."""
    return all(_holds(condition, facts) for condition in where)


def _holds(condition: Condition, facts: Mapping[str, str | float]) -> bool:
    op = _known(condition.op)
    if op == "!=":
        return not _holds(Condition(condition.column, "=", condition.value), facts)
    if condition.column not in facts:
        return False
    wanted, wanted_number = fact_row(condition.value)
    text, number = fact_row(facts[condition.column])
    if op == "~":
        return wanted in text
    if number is not None and wanted_number is not None:
        return number == wanted_number if op == "=" else ORDER[op](number, wanted_number)
    if PERIOD.fullmatch(wanted):
        return bool(DATED.fullmatch(text)) and _in_order(text, op, wanted)
    if op == "=":
        return text == wanted
    return number is None and wanted_number is None and ORDER[op](text, wanted)


def _in_order(date: str, op: str, period: str) -> bool:
    within = date == period or bool(re.match(re.escape(period) + REST[len(period)], date))
    if op in ("=", "<=", ">"):
        return {"=": within, "<=": date < period or within, ">": date > period and not within}[op]
    return ORDER[op](date, period)


def to_sql(where: Where) -> tuple[str, list[str | float]]:
    """Return a condition on a column `photo`, and its parameters, that holds where `matches` does.

    It asks the table of `FACTS_TABLE`, into which every fact was put as `fact_row` gives it. The photos themselves
    come from the table that the condition is used on, since a photo without facts may meet `!=`.

    >>> to_sql((Condition("iso", "<=", 400.0),))
    ('photo IN (SELECT photo FROM facts WHERE name = ? AND number <= ?)', ['iso', 400.0])
    """
    parts: list[str] = []
    values: list[str | float] = []
    for condition in where:
        op = _known(condition.op)
        test, wanted = _test("=" if op == "!=" else op, condition.value)
        within = "NOT IN" if op == "!=" else "IN"
        parts.append(f"photo {within} (SELECT photo FROM facts WHERE name = ? AND {test})")
        values += [condition.column, *wanted]
    return " AND ".join(parts) or "1", values


def _test(op: str, value: str | float) -> tuple[str, list[str | float]]:
    """Return the test of one fact's `text` and `number`; operators come from OPS, values are parameters."""
    wanted, number = fact_row(value)
    if op == "~":
        return "instr(text, ?) > 0", [wanted]
    if PERIOD.fullmatch(wanted):
        dates, values = _date_test(op, wanted)
        if number is None:
            return dates, values
        return f"(number {op} ? OR (number IS NULL AND {dates}))", [number, *values]
    if number is not None:
        return f"number {op} ?", [number]
    if op == "=":
        return "text = ?", [wanted]
    return f"(number IS NULL AND text {op} ?)", [wanted]


def _date_test(op: str, period: str) -> tuple[str, list[str | float]]:
    # A period is made of digits and hyphens alone, so that nothing in it is a sign of GLOB's own.
    within, values = "(text = ? OR text GLOB ?)", [period, period + REST[len(period)] + "*"]
    if op == "=":
        return within, [*values]
    dated = "(text GLOB ? OR text GLOB ?)"
    if op == "<=":
        return f"({dated} AND (text < ? OR {within}))", [*DATED_GLOBS, period, *values]
    if op == ">":
        return f"({dated} AND text > ? AND NOT {within})", [*DATED_GLOBS, period, *values]
    return f"({dated} AND text {op} ?)", [*DATED_GLOBS, period]


def _known(op: str) -> str:
    # Not only politeness: the operator is the one part of a condition that becomes part of the SQL.
    return check_choice("op", op, OPS)
