"""Under what a photo is judged: the age limit of a country's rule, and how far a judge of photos is heard there.

Countries whose rules agree in both share one level, so that a photo is judged once for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# Where a level is kept as one whole number, its parts stand in these decimal places.
_SURE: Final = 100
_REVIEW: Final = 1_000_000


@dataclass(frozen=True, order=True)
class Level:
    """An age limit and, where a judge of photos is asked, how sure it must be where captions speak of no child.

    What it marks then is restricted or, with `review`, for a person to look at. Sureness counts in thousandths.
    """

    age_limit: int
    sure: float = 0.0
    review: bool = False

    @property
    def key(self) -> int:
        """Return the level as one whole number; without a judge, that is the age limit."""
        return self.age_limit + _SURE * round(1000 * self.sure) + _REVIEW * self.review


def age_limit_of(key: int) -> int:
    """Return the age limit of a level that is kept as a number.

    >>> age_limit_of(Level(16, 0.75, review=True).key)
    16
    """
    return key % _SURE
