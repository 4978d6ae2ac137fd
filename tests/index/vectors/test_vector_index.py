from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from withsense_tf.index.vectors.vector_index import Fact, Keep, Nearest, VectorIndex


class Empty(VectorIndex):
    """An engine without rows."""

    width = 2
    closings = 0

    def write(self, at: int, vectors: np.ndarray, facts: Sequence[Mapping[str, Fact]] | None = None) -> None:
        raise NotImplementedError

    def search(self, queries: np.ndarray, k: int, rows: int, keep: Keep | None = None) -> Nearest:
        return Nearest(np.full((len(queries), k), -1), np.full((len(queries), k), -np.inf))

    def get(self, rows: np.ndarray) -> np.ndarray:
        return np.zeros((len(rows), self.width), np.float32)

    def remove(self, rows: np.ndarray) -> None:
        raise NotImplementedError

    def close(self) -> None:
        self.closings += 1


def test_what_lies_in_the_folder_needs_no_more_than_to_be_closed_to_be_dropped() -> None:
    engine = Empty()
    engine.drop()
    assert engine.closings == 1
    assert engine.most is None


def test_an_engine_that_lacks_a_part_of_the_contract_is_not_made() -> None:
    class Half(Empty):
        get = VectorIndex.get

    with pytest.raises(TypeError, match="get"):
        Half()
