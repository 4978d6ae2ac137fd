"""What a vector engine offers to the search: rows of vectors, the best of them by inner product, and filters.

Rows are numbered from 0. A writer puts new rows behind the last committed one and commits by writing the new number
of rows into the catalog; what a killed writer left behind that number is written over by the next one. A row
never changes once it is committed: a photo that changes gets a new row. So a reader that asks for the first n rows
sees the same vectors whatever is written meanwhile.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from withsense_tf.index.vectors.filters import Where

Fact = str | float


@dataclass(frozen=True, eq=False)
class Nearest:
    """The best rows of each query, best first: `rows` int64 (queries, k), -1 where there are fewer; `scores` float32.

    Equal scores come in the order of the rows, and a missing row has the score -inf.
    """

    rows: np.ndarray
    scores: np.ndarray


@dataclass(frozen=True, eq=False)
class Keep:
    """Which rows may be found: said as conditions on columns, and as the rows themselves, sorted, int64.

    `rows` is called only by an engine that does not keep the columns itself, unless the conditions do not say it all:
    then the rows are `listed`, and no engine is asked for others.
    """

    where: Where
    rows: Callable[[], np.ndarray]
    listed: bool = False


class VectorIndex(ABC):
    """Vectors of one width by row number, searched by inner product."""

    width: int
    # So many rows can be found at once; None: as many as there are.
    most: int | None = None

    @abstractmethod
    def write(self, at: int, vectors: np.ndarray, facts: Sequence[Mapping[str, Fact]] | None = None) -> None:
        """Write float32 vectors, (n, width), into the rows from `at` on, over what is there; on return they are safe.

        `facts` are the columns of each row's photo, for engines that filter by themselves.
        """

    @abstractmethod
    def search(self, queries: np.ndarray, k: int, rows: int, keep: Keep | None = None) -> Nearest:
        """Return the best k of the first `rows` rows for each query, float32 (queries, width)."""

    @abstractmethod
    def get(self, rows: np.ndarray) -> np.ndarray:
        """Return the vectors of some rows, float32 (rows, width)."""

    @abstractmethod
    def remove(self, rows: np.ndarray) -> None:
        """Forget rows that no reader asks for any more; an engine that cannot may keep them."""

    def warm_up(self, rows: int) -> None:  # noqa: B027  # an engine may have nothing to make ready
        """Make ready what the first search through so many rows would wait for."""

    def drop(self) -> None:
        """Drop all vectors for ever, and close the engine; what lies in the folder goes with it."""
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Close files and connections."""
