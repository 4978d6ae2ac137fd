"""The columns of photos as Milvus keeps them, and conditions on them in Milvus' expression language.

Names and texts may hold anything, quotes and operators too. So they are rewritten until nothing is left in them that
means something in an expression: then no value can end its own quotes, and no wildcard comes from a user. Texts are
folded to small letters, which leaves the capitals A and B free to stand for a special character behind its neighbour
in the alphabet: `img_001` is kept as `img^B001`. Texts so keep their order, and contain each other as they did before.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping

from withsense_tf.errors import SettingError, check_choice
from withsense_tf.search.filters import Where
from withsense_tf.search.index import Fact

# The field that holds the row number.
ROW = "row"

# Line ends and quotes end a text, a backslash escapes, % and _ are wildcards of `like`, for which Milvus Lite has no
# escape at all. Not one of them is the neighbour of another.
_SPECIAL = "\n\r\"%'\\_"
_SPELLING = str.maketrans(
    {chr(ord(special) - 1): chr(ord(special) - 1) + "A" for special in _SPECIAL}
    | {special: chr(ord(special) - 1) + "B" for special in _SPECIAL}
)

_COMPARE = {
    "=": "{0} == {1}",
    # A column that is missing differs from nothing. Milvus sees that otherwise, and only for !=.
    "!=": "({0} < {1} or {0} > {1})",
    "<": "{0} < {1}",
    "<=": "{0} <= {1}",
    ">": "{0} > {1}",
    ">=": "{0} >= {1}",
}


def spell_text(text: str) -> str:
    r"""Return a text without regard to case and without what is special in an expression.

    >>> spell_text('Img_001 "50%"')
    'img^B001 !B50$B!B'
    """
    # Half of a surrogate pair, as in a broken file name, has no place in UTF-8.
    return text.casefold().encode("utf-8", "replace").decode("utf-8").translate(_SPELLING)


def spell_column(column: str, value: Fact) -> str:
    """Return the key under which a column is kept; texts and numbers have keys of their own, and never meet.

    >>> spell_column("Focal length", 50.0), spell_column("camera", "D90")
    ('n_Focal_20_length', 't_camera')
    """
    kind = "t" if isinstance(value, str) else "n"
    plain = (sign if sign.isascii() and sign.isalnum() else f"_{ord(sign):x}_" for sign in column)
    return f"{kind}_{''.join(plain)}"


def kept_facts(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """Return what is kept of a row's columns; a number that is none (NaN) is kept as missing."""
    return {
        spell_column(column, value): spell_text(value) if isinstance(value, str) else _finite(value)
        for column, value in facts.items()
        if isinstance(value, str) or not math.isnan(value)
    }


def expression(where: Where, rows: int) -> str:
    """Return the filter for the first `rows` rows whose columns say all of `where`.

    >>> from withsense_tf.search.filters import Condition
    >>> expression((Condition("camera", "~", 'D90" or row > 0'), Condition("iso", ">=", 200)), 1000)
    'row < 1000 and $meta["t_camera"] like "%d90!B or row > 0%" and $meta["n_iso"] >= 200.0'
    """
    said = [f"{ROW} < {rows}"]
    for condition in where:
        op = check_choice("the comparison", condition.op, (*_COMPARE, "~"))
        value = condition.value
        if not isinstance(value, str) and math.isnan(value):
            raise SettingError(
                f"The condition {condition.column} {op} {value} compares with no number. Give a number."
            )
        if op == "~" and not isinstance(value, str):
            value = f"{value:.15g}"  # only texts contain something
        key = f'$meta["{spell_column(condition.column, value)}"]'
        kept = f'"{spell_text(value)}"' if isinstance(value, str) else repr(_finite(value))
        if op == "~" and value:
            said.append(f'{key} like "%{kept[1:-1]}%"')
        else:
            # Every text contains the empty one, but for `like` some versions of Milvus see that otherwise.
            said.append(_COMPARE[">=" if op == "~" else op].format(key, kept))
    return " and ".join(said)


def _finite(number: float) -> float:
    # Columns are kept as JSON, which has no infinity.
    return min(max(float(number), -sys.float_info.max), sys.float_info.max)
