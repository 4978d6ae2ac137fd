"""What the columns of a photo must say for it to be found: `camera=Nikon D90`, `date>=2020-01-01`."""

from __future__ import annotations

from dataclasses import dataclass


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
