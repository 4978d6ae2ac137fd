"""Lines that figures are held against in a chart: chance, people, and what others published by the same protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from withsense_tf.evaluation.row_status import number

# Whose line it is that photos in random order reach.
CHANCE: Final = "chance"


@dataclass(frozen=True)
class ReferenceLine:
    """One value of a figure that is no matcher's: whose it is. `published` says that others measured it, alike."""

    measure: str
    value: float
    label: str
    published: bool = False


def lines_in(value: object) -> tuple[ReferenceLine, ...]:
    """Return the lines that a results.json lists; what is none is left out, for a run of before has none.

    So are published lines of a run of before, which are marked as of other data (`elsewhere`): they do not compare.
    """
    lines = []
    for one in value if isinstance(value, Sequence) else ():
        if not isinstance(one, Mapping) or one.get("elsewhere") is True:
            continue
        if (height := number(one, "value")) is not None:
            measure, label = str(one.get("measure")), str(one.get("label"))
            lines.append(ReferenceLine(measure, height, label, one.get("published") is True))
    return tuple(lines)


def as_tables(lines: Sequence[ReferenceLine]) -> list[dict[str, Any]]:
    """Return lines as a results.json lists them."""
    return [dict(vars(line)) for line in lines]
