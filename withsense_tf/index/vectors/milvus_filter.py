"""The columns of photos as Milvus keeps them, and conditions on them in Milvus' expression language.

A condition means what `filters.matches` says. Milvus knows no patterns for dates, so a row keeps the year, the month
and the day that its dates lie in. Names and texts are rewritten until nothing in them means something in an expression:
no value can end its own quotes, and no wildcard comes from a user. Texts are folded to small letters already, which
leaves the capitals A and B free to stand for a special sign behind its neighbour in the alphabet: `img_001` is kept as
`img^B001`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from withsense_tf.common.cell_texts import BETWEEN
from withsense_tf.errors import check_choice
from withsense_tf.index.vectors.filters import DATE, LISTS, OPS, PERIOD, REST, Condition, Where, fact_row
from withsense_tf.index.vectors.vector_index import Fact

# The field that holds the row number.
ROW = "row"

# Line ends and quotes end a text, a backslash escapes, % and _ are wildcards of `like`, for which Milvus Lite has no
# escape at all. Not one of them is the neighbour of another.
_SPECIAL = "\n\r\"%'\\_"
_SPELLING = str.maketrans(
    {chr(ord(special) - 1): chr(ord(special) - 1) + "A" for special in _SPECIAL}
    | {special: chr(ord(special) - 1) + "B" for special in _SPECIAL}
)
# Under which key a column is kept: its text, its number, the text of a date, and what that lies in, by its length.
_TEXT, _NUMBER, _DATE = "t", "n", "d"
_PERIODS = {4: "y", 7: "m", 10: "e"}


def spell_text(text: str) -> str:
    r"""Return a folded text without what is special in an expression.

    >>> spell_text('img_001 "50%"')
    'img^B001 !B50$B!B'
    """
    return text.translate(_SPELLING)


def spell_column(kind: str, column: str) -> str:
    """Return the key of a column.

    >>> spell_column("t", "Focal length")
    't_Focal_20_length'
    """
    plain = (sign if sign.isascii() and sign.isalnum() else f"_{ord(sign):x}_" for sign in column)
    return f"{kind}_{''.join(plain)}"


def milvus_fields(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """Return the fields in which Milvus keeps a row's columns.

    >>> milvus_fields({"iso": 400.0})
    {'t_iso': '400', 'n_iso': 400.0}
    """
    fields: dict[str, Fact] = {}
    for column, value in facts.items():
        text, number = fact_row(value)
        fields[spell_column(_TEXT, column)] = spell_text(text)
        if number is not None:
            fields[spell_column(_NUMBER, column)] = number
        if DATE.fullmatch(text):
            fields[spell_column(_DATE, column)] = spell_text(text)
            for length, kind in _PERIODS.items():
                within = len(text) == length or re.match(REST[length], text[length:])
                fields[spell_column(kind, column)] = spell_text(text[:length]) if within else ""
    return fields


def expression(where: Where, rows: int) -> str:
    """Return the filter for the first `rows` rows whose columns meet all of `where`.

    >>> expression((Condition("camera", "~", 'D90" or row > 0'), Condition("iso", ">=", 200)), 1000)
    'row < 1000 and ($meta["t_camera"] like "%d90!B or row > 0%") and ($meta["n_iso"] >= 200.0)'
    """
    return " and ".join([f"{ROW} < {rows}", *(f"({_term(condition)})" for condition in where)])


def _term(condition: Condition) -> str:
    op = check_choice("op", condition.op, OPS)
    text, number = fact_row(condition.value)
    key = {
        kind: f'$meta["{spell_column(kind, condition.column)}"]'
        for kind in (*_PERIODS.values(), "t", "n", "d")
    }
    literal = f'"{spell_text(text)}"'
    if op == "~":
        # Every text contains the empty one, but for `like` some versions of Milvus see that otherwise.
        return f'{key[_TEXT]} like "%{spell_text(text)}%"' if text else f'{key[_TEXT]} >= ""'
    if op in ("=", "!=") and condition.column in LISTS:
        return _among(key[_TEXT], spell_text(text), op == "=")
    # Of a year, a text that is a number and a date stands the same way to both, so that either may say it.
    numbers = None if number is None else (key[_NUMBER], repr(number))
    period = (key[_PERIODS[len(text)]], literal) if PERIOD.fullmatch(text) else None
    if op in ("=", "!="):
        same = [pair for pair in (numbers, period) if pair] or [(key[_TEXT], literal)]
        if op == "=":
            return " or ".join(f"{field} == {value}" for field, value in same)
        return " and ".join(f"((not (exists {field})) or {_differs(field, value)})" for field, value in same)
    terms = [f"{numbers[0]} {op} {numbers[1]}"] if numbers else []
    if period:
        date, within, beyond = key[_DATE], f"{period[0]} == {literal}", _differs(*period)
        terms.append(
            {
                "<=": f"{date} < {literal} or {within}",
                ">": f"({date} > {literal} and {beyond})",
            }.get(op, f"{date} {op} {literal}")
        )
    if not terms:
        terms.append(f"({key[_TEXT]} {op} {literal} and (not (exists {key[_NUMBER]})))")
    return " or ".join(terms)


def _among(field: str, part: str, is_there: bool) -> str:
    """Return whether the list that a field holds has a part: alone, first, last or amid others."""
    between = spell_text(BETWEEN)
    lists = (f"{part}{between}%", f"%{between}{part}", f"%{between}{part}{between}%")
    among = " or ".join([f'{field} == "{part}"', *(f'{field} like "{one}"' for one in lists)])
    return among if is_there else f"(not (exists {field})) or not ({among})"


def _differs(field: str, value: str) -> str:
    # Of a column that is missing, Milvus says that != holds, and Milvus Lite that it does not. This does not hold.
    return f"({field} < {value} or {field} > {value})"
