"""The jobs of a run -> its table, printed and appended to the file of all runs, and the run's folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import typer
from rich.console import Console

from withsense_tf.common.machine import end_soon
from withsense_tf.common.terminal import waiting
from withsense_tf.data.flickr8k import published_test_photos
from withsense_tf.errors import on_disk
from withsense_tf.evaluation.compare import copies_note, few_note, synthetic_notes
from withsense_tf.evaluation.outcome import Outcome
from withsense_tf.evaluation.page.references import TAUGHT_BY_PUBLISHED, lines_of
from withsense_tf.evaluation.protocol import LANGUAGES, Task
from withsense_tf.evaluation.result_rows import rows_of
from withsense_tf.evaluation.result_table import (
    MODELS_HAD_SEEN,
    Comparison,
    Value,
    append_rows,
    check_header,
)
from withsense_tf.evaluation.row_status import RUN, number
from withsense_tf.experiments.compare.against import measured_of
from withsense_tf.experiments.compare.jobs import Job, Plan, left_out
from withsense_tf.experiments.compare.prepare_run import name_machine
from withsense_tf.experiments.compare.run import finished_outcomes, run_jobs, telling_what_is_done
from withsense_tf.experiments.compare.run_folder import write_run
from withsense_tf.experiments.lawful import Lawful
from withsense_tf.experiments.runs.latest_run import point_to
from withsense_tf.experiments.runs.stored_runs import SMOKE
from withsense_tf.matchers.own_captions import lesson_texts
from withsense_tf.targets.which_target import notes_on_target

TABLE: Final = "compare.csv"  # the rows of all runs, below the output folder
BALANCED_NOTE: Final = "Trained on balanced pairs; skill is over the constant of the pairs as judged."
METHOD_NOTE: Final = (
    "Every pair and every query is answered by a model that has not seen the photo. Which are best is tested by paired "
    "randomisation over photos, with Holm's correction, at 5 %."
)


def train_and_publish(
    jobs: Sequence[Job],
    plan: Plan,
    lawful: Lawful,
    folder: Path,
    processes: int,
    skip_existing: bool,
) -> Comparison:
    """Run the jobs; print their table, append it to the file, and write the run's folder."""
    end_soon()
    output = folder.parents[1]
    with telling_what_is_done(jobs, output):
        with on_disk(output), plan.downloads():
            earlier = finished_outcomes(jobs, output) if skip_existing else {}
            results = run_jobs(jobs, plan, output, earlier, processes)
        with waiting("Measuring: intervals and tests"):
            comparison = compare_outcomes(results, plan, lawful, folder.name)
        console = Console()
        if console.is_terminal:
            console.print(comparison)
        else:
            typer.echo(comparison.as_text())
        outcomes, file = [outcome for _, outcome in results], output / TABLE
        machine, measured_on = name_machine(processes), measured_of(jobs)
        with on_disk(output), waiting("Writing the report"):
            append_rows(file, comparison)
            page = write_run(folder, plan.config, comparison, outcomes, lawful.data, measured_on, machine)
            point_to(folder)
    typer.echo(said_of_table(len(comparison.rows), file, len(earlier)))
    typer.echo(f"Report: {page}")
    return comparison


def said_of_table(rows: int, file: Path, earlier: int) -> str:
    """Say that a run's rows stand in the table of all runs, and how many of them no training of this run gave.

    >>> said_of_table(2, Path("compare.csv"), earlier=1)
    'Added the 2 rows of this run (1 taken over, 1 new) to compare.csv'
    """
    new = f" ({earlier} taken over, {rows - earlier} new)" if earlier else ""
    return f"Added the {rows} row{'s' * (rows != 1)} of this run{new} to {file}"


def check_table(output: Path) -> None:
    """Raise, before the work starts, where rows cannot be appended to the table of all runs."""
    check_header(output / TABLE)


def compare_outcomes(
    results: Sequence[tuple[Job, Outcome]], plan: Plan, lawful: Lawful, run: str
) -> Comparison:
    """Return the rows of all outcomes with the notes of their run."""
    data = lawful.data
    rows = rows_of(
        [outcome for _, outcome in results],
        run=run,
        data=f"{data.name} (quick)" if plan.sample else data.name,
        policy=lawful.policy,
        law_files=lawful.files,
        seed=plan.around.seed,
        target=plan.target,
        fingerprint=data.fingerprint,
    )
    for row, (job, _) in zip(rows, results, strict=True):
        row |= {"key": job.key, "code": job.code}
    first = results[0][0].split if results else ""
    lines = lines_of([outcome for job, outcome in results if job.split == first], data)
    ran = [job for job, _ in results]
    notes = (*_notes(plan, lawful), *left_out(plan, ran), *gallery_notes(rows), *language_notes(rows))
    taught = [job for job, outcome in results if outcome.status == RUN]
    notes += (*seen_notes(ran), *published_notes(taught))
    return Comparison(tuple(rows), notes, sources_of(results), lines)


def sources_of(results: Sequence[tuple[Job, Outcome]]) -> tuple[str, ...]:
    """Name the encoders by which the models that were run see photos; nothing where none of them looks at one."""
    looking = [job.matcher.encoders() for job, outcome in results if outcome.status == RUN]
    names = dict.fromkeys(encoder.identity for encoders in looking for encoder in encoders)
    return (f"Photos are seen by: {'; '.join(names)}.",) if names else ()


def seen_notes(jobs: Sequence[Job]) -> tuple[str, ...]:
    """Say of each split of how many test pairs and queries its models had seen the caption."""
    work = {job.split: job.work for job in jobs}
    return tuple(f"{split}: {MODELS_HAD_SEEN} {_seen_captions(parts)}." for split, parts in work.items())


def _seen_captions(parts: Sequence[Task]) -> str:
    hits: dict[str, list[bool]] = {"pairs": [], "queries": []}
    for task in parts:
        lesson = lesson_texts(task.train)
        hits["pairs"] += [text.casefold() in lesson for text in (task.test.texts if task.test else ())]
        hits["queries"] += [text.casefold() in lesson for text in task.queries["text"]]
    counts = {what: values for what, values in hits.items() if values}
    if not any(map(any, counts.values())):
        return f"and no caption of the {' and '.join(counts)}"
    shares = (f"{100 * sum(values) / len(values):.3g} % of the {what}" for what, values in counts.items())
    return f"but, beside other photos, the captions of {' and '.join(shares)}"


def published_notes(jobs: Sequence[Job]) -> tuple[str, ...]:
    """Say in which splits photos of Flickr8k's published test split taught; nothing where none did."""
    names: dict[str, set[str]] = {job.split: set() for job in jobs}
    for job in jobs:
        for task in job.work:
            names[job.split].update(task.train.table["photo"], job.matcher.beside(task.train)["photo"])
    splits = [split for split, some in names.items() if published_test_photos(some)]
    advice = "set no figure of theirs beside published ones."
    if "captioned" in names.keys() - splits:
        advice += " The split captioned learns from other photos."
    return (f"{TAUGHT_BY_PUBLISHED} ({', '.join(splits)}): {advice}",) if splits else ()


def gallery_notes(rows: Sequence[Mapping[str, Value]]) -> tuple[str, ...]:
    """Say of which splits R@5 says nothing, since five photos are all that there are.

    >>> gallery_notes([{"split": "folds", "gallery": 4.5}, {"split": "test", "gallery": 30, "r@5": 0.5}])
    ('In galleries of five photos or fewer (folds) R@5 says nothing: more photos are needed.',)
    """
    small = [
        row.get("split") for row in rows if number(row, "gallery") is not None and number(row, "r@5") is None
    ]
    splits = ", ".join(dict.fromkeys(map(str, small)))
    return (
        (f"In galleries of five photos or fewer ({splits}) R@5 says nothing: more photos are needed.",)
        if small
        else ()
    )


def language_notes(rows: Sequence[Mapping[str, Value]]) -> tuple[str, ...]:
    """Say how much of what English queries find the same in Russian find, model by model; nothing where none does.

    >>> rows = [{"matcher": "towers", "split": split, "r@5": r} for split, r in [("russian", 0.9), ("english", 1.0)]]
    >>> language_notes(rows)
    ('Russian over English, R@5: towers .90.',)
    """
    recall = {(row.get("matcher"), row.get("split")): row.get("r@5") for row in rows}
    shares = []
    for matcher in dict.fromkeys(row.get("matcher") for row in rows):
        russian, english = (recall.get((matcher, language)) for language in LANGUAGES)
        if isinstance(russian, float) and isinstance(english, float) and english:
            shares.append(f"{matcher} {russian / english:.2f}".replace(" 0.", " ."))
    return (f"Russian over English, R@5: {', '.join(shares)}.",) if shares else ()


def _notes(plan: Plan, lawful: Lawful) -> tuple[str, ...]:
    photos, folds = plan.pairs.table["photo"].nunique(), plan.config.folds
    smoke = f"{SMOKE}: {photos} photos, {folds} folds. Figures say little."
    return (
        *synthetic_notes(lawful.data, plan.target),
        *notes_on_target(plan.pairs),
        *([smoke] if plan.quick else few_note(plan.pairs)),
        *([BALANCED_NOTE] if plan.config.balanced else []),
        METHOD_NOTE,
        *copies_note(lawful.data),
        lawful.note,
    )
