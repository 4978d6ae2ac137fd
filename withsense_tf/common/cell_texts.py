"""How numbers and lists are written in tables and filters."""

from __future__ import annotations

import re
from typing import Final

NUMBER: Final = re.compile(r"[-+]?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
# A photo has several main colours: a cell of this column is a list, with this between its parts.
COLOUR: Final = "colour"
BETWEEN: Final = ", "
