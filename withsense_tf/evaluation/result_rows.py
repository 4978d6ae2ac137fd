"""Outcomes -> result rows with figures, intervals, and marks for the best ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from withsense_tf.evaluation.figures.human import human_figures
from withsense_tf.evaluation.figures.intervals import (
    bootstrap_by_photo,
    not_worse_than_best,
    rmse_interval,
    tau_c_interval,
)
from withsense_tf.evaluation.figures.regression import regression_figures
from withsense_tf.evaluation.outcome import Answers, Outcome, Rankings
from withsense_tf.evaluation.result_table import Value
from withsense_tf.evaluation.row_status import RUN

# An interval needs a few photos, and a test too.
FEWEST_PHOTOS: Final = 5
CAPTION_ASSISTED: Final = "caption-assisted"


def rows_of(outcomes: Sequence[Outcome], **known: Value) -> list[dict[str, Value]]:
    """Return a row an outcome; those that are best, or not significantly worse, of their kind are marked.

    Rows of one split are compared with each other; those that read captions are a kind of their own. The tests
    are paired randomisation tests over photos with Holm's correction, at 5 %.
    """
    rows = [_row(outcome) | known for outcome in outcomes]
    for kind in dict.fromkeys(map(_kind, outcomes)):
        members = [at for at, outcome in enumerate(outcomes) if _kind(outcome) == kind]
        for at, marks in _marks([outcomes[at] for at in members]).items():
            rows[members[at]]["best"] = " ".join(marks)
    return rows


def _kind(outcome: Outcome) -> tuple[str, bool]:
    return outcome.split, outcome.about.get("track") == CAPTION_ASSISTED


def _row(outcome: Outcome) -> dict[str, Value]:
    row: dict[str, Value] = {
        **outcome.about,
        "matcher": outcome.label,
        "split": outcome.split,
        "status": outcome.status,
        "config": outcome.config,
    }
    if outcome.status != RUN:
        return row
    row |= {
        "folds": outcome.folds,
        "train_pairs": outcome.train_pairs,
        "train_photos": outcome.train_photos,
        "seconds": outcome.seconds,
        "peak_mb": outcome.peak_mb,
    }
    if outcome.answers is not None:
        row |= _of_answers(outcome.answers, outcome.constant)
    if outcome.found is not None:
        row |= _of_found(outcome.found)
    return row


def _of_answers(answers: Answers, constant: float) -> dict[str, Value]:
    figures = regression_figures(answers.target, answers.predicted, constant)
    human = human_figures(answers.predicted, answers.target, answers.experts, answers.own)
    row: dict[str, Value] = {"pairs": len(answers), "photos": len(np.unique(answers.photo))}
    row |= {"rmse": figures.rmse, "mse": figures.mse, "mae": figures.mae, "skill": figures.skill}
    row |= {"tau_c": human.tau_c, "tau_b": human.tau_b, "auc": human.auc, "ece": human.ece}
    if len(np.unique(answers.photo)) >= FEWEST_PHOTOS:
        sure = rmse_interval(answers.target, answers.predicted, answers.photo)
        row |= {"rmse_low": sure.low, "rmse_high": sure.high}
        others = ~answers.own  # as tau's protocol has it
        sure = tau_c_interval(answers.predicted[others], answers.experts[others], answers.photo[others])
        row |= {"tau_c_low": sure.low, "tau_c_high": sure.high}
    return row


def _of_found(found: Rankings) -> dict[str, Value]:
    figures = found.per_query.figures()
    row: dict[str, Value] = {"gallery": figures.gallery, "queries": figures.queries}
    row |= {"r@1": figures.recall_1, "r@5": figures.recall_5, "r@10": figures.recall_10}
    row |= {"mrr": figures.mrr, "median_rank": figures.median_rank, "ndcg@10": figures.ndcg_10}
    row |= {"distinct_top5": figures.different_top5}
    photos = found.per_query.photo
    if len(np.unique(photos)) >= FEWEST_PHOTOS:
        sure = bootstrap_by_photo(found.per_query.hit(5), photos)
        row |= {"r@5_low": sure.low, "r@5_high": sure.high}
    return row


def _marks(outcomes: Sequence[Outcome]) -> dict[int, list[str]]:
    marks: dict[int, list[str]] = {at: [] for at in range(len(outcomes))}
    measures: list[tuple[str, bool, Callable[[Outcome], tuple[np.ndarray, np.ndarray] | None]]] = [
        ("rmse", False, _squared_errors),
        ("r@5", True, _hits),
    ]
    for name, higher_is_better, measure in measures:
        measured = {
            at: found for at, outcome in enumerate(outcomes) if (found := measure(outcome)) is not None
        }
        if not measured:
            continue
        photos = next(iter(measured.values()))[1]
        # Outcomes of other pairs or queries cannot be paired.
        alike = {str(at): values for at, (values, own) in measured.items() if np.array_equal(own, photos)}
        if len(alike) < 2 or len(np.unique(photos)) < FEWEST_PHOTOS:
            continue
        best = not_worse_than_best(alike, photos, higher_is_better)
        for at in best.not_worse:
            marks[int(at)].append(name if at == best.name else f"({name})")
    return marks


def _squared_errors(outcome: Outcome) -> tuple[np.ndarray, np.ndarray] | None:
    answers = outcome.answers
    return None if answers is None else ((answers.predicted - answers.target) ** 2, answers.photo)


def _hits(outcome: Outcome) -> tuple[np.ndarray, np.ndarray] | None:
    found = outcome.found
    return None if found is None else (found.per_query.hit(5), found.per_query.photo)
