"""An earlier run to hold this one against: whether the two are comparable, and which of its rows are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from withsense_tf.errors import SettingError
from withsense_tf.evaluation.regress import Base
from withsense_tf.experiments.config import names_of
from withsense_tf.experiments.jobs import Job

FOLDS: Final = "folds"
# What rows say of themselves, and what a person calls it.
FACTS: Final = {"fingerprint": "data", "policy": "policy", "target": "target"}


def check_comparable(base: Base, jobs: Sequence[Job], **here: str) -> None:
    """Raise, before the work starts, if the base's figures are of other data, another target or other folds.

    `here` holds what this run's rows will have in the columns `FACTS`.
    """
    differ = []
    for column, title in FACTS.items():
        there = {str(row[column]) for row in base.rows if row.get(column)}
        if there and there != {here[column]}:
            differ.append(f"{title} {', '.join(sorted(there))} there, {here[column]} here")
    splits = {job.split for job in jobs}
    if splits.isdisjoint(row.get("split") for row in base.rows):
        there = {str(row.get("split")) for row in base.rows}
        differ.append(f"splits {', '.join(sorted(there))} there, {', '.join(sorted(splits))} here")
    for job in jobs:
        if job.split == FOLDS:
            differ += _folds(base, job)
            break  # the folds of all models are the same
    if differ:
        raise SettingError(
            f"--against {base.file}: its figures cannot be compared with those of this run ({'; '.join(differ)}). "
            "Run with the same settings and data, or take another base."
        )


def _folds(base: Base, job: Job) -> list[str]:
    pairs = sum(len(task.test) for task in job.work if task.test is not None)
    differ = []
    # Fewer pairs of the same data: --quick takes some photos only.
    for column, here in (("folds", len(job.work)), ("pairs", pairs)):
        there = {
            row[column] for row in base.rows if row.get("split") == FOLDS and isinstance(row.get(column), int)
        }
        if there and there != {here}:
            differ.append(f"{', '.join(map(str, sorted(there)))} {column} there, {here} here")
    return differ


def asked_for(base: Base, models: Sequence[str], jobs: Sequence[Job]) -> tuple[list[Mapping[str, Any]], str]:
    """Return the base's rows that this run must have too, and a line on those that it was not asked for.

    With no `models` named, all are asked for: a model that is gone must not pass unseen.
    """
    labels = {job.label for job in jobs} | _picked(base, models)
    splits = {job.split for job in jobs}
    ran = [row for row in base.rows if row.get("status", "ok") == "ok"]
    other_models = [row for row in ran if models and row.get("matcher") not in labels]
    others = [row for row in ran if row not in other_models and row.get("split") not in splits]
    kept = [row for row in ran if row not in other_models and row not in others]
    if not kept:
        raise SettingError(
            f"--against {base.file}: it has no figures of the models and splits that this run is asked for. "
            "Run what it has, or take another base."
        )
    left = [f"{_count(other_models)} of models that --models does not name"] if other_models else []
    left += [f"{_count(others)} of splits that are not run"] if others else []
    return kept, f"Not compared with the base: {', '.join(left)}." if left else ""


def _picked(base: Base, models: Sequence[str]) -> set[str]:
    """Return the labels of the base's models that `models` name, by the rules of --models."""
    labels = list(dict.fromkeys(str(row.get("matcher")) for row in base.rows))
    # A run's rows stand in the order of its configuration, and every model has a label of its own.
    tables = base.models if len(base.models) == len(labels) else [{} for _ in labels]
    return {
        label
        for label, table in zip(labels, tables, strict=True)
        if not (names_of(table) | {label}).isdisjoint(models)
    }


def _count(rows: Sequence[object]) -> str:
    return f"{len(rows)} row{'' if len(rows) == 1 else 's'}"
