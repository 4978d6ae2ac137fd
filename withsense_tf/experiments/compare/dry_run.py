"""What a comparison would run, said without writing anything."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import typer

from withsense_tf.evaluation.protocol import LANGUAGES, SPLITS
from withsense_tf.experiments.compare.config import Config
from withsense_tf.experiments.compare.jobs import Job, Plan, label_models
from withsense_tf.experiments.lawful import Lawful
from withsense_tf.matchers.registry import Surroundings

NOTHING: Final = "Nothing was run."


def say_jobs(jobs: Sequence[Job], plan: Plan, lawful: Lawful) -> None:
    """Print, a line each, what each job would train, and how much that is in all."""
    typer.echo(f"{lawful.note} Policy: {lawful.policy}.")
    for job in jobs:
        typer.echo(f"{job.label} | {job.split} | {trainings(len(job.work))} | {job.key}")
    total = trainings(sum(len(job.work) for job in jobs))
    typer.echo(f"{total} on {len(plan.pairs):,} pairs. {NOTHING}")


def say_on_demo(config: Config, around: Surroundings, demo: Path) -> None:
    """Print the same for a demo set that is not rendered yet: how many pairs it will have is not known."""
    total = 0
    splits = [split for split in SPLITS if split in config.splits]
    for label, _, _ in label_models(config, around):
        for split in splits:
            number = config.folds if split in ("folds", *LANGUAGES) else 1
            total += number
            typer.echo(f"{label} | {split} | {trainings(number)}")
    typer.echo(f"The demo set would be rendered to {demo}. {trainings(total)} in all. {NOTHING}")


def trainings(number: int) -> str:
    """Return a number of trainings in words.

    >>> trainings(1), trainings(1200)
    ('1 training', '1,200 trainings')
    """
    return f"{number:,} training{'' if number == 1 else 's'}"
