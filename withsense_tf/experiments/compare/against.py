"""An earlier run to hold this one against: whether the two are comparable, and which of its rows are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from withsense_tf.errors import SettingError
from withsense_tf.evaluation.answer_key import description_of
from withsense_tf.evaluation.protocol import LANGUAGES, Task, measured_on
from withsense_tf.evaluation.regression_gate import Base, Row
from withsense_tf.evaluation.row_status import sees_at_random, was_run
from withsense_tf.experiments.compare.config import Config, names_of
from withsense_tf.experiments.compare.jobs import Job

# What rows say of themselves, and what a person calls it. Figures of two runs that differ here are of two worlds.
FACTS: Final = {"fingerprint": "data", "policy": "policy", "target": "target"}
# Settings that make another target of the demo set's judgements.
OF_DEMO: Final = ("expert", "crowd", "own_weight", "balanced")


def measured_of(jobs: Sequence[Job]) -> dict[str, str]:
    """Return, by split, the name of what the jobs are measured on."""
    work: dict[str, Sequence[Task]] = {}
    for job in jobs:
        work.setdefault(job.split, job.work)  # it is the same for all models
    return {split: measured_on(tasks) for split, tasks in work.items()}


def check_comparable(base: Base, jobs: Sequence[Job], **here: str) -> None:
    """Raise, before the work starts, if the base's figures are not of what this run is measured on.

    `here` holds what this run's rows will have in the columns `FACTS`, and its seed. What the base does not say counts
    as another thing: a figure that may be of other photos must not pass.
    """
    differ = [
        line
        for column, title in FACTS.items()
        for line in _differ(title, {_fact(row, column) for row in base.rows}, here[column])
    ]
    seed = list(_seed_differs(base, here["seed"])) if "seed" in here else []
    first = {job.split: job for job in reversed(jobs)}  # any of them: the work is the same for all models
    ran = {row.get("split") for row in base.rows}
    if ran.isdisjoint(first):
        differ += [f"splits {', '.join(sorted(map(str, ran)))} there, {', '.join(sorted(first))} here"]
    else:
        now = measured_of(jobs)
        for split in (split for split in first if split in ran):
            there = base.measured_on.get(split)
            if there != now[split]:
                details = list(_what_differs(base, first[split]))
                unknown = f"other photos, pairs or queries of {split}"
                if not there:
                    unknown = f"it does not say which photos, pairs and queries {split} was measured on"
                differ += details if details or differ or seed else [unknown]
    differ += seed
    differ += [line for job in jobs for line in _weights_differ(base, job)]
    _refuse(base, differ)
    check_counterparts(base, [(job.label, job.split) for job in jobs])


def check_settings(base: Base, settings: Config, *, seed: str, policy: str, is_demo: bool) -> None:
    """Raise, before data are read or drawn, if what is asked for already tells that figures cannot be compared.

    The demo set is judged and has photos enough for every fold, so there settings say what is measured.
    """
    differ = list(_differ("policy", {_fact(row, "policy") for row in base.rows}, policy))
    if is_demo:
        by_folds = {"folds", *LANGUAGES}.intersection(settings.splits)
        folds = {str(row["folds"]) for row in base.rows if row.get("split") in by_folds and row.get("folds")}
        differ += _differ("folds", folds, str(settings.folds))
        for key in OF_DEMO:
            there, here = base.config.get(key), getattr(settings, key)
            # As values: a file may have 0 where another has 0.0.
            if key in base.config and there != here:
                differ.append(f"{key} {there} there, {here} here")
    _refuse(base, [*differ, *_seed_differs(base, seed)])


def _seed_differs(base: Base, here: str) -> Iterator[str]:
    """Compare seeds: networks and random weights hang on them, also where no fold is drawn by one."""
    return _differ("seed", {str(row["seed"]) for row in base.rows if row.get("seed") is not None}, here)


def _refuse(base: Base, differ: Sequence[str]) -> None:
    if differ:
        raise SettingError(
            f"--against {base.file}: its figures cannot be compared with those of this run "
            f"({'; '.join(dict.fromkeys(differ))}). Run with the same settings and data, or take another base."
        )


def check_counterparts(base: Base, rows: Iterable[tuple[str, str]]) -> None:
    """Raise if the base has none of these models and splits: then nothing would be held against it.

    A row that it has not is a new one beside others that it has, and fails nothing.
    """
    there = [(str(row.get("matcher")), str(row.get("split"))) for row in base.rows]
    here = list(dict.fromkeys(rows))
    if set(there).isdisjoint(here):
        has = _models_and_splits(there) or "no row at all"
        raise SettingError(
            f"--against {base.file}: it has no row of {_models_and_splits(here)}, so there is nothing to hold this run "
            f"against. It has {has}. Run one of them beside (--models, --set splits=...), or make a new base with "
            "these models and splits."
        )


def _models_and_splits(rows: Sequence[tuple[str, str]]) -> str:
    splits: dict[str, list[str]] = {}
    for label, split in rows:
        splits.setdefault(label, []).append(split)
    return ", ".join(f"{label} ({', '.join(some)})" for label, some in splits.items())


def _what_differs(base: Base, job: Job) -> Iterator[str]:
    rows = [row for row in base.rows if row.get("split") == job.split and was_run(row)]
    tests = [task.test for task in job.work if task.test is not None]
    here = {
        "folds": len(job.work),
        "pairs": sum(map(len, tests)),
        "photos": len({photo for test in tests for photo in test.table["photo"]}),
        "queries": sum(len(task.queries) for task in job.work if task.gallery is not None),
    }
    for column, number in here.items():
        there = {row[column] for row in rows if isinstance(row.get(column), int)}
        if there and there != {number}:
            yield f"{', '.join(map(str, sorted(there)))} {column} there, {number} here"


def _differ(title: str, there: set[str], here: str) -> Iterator[str]:
    if there and there != {here}:
        yield f"{title} {', '.join(sorted(there))} there, {here} here"


def _fact(row: Row, column: str) -> str:
    return str(row.get(column) or "not said")


def _weights_differ(base: Base, job: Job) -> Iterator[str]:
    """Say that one of the two sees with random weights, and the other with others: that is no change of a model."""
    here = description_of(job.matcher)["weights"]
    for row in base.rows:
        if (row.get("matcher"), row.get("split")) != (job.label, job.split) or not was_run(row):
            continue
        there = str(row.get("weights") or "")
        if there != here and (sees_at_random(there) or sees_at_random(here)):
            yield f"weights of {job.label}: {there or 'none'} there, {here or 'none'} here"


def asked_rows(base: Base, models: Sequence[str], jobs: Sequence[Job]) -> tuple[list[Row], str]:
    """Return the base's rows that this run must have too, and a line on those that it was not asked for.

    With no `models` named, all are asked for: a model that is gone must not pass unseen.
    """
    labels = {job.label for job in jobs} | _labels_of(base, models)
    splits = {job.split for job in jobs}
    other_models = [row for row in base.rows if models and row.get("matcher") not in labels]
    others = [row for row in base.rows if row not in other_models and row.get("split") not in splits]
    base_rows = [row for row in base.rows if row not in other_models and row not in others]
    if not any(was_run(row) for row in base_rows):
        raise SettingError(
            f"--against {base.file}: it has no figures of the models and splits that this run is asked for. "
            "Run what it has, or take another base."
        )
    left_out = [f"{_count(other_models)} of models that --models does not name"] if other_models else []
    left_out += [f"{_count(others)} of splits that are not run"] if others else []
    return base_rows, f"Not compared with the base: {', '.join(left_out)}." if left_out else ""


def _labels_of(base: Base, models: Sequence[str]) -> set[str]:
    """Return the labels of the base's models that `models` name, by the rules of --models."""
    labels = list(dict.fromkeys(str(row.get("matcher")) for row in base.rows))
    # A run's rows stand in the order of its configuration, and every model has a label of its own.
    tables: Sequence[Mapping[str, Any]] = (
        base.models if len(base.models) == len(labels) else [{} for _ in labels]
    )
    return {
        label
        for label, table in zip(labels, tables, strict=True)
        if not (names_of(table) | {label}).isdisjoint(models)
    }


def _count(rows: Sequence[object]) -> str:
    return f"{len(rows)} row{'' if len(rows) == 1 else 's'}"
