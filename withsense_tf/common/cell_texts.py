"""How numbers and lists are written in tables and filters."""

from __future__ import annotations

import re
from typing import Final

NUMBER: Final = re.compile(r"[-+]?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
# A photo has several main colours: a cell of this column is a list, with this between its parts.
COLOUR: Final = "colour"
BETWEEN: Final = ", "


def cell_text(value: str | float) -> str:
    """Write the value of a column so that it is read as the same number again.

    >>> cell_text(1234567.0), cell_text(2.8), cell_text(0.00001), cell_text("Nikon D90")
    ('1234567', '2.8', '1e-05', 'Nikon D90')
    """
    if not isinstance(value, float):
        return str(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
