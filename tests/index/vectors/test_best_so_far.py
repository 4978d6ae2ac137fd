"""The best rows do not depend on how the scores came: in which blocks, in which order, how far off."""

from __future__ import annotations

import numpy as np
import pytest

from withsense_tf.index.vectors.best_so_far import BestSoFar


def best_of(exact: np.ndarray, k: int, block: int, slack: float = 0.0, parts: int = 1) -> BestSoFar:
    """Take scores (rows, queries) block by block, as a product that is off by up to half the slack gives them."""
    rng = np.random.default_rng(0)
    queries = exact.shape[1]
    some = [BestSoFar(queries, k, np.full(queries, slack, np.float32)) for _ in range(parts)]
    for number, at in enumerate(range(0, len(exact), block)):
        scores = exact[at : at + block]
        quick = scores + rng.uniform(-slack / 2, slack / 2, scores.shape).astype(np.float32)
        some[number % parts].take(
            quick, lambda places, at=at: places + at, lambda row, query: exact[row, query]
        )
    for other in some[1:]:
        some[0].join(other)
    return some[0]


@pytest.mark.parametrize("block", [1, 7, 500])
@pytest.mark.parametrize("parts", [1, 3])
@pytest.mark.parametrize("slack", [0.0, 0.2])
def test_the_best_are_those_of_sorting_everything(block: int, parts: int, slack: float) -> None:
    # Many ties: scores have one digit.
    exact = np.random.default_rng(1).normal(size=(500, 3)).round(1).astype(np.float32)
    nearest = best_of(exact, 20, block, slack, parts).nearest()
    for query in range(3):
        order = sorted(range(500), key=lambda row: (-exact[row, query], row))[:20]
        assert nearest.rows[query].tolist() == order
        np.testing.assert_array_equal(nearest.scores[query], exact[order, query])


def test_where_there_are_fewer_rows_the_other_places_are_empty() -> None:
    nearest = best_of(np.array([[0.5], [0.7]], np.float32), 3, 2).nearest()
    assert nearest.rows.tolist() == [[1, 0, -1]]
    assert nearest.scores[0, 2] == -np.inf


def test_what_is_no_number_is_never_among_the_best() -> None:
    exact = np.array([[np.nan], [-5.0], [np.nan]], np.float32)
    assert best_of(exact, 2, 3).nearest().rows.tolist() == [[1, -1]]
