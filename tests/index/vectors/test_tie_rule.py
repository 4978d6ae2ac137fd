from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from withsense_tf.index.vectors.tie_rule import rank_order

ENTRIES = st.lists(st.tuples(st.integers(0, 3), st.integers(-2, 2), st.integers(0, 50)), max_size=20)


@given(ENTRIES)
def test_more_score_comes_first_and_of_equal_scores_the_lower_row(
    entries: list[tuple[int, int, int]],
) -> None:
    _, scores, rows = np.array(entries, np.int64).reshape(-1, 3).T
    order = rank_order(scores.astype(np.float32), rows)
    ranking = [(-entries[at][1], entries[at][2]) for at in order]
    assert ranking == sorted((-score, row) for _, score, row in entries)


@given(ENTRIES)
def test_each_query_has_a_ranking_of_its_own(entries: list[tuple[int, int, int]]) -> None:
    queries, scores, rows = np.array(entries, np.int64).reshape(-1, 3).T
    order = rank_order(scores.astype(np.float32), rows, queries)
    ranking = [(entries[at][0], -entries[at][1], entries[at][2]) for at in order]
    assert ranking == sorted((query, -score, row) for query, score, row in entries)
