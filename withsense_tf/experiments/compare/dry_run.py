"""What a comparison would run, said without writing anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from withsense_tf.evaluation.protocol import SPLITS
from withsense_tf.experiments.compare.config import Config
from withsense_tf.experiments.compare.jobs import Job, labelled
from withsense_tf.matchers.registry import Surroundings

NOTHING: Final = "Nothing was run."


def planned(jobs: Sequence[Job], pairs: int) -> Iterator[str]:
    """Say, a line each, what each job would train, and how much that is in all."""
    for job in jobs:
        yield f"{job.label} | {job.split} | {trainings(len(job.work))} | {job.key}"
    yield f"{trainings(sum(len(job.work) for job in jobs))} on {pairs:,} pairs. {NOTHING}"


def planned_on_demo(config: Config, around: Surroundings, demo: Path) -> Iterator[str]:
    """Say the same where the demo set is not there yet; its pairs are not known before it is rendered."""
    total = 0
    splits = [split for split in SPLITS if split in config.splits]
    for label, _, _ in labelled(config, around):
        for split in splits:
            number = config.folds if split == "folds" else 1
            total += number
            yield f"{label} | {split} | {trainings(number)}"
    yield f"The demo set would be rendered to {demo}. {trainings(total)} in all. {NOTHING}"


def trainings(number: int) -> str:
    """Return the number with its word.

    >>> trainings(1), trainings(1200)
    ('1 training', '1,200 trainings')
    """
    return f"{number:,} training{'' if number == 1 else 's'}"
