"""Run what a configuration names: outcomes are kept as soon as they are there, so that a stopped run goes on."""

from __future__ import annotations

import gc
import hashlib
import json
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.errors import DataError, PublishedTestWarning, SettingError
from withsense_tf.evaluation.compare import code_version
from withsense_tf.evaluation.outcome import Outcome, load_outcome
from withsense_tf.evaluation.protocol import SPLITS, Task, answer, settings_of, tasks
from withsense_tf.experiments.config import Config
from withsense_tf.experiments.models import Surroundings, make_matcher
from withsense_tf.matchers.base import Matcher
from withsense_tf.relevance.blend import relevance
from withsense_tf.terminal import steps

KEPT: Final = "outcomes"


@dataclass(frozen=True, eq=False)
class Job:
    """One model under one split, and the key under which its outcome is kept."""

    label: str
    split: str
    make: Callable[[int], Matcher]
    work: Sequence[Task]
    key: str


def pairs_of(config: Config, data: Dataset) -> Pairs:
    """Turn judgements into targets as the configuration says."""
    return relevance(
        data,
        expert=None if config.expert == "none" else config.expert,
        crowd=None if config.crowd == "none" else config.crowd,
        expert_weight=config.expert_weight,
        own_weight=config.own_weight,
    )


def labelled(config: Config, around: Surroundings) -> list[tuple[str, Mapping[str, Any], Matcher]]:
    """Make every model once, which checks its settings; return its label, its table and its matcher."""
    made: dict[str, tuple[str, Mapping[str, Any], Matcher]] = {}
    for model in config.model:
        first = make_matcher(model, around)
        label = str(model.get("label", first.name))
        if label in made:
            raise SettingError(f"Two models are called {label!r}: give one of them a `label` of its own.")
        made[label] = (label, model, first)
    return list(made.values())


def jobs_of(config: Config, pairs: Pairs, around: Surroundings, policy: str) -> list[Job]:
    """List what is to be run; every model is made once now, so that a wrong setting is an error now."""
    work = {
        split: tasks(pairs, split, config.folds, around.seed) for split in SPLITS if split in config.splits
    }
    jobs = []
    for label, model, first in labelled(config, around):
        for split, parts in work.items():
            if not parts:
                continue  # no photos with test queries

            def make(number: int, model: Any = model, label: str = label, split: str = split) -> Matcher:
                return make_matcher(model, around, f"{label} {split.replace('/', '-')} {number}")

            about = {
                "label": label,
                "split": split,
                "folds": config.folds,
                "balanced": config.balanced,
                "seed": around.seed,
                "settings": settings_of(first),
                "about": first.describe(),
                "target": pairs.definition,
                "data": pairs.data.fingerprint,
                "policy": policy,
                "code": code_version(),
            }
            key = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:16]
            jobs.append(Job(label, split, make, parts, key))
    return jobs


def run_jobs(jobs: Sequence[Job], output: Path, skip_existing: bool) -> list[tuple[Job, Outcome]]:
    """Run the jobs in order and return their outcomes; with `skip_existing`, finished ones are read instead."""
    done: list[tuple[Job, Outcome]] = []
    total = sum(len(job.work) for job in jobs)
    with steps(total, "trainings") as next_one, _few_looked_at() as look_at_new:
        for job in jobs:
            file = output / KEPT / f"{job.key}.npz"
            outcome = _kept(file) if skip_existing else None
            what = f"{job.label}, {job.split}"
            if outcome is None:
                look_at_new()
                with warnings.catch_warnings():
                    if done:
                        warnings.simplefilter("ignore", PublishedTestWarning)
                    outcome = answer(job.label, job.make, job.work, job.split, partial(next_one, what))
                outcome.save(file)
            else:
                for _ in job.work:
                    next_one(what)
            done.append((job, replace(outcome, label=job.label)))
    return done


@contextmanager
def _few_looked_at() -> Iterator[Callable[[], None]]:
    """Keep Python's search for dead circles short: what is there when the block calls what it gets is passed over.

    After every training it is searched for the last networks; all that TensorFlow and the data hold took longer.
    """
    try:
        yield gc.freeze
    finally:
        gc.unfreeze()


def _kept(file: Path) -> Outcome | None:
    """Return a finished outcome; one that was not run is tried again, and so is a damaged one."""
    # A checkout with changes of its own may give other answers under the same name.
    if not file.is_file() or code_version().endswith("+"):
        return None
    try:
        outcome = load_outcome(file)
    except DataError:
        return None
    return outcome if outcome.status == "ok" else None
