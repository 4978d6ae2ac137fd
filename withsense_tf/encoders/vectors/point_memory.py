"""Points of texts that were asked for once: so many are remembered, and some of them for good."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


class PointMemory:
    """Remember at most `most` points, and beside them those that are kept, which nothing asked for later empties."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lasting: dict[str, np.ndarray] = {}
        self._others: dict[str, np.ndarray] = {}

    def get(self, text: str) -> np.ndarray | None:
        """Return the point of a text, None where it is not remembered."""
        point = self._others.get(text)
        return self._lasting.get(text) if point is None else point

    def add(self, texts: Sequence[str], points: np.ndarray) -> None:
        """Remember the points of texts; where there is no room for them, forget all others that are not kept."""
        if len(self._others) + len(texts) > self._most:
            self._others = {}
        if len(texts) <= self._most:
            self._others.update(zip(texts, points, strict=True))

    def keep(self) -> None:
        """Keep what is remembered now, whatever is asked for later."""
        self._lasting |= self._others
        self._others = {}
