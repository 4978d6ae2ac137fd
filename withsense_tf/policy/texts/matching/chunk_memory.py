"""Chunks of texts -> what is known of them, each looked at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

# So many chunks are remembered; then it starts anew. Some 10 MB.
MOST_CHUNKS: Final = 50_000
# Longer chunks are rare, and would fill the memory.
LONGEST_CHUNK: Final = 60

Fact = TypeVar("Fact")


class ChunkMemory(dict[str, Fact], Generic[Fact]):
    """What is known of chunks: `look` finds it out.

    >>> lengths = ChunkMemory(len)
    >>> lengths["dog"], len(lengths)
    (3, 1)
    """

    def __init__(self, look: Callable[[str], Fact]) -> None:
        super().__init__()
        self._look = look

    def __missing__(self, chunk: str) -> Fact:
        """Look at a chunk, and keep what is known of it."""
        fact = self._look(chunk)
        if len(chunk) <= LONGEST_CHUNK:
            if len(self) >= MOST_CHUNKS:
                self.clear()
            self[chunk] = fact
        return fact
