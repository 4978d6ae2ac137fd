"""Runs of several machines -> one: rows by name, marks for the best made anew from the stored answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from withsense_tf.common.atomic_files import whole_file
from withsense_tf.errors import DataError, SettingError, on_disk
from withsense_tf.evaluation.measured_photos import MOST
from withsense_tf.evaluation.outcome import Outcome, load_outcome, outcome_file
from withsense_tf.evaluation.regression_gate import Row, number_of
from withsense_tf.evaluation.result_rows import rows_of
from withsense_tf.evaluation.result_table import COLUMNS, Comparison, append_rows
from withsense_tf.evaluation.row_status import was_run
from withsense_tf.experiments.compare.run_folder import markdown, results_text
from withsense_tf.experiments.runs.run_changes import MEASURES, SECONDS, unlike
from withsense_tf.experiments.runs.stored_runs import RESULTS, StoredRun

NO_MARKS: Final = (
    "Best: not marked, for the answers of some rows are not at hand (the folder outcomes beside runs): what is not "
    "significantly worse cannot be told from figures alone."
)
EFFORT: Final = "seconds and peak_mb are of several machines: do not compare them."


@dataclass(frozen=True)
class Merged:
    """One run made of several."""

    comparison: Comparison
    measured_on: Mapping[str, str]
    models: Sequence[Mapping[str, Any]]
    machine: str
    photos: Sequence[str] = ()


def merge_runs(runs: Sequence[StoredRun]) -> Merged:
    """Make one run of several of the same data, law, target and seed.

    A row that several have comes from the first one that ran it; where another has other figures, a note says so.
    """
    if len(runs) < 2:
        raise SettingError(f"compare merge expects two runs or more, got {len(runs)}.")
    first, *others = runs
    for run in others:
        if differ := list(unlike(first, run)):
            raise SettingError(
                f"{run.name} cannot be merged with {first.name}: {'; '.join(differ)}. Merge runs of one data set, "
                "policy, target and seed."
            )
    rows: dict[tuple[str, str], tuple[StoredRun, Row]] = {}
    notes: list[str] = []
    for run in runs:
        for row in run.base.rows:
            name = (str(row["matcher"]), str(row["split"]))
            if name not in rows or (was_run(row) and not was_run(rows[name][1])):
                rows[name] = (run, row)
            elif was_run(row) and (differing := _differing(rows[name][1], row)):
                notes.append(
                    f"{name[0]} ({name[1]}): taken from {rows[name][0].name}; {run.name} has {differing}."
                )
    merged_rows, marks = _marked([*rows.values()])
    machines = list(dict.fromkeys(run.base.machine for run in runs if run.base.machine))
    notes_of_all = [note for run in runs for note in run.base.notes]
    notes_of_all += [*notes, *([] if marks else [NO_MARKS]), *([EFFORT] if len(machines) > 1 else [])]
    measured_on = {split: what for run in reversed(runs) for split, what in run.base.measured_on.items()}
    return Merged(
        Comparison(tuple(merged_rows), tuple(dict.fromkeys(notes_of_all)), lines=tuple(first.base.lines)),
        measured_on,
        _models(runs),
        "; ".join(machines),
        # Of splits that another run has: the lowest digests of all.
        sorted({photo for run in runs for photo in run.base.photos})[:MOST],
    )


def write_merged(folder: Path, run: Merged) -> Path:
    """Write results.json, results.csv and results.md of a merged run into a folder that is not there yet."""
    if folder.exists():
        raise SettingError(f"--into {folder}: it is there already. Name a folder that is not.")
    with on_disk(folder):
        folder.mkdir(parents=True)
        text = results_text(
            {"name": "merged", "model": list(run.models)},
            run.comparison,
            run.measured_on,
            run.machine,
            run.photos,
        )
        with whole_file(folder / RESULTS) as file:
            file.write_text(text, encoding="utf-8")
        rows = tuple({name: row[name] for name in COLUMNS if name in row} for row in run.comparison)
        append_rows(folder / "results.csv", Comparison(rows))
        (folder / "results.csv.lock").unlink(missing_ok=True)
        (folder / "results.md").write_text(markdown(run.comparison), encoding="utf-8")
    return folder / RESULTS


def _differing(one: Row, other: Row) -> str:
    return ", ".join(
        f"{measure} {now:.4g} ({was:.4g})"
        for measure in MEASURES
        if measure != SECONDS
        and (was := number_of(one.get(measure))) != (now := number_of(other.get(measure)))
        and not (was != was and now != now)
    )


def _marked(rows: Sequence[tuple[StoredRun, Row]]) -> tuple[list[dict[str, Any]], bool]:
    """Return the rows with marks for the best of all; without marks where the answers of some are missing."""
    plain = [{**row, "best": ""} for _, row in rows]
    ran = [at for at, (_, row) in enumerate(rows) if was_run(row)]
    try:
        outcomes = [_outcome(*rows[at]) for at in ran]
    except DataError:
        return plain, False
    new_rows = rows_of(outcomes)
    # Answers of a later run of a key may be others: their figures say so.
    if any(_has_other_figures(new, plain[at]) for at, new in zip(ran, new_rows, strict=True)):
        return plain, False
    for at, row in zip(ran, new_rows, strict=True):
        plain[at]["best"] = row.get("best", "")
    return plain, True


def _outcome(run: StoredRun, row: Row) -> Outcome:
    return load_outcome(outcome_file(run.folder.resolve().parents[1], str(row.get("key"))))


def _has_other_figures(row: Row, stored_row: Row) -> bool:
    return any(
        abs(number_of(row.get(one)) - number_of(stored_row.get(one))) > 1e-9 for one in ("rmse", "r@5")
    )


def _models(runs: Sequence[StoredRun]) -> list[Mapping[str, Any]]:
    tables = {
        json.dumps(model, sort_keys=True, default=str): model for run in runs for model in run.base.models
    }
    return list(tables.values())
