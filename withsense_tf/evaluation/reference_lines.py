"""Lines that figures are held against in a chart: chance and people on the same data, and what others published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from withsense_tf.evaluation.row_status import number

# Whose line it is that photos in random order reach.
CHANCE: Final = "chance"


@dataclass(frozen=True)
class ReferenceLine:
    """One value of a figure that is no matcher's: whose it is. `elsewhere` says that it is of other data."""

    measure: str
    value: float
    label: str
    elsewhere: bool = False


def lines_in(value: object) -> tuple[ReferenceLine, ...]:
    """Return the lines that a results.json lists; what is none is left out, for a run of before has none."""
    lines = []
    for one in value if isinstance(value, Sequence) else ():
        if isinstance(one, Mapping) and (height := number(one, "value")) is not None:
            lines.append(
                ReferenceLine(
                    str(one.get("measure")), height, str(one.get("label")), one.get("elsewhere") is True
                )
            )
    return tuple(lines)


def as_tables(lines: Sequence[ReferenceLine]) -> list[dict[str, Any]]:
    """Return lines as a results.json lists them."""
    return [dict(vars(line)) for line in lines]
