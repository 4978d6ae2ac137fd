"""Outcomes -> result rows: the one road from answers to figures, intervals, and marks for the best ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from withsense_tf.evaluation.figures.human import human_figures
from withsense_tf.evaluation.figures.intervals import (
    bootstrap_by_photo,
    not_worse_than_best,
    rmse_interval,
    tau_c_interval,
)
from withsense_tf.evaluation.figures.ranking import chance
from withsense_tf.evaluation.figures.regression import ROUNDING, errors_of, regression_figures
from withsense_tf.evaluation.outcome import Answers, Outcome, Rankings
from withsense_tf.evaluation.result_table import Value
from withsense_tf.evaluation.row_status import CAPTION_ASSISTED, RUN, beats_chance

# An interval needs a few photos, and a test too.
FEWEST_PHOTOS: Final = 5


def row_of(outcome: Outcome) -> dict[str, Value]:
    """Return what every row says: whose it is, how it was trained if it was, its effort, and its errors and skill."""
    row: dict[str, Value] = {**outcome.about, "matcher": outcome.label}
    if outcome.split:
        row |= {"split": outcome.split, "status": outcome.status}
    row |= {"config": outcome.config}
    if outcome.status != RUN:
        return row
    if outcome.folds:
        row |= {"folds": outcome.folds}
        row |= {"train_pairs": outcome.train_pairs, "train_photos": outcome.train_photos}
        row |= {"captioned_photos": outcome.captioned_photos}
    row |= {"seconds": outcome.seconds, "peak_mb": outcome.peak_mb}
    answers = outcome.answers
    if answers is not None:
        figures = regression_figures(answers.target, answers.prediction, outcome.constant)
        row |= {"pairs": len(answers), "photos": len(np.unique(answers.photo))}
        row |= {"rmse": figures.rmse, "mse": figures.mse, "mae": figures.mae, "skill": figures.skill}
    return row


def rows_of(outcomes: Sequence[Outcome], **run: Value) -> list[dict[str, Value]]:
    """Return a row an outcome, with the columns `run` that are the same for all.

    Those that are best, or not significantly worse, of their kind are marked: rows of one split are compared with each
    other; those that read captions are a kind of their own.
    """
    rows = [_full_row(outcome) | run for outcome in outcomes]
    for kind in dict.fromkeys(map(_kind, outcomes)):
        members = [at for at, outcome in enumerate(outcomes) if _kind(outcome) == kind]
        for at, marks in _marks([outcomes[at] for at in members], [rows[at] for at in members]).items():
            rows[members[at]]["best"] = " ".join(marks)
    return rows


def _kind(outcome: Outcome) -> tuple[str, bool]:
    return outcome.split, outcome.about.get("track") == CAPTION_ASSISTED


def _full_row(outcome: Outcome) -> dict[str, Value]:
    row = row_of(outcome)
    if outcome.answers is not None:
        row |= _order_figures(outcome.answers)
    if outcome.rankings is not None:
        row |= _ranking_figures(outcome.rankings)
    return row


def _order_figures(answers: Answers) -> dict[str, Value]:
    human = human_figures(answers.prediction, answers.target, answers.experts, answers.own)
    row: dict[str, Value] = {
        "tau_c": human.tau_c,
        "tau_b": human.tau_b,
        "auc": human.auc,
        "ece": human.ece,
    }
    if len(np.unique(answers.photo)) >= FEWEST_PHOTOS:
        rmse = rmse_interval(answers.target, answers.prediction, answers.photo)
        row |= {"rmse_low": rmse.low, "rmse_high": rmse.high}
        others = ~answers.own  # as tau's protocol has it
        tau_c = tau_c_interval(answers.prediction[others], answers.experts[others], answers.photo[others])
        row |= {"tau_c_low": tau_c.low, "tau_c_high": tau_c.high}
    return row


def _ranking_figures(rankings: Rankings) -> dict[str, Value]:
    figures = rankings.per_query.figures()
    row: dict[str, Value] = {"gallery": figures.gallery, "queries": figures.queries}
    recall = {"r@1": figures.recall_1, "r@5": figures.recall_5, "r@10": figures.recall_10}
    row |= {name: value for name, value in recall.items() if not np.isnan(value)}
    row |= {"mrr": figures.mrr, "median_rank": figures.median_rank, "ndcg@10": figures.ndcg_10}
    row |= {"distinct_top5": figures.different_top5}
    photos = rankings.per_query.photo
    if len(np.unique(photos)) >= FEWEST_PHOTOS and "r@5" in row:
        ends = bootstrap_by_photo(rankings.per_query.hit(5), photos)
        row |= {"r@5_low": ends.low, "r@5_high": ends.high}
    return row


def _marks(outcomes: Sequence[Outcome], rows: Sequence[Mapping[str, Value]]) -> dict[int, list[str]]:
    marks: dict[int, list[str]] = {at: [] for at in range(len(outcomes))}
    measures: list[tuple[str, bool, Callable[[Outcome], tuple[np.ndarray, np.ndarray] | None]]] = [
        ("rmse", False, _squared_errors),
        ("r@5", True, _hits),
    ]
    for name, higher_is_better, measure in measures:
        figures = {
            at: values for at, outcome in enumerate(outcomes) if (values := measure(outcome)) is not None
        }
        if not figures:
            continue
        photos = next(iter(figures.values()))[1]
        # Outcomes of other pairs or queries cannot be paired.
        alike = {str(at): values for at, (values, own) in figures.items() if np.array_equal(own, photos)}
        if len(alike) < 2 or len(np.unique(photos)) < FEWEST_PHOTOS:
            continue
        best = not_worse_than_best(alike, photos, higher_is_better)
        for at in best.not_worse:
            if higher_is_better and not beats_chance(rows[int(at)], _chance_of(outcomes[int(at)])):
                continue  # what finds no more than chance is best at nothing
            marks[int(at)].append(name if at == best.name else f"({name})")
    return marks


def _squared_errors(outcome: Outcome) -> tuple[np.ndarray, np.ndarray] | None:
    answers = outcome.answers
    # Where all targets are equal, nobody fits better.
    if answers is None or np.ptp(answers.target) < ROUNDING:
        return None
    return errors_of(answers.target, answers.prediction) ** 2, answers.photo


def _hits(outcome: Outcome) -> tuple[np.ndarray, np.ndarray] | None:
    rankings = outcome.rankings
    if rankings is None or rankings.per_query.size.min() <= 5:
        return None
    return rankings.per_query.hit(5), rankings.per_query.photo


def _chance_of(outcome: Outcome) -> float | None:
    return None if outcome.rankings is None else chance(outcome.rankings.per_query.size, 5)
