"""How a plain number is written in tables and filters."""

from __future__ import annotations

import re
from typing import Final

NUMBER: Final = re.compile(r"[-+]?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
