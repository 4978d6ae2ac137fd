from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from withsense_tf.errors import SettingError
from withsense_tf.index.upkeep.recall import recall_at
from withsense_tf.index.vectors.vector_index import Fact, Keep, Nearest, VectorIndex

VECTORS = np.array([[4, 0], [3, 0], [2, 0], [2, 0], [1, 0], [0, 5]], np.float32)
RIGHT = np.array([[1, 0]], np.float32)


class Answers(VectorIndex):
    """Answer every search with the rows that were given; without any, search."""

    width = 2

    def __init__(self, rows: list[list[int]] | None = None) -> None:
        self.rows = rows

    def search(self, queries: np.ndarray, k: int, rows: int, keep: Keep | None = None) -> Nearest:
        scores = queries @ VECTORS[:rows].T
        found = np.argsort(-scores, axis=1, kind="stable") if self.rows is None else np.array(self.rows)
        found = np.pad(found, ((0, 0), (0, k)), constant_values=-1)[:, :k]
        scores = np.where(found < 0, -np.inf, np.take_along_axis(scores, found, axis=1))
        return Nearest(found, scores.astype(np.float32))

    def get(self, rows: np.ndarray) -> np.ndarray:
        return VECTORS[rows]

    def write(
        self, at: int, vectors: np.ndarray, facts: Sequence[Mapping[str, Fact]] | None = None
    ) -> None: ...

    def remove(self, rows: np.ndarray) -> None: ...

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("found", "recall"),
    [
        ([0, 1, 2], 1),
        ([2, 1, 0], 1),  # the order does not count
        ([0, 1, 3], 1),  # row 3 is as good as row 2
        ([0, 1, 4], 2 / 3),
        ([0, 0, 0], 1 / 3),  # a row counts once
        ([5, 4, -1], 0),
        ([0, -1, -1], 1 / 3),
    ],
)
def test_recall_counts_the_best_rows_that_were_found(found: list[int], recall: float) -> None:
    assert recall_at(Answers([found]), Answers(), RIGHT, k=3, rows=6) == pytest.approx(recall)


def test_equal_rows_do_not_count_for_more_than_there_are_places() -> None:
    assert recall_at(Answers([[2, 3]]), Answers(), RIGHT, k=2, rows=6) == 0


def test_a_gallery_smaller_than_k_can_be_found_in_full() -> None:
    assert recall_at(Answers([[1, 0, -1]]), Answers(), RIGHT, k=3, rows=2) == 1


def test_recall_is_the_mean_over_all_places_of_all_queries() -> None:
    queries = np.array([[1, 0], [0, 1]], np.float32)
    assert recall_at(Answers([[0], [0]]), Answers(), queries, k=1, rows=6) == 0.5


def test_recall_without_queries_is_an_error() -> None:
    with pytest.raises(SettingError, match="0 queries"):
        recall_at(Answers(), Answers(), np.empty((0, 2), np.float32), k=1, rows=6)
