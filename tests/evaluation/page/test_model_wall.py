from __future__ import annotations

from dataclasses import replace

import numpy as np

from withsense_tf.data.dataset import Dataset
from withsense_tf.evaluation.outcome import Outcome
from withsense_tf.evaluation.page.model_wall import wall_of
from withsense_tf.evaluation.page.run_sheets import Thumbnails


def with_ranks(outcome: Outcome, label: str, ranks: np.ndarray) -> Outcome:
    assert outcome.rankings is not None
    per_query = replace(outcome.rankings.per_query, rank=ranks)
    return replace(outcome, label=label, rankings=replace(outcome.rankings, per_query=per_query))


def test_the_queries_on_which_matchers_differ_most_are_shown_with_what_each_found(
    tiny: Dataset, run: list[Outcome]
) -> None:
    towers = next(outcome for outcome in run if outcome.label == "towers")
    assert towers.rankings is not None
    count = len(towers.rankings.text)
    ranks = np.zeros(count, int)
    ranks[[3, 12]] = [4, 5]
    wall = wall_of(
        [with_ranks(towers, "worse", ranks), with_ranks(towers, "right", ranks * 0)], Thumbnails(tiny)
    )
    assert [query.text for query in wall] == [str(towers.rankings.text[at]) for at in (12, 3)]
    assert [name for name, _ in wall[0].found_by] == ["right", "worse"]
    assert wall[0].found_by[1][1].place.startswith("right photo at place 6")


def test_where_nothing_differs_or_nothing_may_be_shown_there_is_no_wall(
    tiny: Dataset, run: list[Outcome]
) -> None:
    towers = next(outcome for outcome in run if outcome.label == "towers")
    assert towers.rankings is not None
    assert wall_of([towers], Thumbnails(tiny)) == []
    assert wall_of([towers, towers], Thumbnails(tiny)) == []
    worse = with_ranks(towers, "worse", towers.rankings.per_query.rank + 1)
    nothing = Thumbnails(tiny)
    nothing.texts = frozenset()
    assert wall_of([towers, worse], nothing) == []
