"""What a comparison would run, said without writing anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import typer

from withsense_tf.encoders.weights.preset_cache import no_downloads
from withsense_tf.errors import WeightsMissingError
from withsense_tf.evaluation.protocol import LANGUAGES, SPLITS
from withsense_tf.evaluation.row_status import MISTAKE
from withsense_tf.experiments.compare.config import Config
from withsense_tf.experiments.compare.jobs import (
    FETCH,
    Job,
    Plan,
    Unmade,
    label_models,
    lack_of_weights,
    left_out,
)
from withsense_tf.experiments.compare.run import finished_outcomes
from withsense_tf.experiments.lawful import Lawful
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.registry import Surroundings

NOTHING: Final = "Nothing was run."
TAKEN_OVER: Final = "taken over"


def say_jobs(jobs: Sequence[Job], plan: Plan, lawful: Lawful, earlier: Path | None = None) -> None:
    """Print, a line each, what each job would train, and how much that is in all.

    Nothing is trained of rows that runs below the folder `earlier` have.
    """
    ready = {} if earlier is None else finished_outcomes(jobs, earlier)
    typer.echo(f"{lawful.note} Policy: {lawful.policy}.")
    total = 0
    reasons = {job.label: why_not_run(job.matcher, plan.around, plan.download) for job in jobs}
    for job in jobs:
        why = TAKEN_OVER if job.key in ready else reasons[job.label]
        number = 0 if why else len(job.work)
        total += number
        typer.echo(f"{job.label} | {job.split} | {why or trainings(number)} | {job.key}")
    for note in left_out(plan, jobs):
        typer.echo(note)
    typer.echo(f"{trainings(total)} on {len(plan.pairs):,} pairs. {NOTHING}")
    _end(reasons.values())


def say_on_demo(
    config: Config, around: Surroundings, demo: Path, download: bool, against: Path | None = None
) -> None:
    """Print the same for a demo set that is not rendered yet: how many pairs it will have is not known.

    Nor is whether a base is of the same photos.
    """
    total, reasons = 0, list[str]()
    splits = [split for split in SPLITS if split in config.splits]
    for label, _, matcher in label_models(config, around):
        reason = why_not_run(matcher, around, download)
        reasons.append(reason)
        for split in splits:
            number = config.folds if split in ("folds", *LANGUAGES) else 1
            total += 0 if reason else number
            typer.echo(f"{label} | {split} | {reason or trainings(number)}")
    typer.echo(f"The demo set would be rendered to {demo}. {trainings(total)} in all. {NOTHING}")
    if against:
        typer.echo(f"Whether {against} is of the same photos and pairs is known once it is rendered.")
    _end(reasons)


def _end(reasons: Iterable[str]) -> None:
    """End as the run would, where a matcher of another package cannot be made."""
    if any(reason.startswith(MISTAKE) for reason in reasons):
        raise typer.Exit(2)


def why_not_run(matcher: Matcher, around: Surroundings, download: bool) -> str:
    """Return why a run would pass over a matcher: it cannot be made, or weights that it alone asks for are not here."""
    if isinstance(matcher, Unmade):
        return f"{MISTAKE}{matcher.why}"
    if lack := lack_of_weights(matcher):
        return f"not run: weights not available: {lack}"
    if download:
        return ""  # a run fetches them, and this is none
    try:
        with no_downloads(FETCH):
            for encoder in matcher.encoders():
                if encoder not in around.photo:
                    # What is not here has no width either, and says so before anything large is loaded.
                    _ = encoder.width
    except WeightsMissingError as error:
        return f"not run: weights not available: {error}"
    return ""


def trainings(number: int) -> str:
    """Return a number of trainings in words.

    >>> trainings(1), trainings(1200)
    ('1 training', '1,200 trainings')
    """
    return f"{number:,} training{'' if number == 1 else 's'}"
