from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from oracle import Missing, Oracle, answer_split

from withsense_tf.data.dataset import Pairs
from withsense_tf.evaluation.compare import compare
from withsense_tf.evaluation.outcome import Outcome
from withsense_tf.evaluation.page.recommendation import row_to_use
from withsense_tf.evaluation.page.run_answer import best_sentences
from withsense_tf.evaluation.protocol import tasks
from withsense_tf.evaluation.result_rows import row_of, rows_of
from withsense_tf.matchers.concat.concat_linear import ConcatLinear

EFFORT = ("seconds", "peak_mb")


def test_the_oracle_is_perfect_and_the_constant_has_no_skill_and_no_order(
    oracle_outcome: Outcome, constant_outcome: Outcome
) -> None:
    perfect, same = rows_of([oracle_outcome, constant_outcome])
    assert (perfect["rmse"], perfect["auc"], perfect["r@1"]) == (0, 1, 1)
    assert same["skill"] == pytest.approx(0, abs=0.05)
    assert same["r@1"] == 0
    assert same["distinct_top5"] == 1


def test_a_linear_form_has_one_order_for_every_query(pairs: Pairs, mean_colour) -> None:
    (row,) = rows_of([answer_split(ConcatLinear("ridge", mean_colour), pairs)])
    assert row["distinct_top5"] == 1


def test_the_best_is_marked_within_its_kind_alone(oracle_outcome: Outcome, constant_outcome: Outcome) -> None:
    captions = replace(oracle_outcome, label="reads captions", about={"track": "caption-assisted"})
    perfect, same, assisted = rows_of([oracle_outcome, constant_outcome, captions])
    assert "rmse" in str(perfect["best"]).split()
    assert "rmse" not in str(same["best"]).split()
    # Alone in its kind: there is nothing to be better than.
    assert assisted["best"] == ""


def test_what_finds_nothing_is_never_marked_as_best(oracle_outcome: Outcome) -> None:
    assert oracle_outcome.rankings is not None
    blind = with_ranks(oracle_outcome, np.full_like(oracle_outcome.rankings.per_query.rank, 9))
    for row in rows_of([blind, replace(blind, label="another")]):
        assert row["r@5"] == 0
        assert "r@5" not in str(row["best"])


def with_ranks(outcome: Outcome, rank: np.ndarray) -> Outcome:
    assert outcome.rankings is not None
    ranks = replace(outcome.rankings.per_query, rank=rank, size=np.full_like(rank, 20))
    return replace(outcome, rankings=replace(outcome.rankings, per_query=ranks))


def test_the_best_is_marked_also_where_it_misses_the_first_query(oracle_outcome: Outcome) -> None:
    assert oracle_outcome.rankings is not None
    last = np.full_like(oracle_outcome.rankings.per_query.rank, 9)
    but_the_first = last.copy()
    but_the_first[1:] = 0
    blind = replace(with_ranks(oracle_outcome, last), label="blind")
    row, _ = rows_of([with_ranks(oracle_outcome, but_the_first), blind])
    assert "r@5" in str(row["best"]).split()


def test_what_finds_fewer_than_chance_is_never_marked_as_best(oracle_outcome: Outcome) -> None:
    assert oracle_outcome.rankings is not None
    rank = np.full_like(oracle_outcome.rankings.per_query.rank, 9)
    few = rank.copy()
    few[: len(few) // 5] = 0  # chance: 5 of 20
    rows = rows_of(
        [with_ranks(oracle_outcome, few), replace(with_ranks(oracle_outcome, rank), label="blind")]
    )
    assert rows[0]["r@5"] == 0.2
    assert not any("r@5" in str(row["best"]) for row in rows)


def test_what_may_as_well_find_by_chance_is_neither_marked_nor_recommended(oracle_outcome: Outcome) -> None:
    assert oracle_outcome.rankings is not None
    few = np.full_like(oracle_outcome.rankings.per_query.rank, 9)
    few[: len(few) * 3 // 10] = 0  # a little more than chance, 5 of 20
    rows = rows_of(
        [with_ranks(oracle_outcome, few), replace(with_ranks(oracle_outcome, few), label="another")]
    )
    assert rows[0]["r@5"] > 0.25 > rows[0]["r@5_low"]  # type: ignore[operator]  # both are numbers
    assert row_to_use(rows, 0.25) is None
    assert not any("r@5" in str(row["best"]) for row in rows)
    assert "no better" in " ".join(best_sentences(rows, 0.25))


def test_what_was_not_run_has_no_figure(pairs: Pairs) -> None:
    (row,) = rows_of([answer_split(Missing(), pairs)])
    assert row["status"] == "not run: weights not available: no such preset"
    assert row.keys().isdisjoint({"rmse", "r@5", "seconds", "folds"})


def test_a_fitted_matcher_gets_the_figures_that_its_training_gets(pairs: Pairs, mean_colour) -> None:
    (task,) = tasks(pairs, "70/30", 3, 0)
    assert task.test is not None
    matcher = ConcatLinear("ridge", mean_colour)
    (trained,) = rows_of([answer_split(matcher, pairs, "70/30")])
    (fitted,) = compare([matcher], task.test, constant=task.constant)
    shared = (trained.keys() & fitted.keys()) - set(EFFORT)
    assert {"rmse", "mse", "mae", "skill", "pairs", "photos", "config", "weights"} <= shared
    assert {name: fitted[name] for name in shared} == {name: trained[name] for name in shared}


def test_a_row_says_nothing_of_a_training_that_it_does_not_know(pairs: Pairs) -> None:
    (task,) = tasks(pairs, "70/30", 3, 0)
    assert task.test is not None
    (row,) = compare([Oracle().fit(task.train)], task.test, ranking=False)
    assert row.keys().isdisjoint(
        {"folds", "train_pairs", "train_photos", "captioned_photos", "split", "status"}
    )
    assert [name for name in row if not name.startswith(("tau", "auc", "ece", "rmse_", "best"))] == [
        *("matcher", "track", "photo", "text", "weights", "config", "seconds", "peak_mb", "pairs", "photos"),
        *("rmse", "mse", "mae", "skill", "data", "target", "fingerprint", "code"),
    ]


def test_every_row_has_the_columns_of_its_run(oracle_outcome: Outcome, constant_outcome: Outcome) -> None:
    rows = rows_of([oracle_outcome, constant_outcome], run="today", seed=3)
    assert [(row["run"], row["seed"]) for row in rows] == [("today", 3)] * 2
    assert row_of(oracle_outcome).items() <= rows[0].items()
