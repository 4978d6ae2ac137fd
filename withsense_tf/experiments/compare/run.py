"""Run jobs: outcomes are kept as soon as they are there, so that a stopped run goes on."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import typer

from withsense_tf.common.code_version import UNREAD, complaint
from withsense_tf.common.fingerprints import shared_in
from withsense_tf.common.processes import heard_by, share_out
from withsense_tf.common.terminal import NextStep, each_said_once, start_tensorflow, steps
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.errors import DataError, WeightsMissingError, disk_trouble, some_of
from withsense_tf.evaluation.answering import answer_task, heap_freezer, join, not_run
from withsense_tf.evaluation.outcome import OUTCOMES, Outcome, load_outcome, outcome_file
from withsense_tf.evaluation.row_status import RUN
from withsense_tf.experiments.compare.jobs import Job, Plan, jobs_of, lack_of_weights

# Of what rows are made of: what is short enough to be told, and what the rest is called.
SAID_WHOLE: Final = ("code", "data", "policy", "target", "folds", "seed")
OTHERS: Final = {"measured_on": "pairs and queries", "about": "matchers"}


class Piece(NamedTuple):
    """One training: the position of its job, and the number of the job's task."""

    job: int
    number: int


def finished_outcomes(jobs: Sequence[Job], output: Path) -> dict[str, Outcome]:
    """Return, by key, the outcomes that an earlier run has; say how many, which are run again, and why all are."""
    by_key = {job.key: finished_outcome(outcome_file(output, job.key), job) for job in jobs}
    outcomes = {key: outcome for key, outcome in by_key.items() if outcome is not None}
    if unread := dict.fromkeys(job.label for job in jobs if UNREAD in job.code):
        typer.echo(
            f"Run again, since the code of another package cannot be read: {', '.join(unread)}.", err=True
        )
    why = "" if outcomes or unread else f": {_why_none(jobs, output)}"
    typer.echo(f"{len(outcomes)} of {len(jobs)} rows are taken over from an earlier run{why}.", err=True)
    return outcomes


def _why_none(jobs: Sequence[Job], output: Path) -> str:
    """Say in what the last outcomes of these models and splits differ from what is asked for."""
    files = sorted((output / OUTCOMES).glob("*.npz"), key=lambda file: file.stat().st_mtime)
    last: dict[tuple[str, str], Mapping[str, Any]] = {}
    for file in files:
        with suppress(DataError):
            outcome = load_outcome(file)
            last[outcome.label, outcome.split] = outcome.made_of
    differ, others = dict[str, None](), dict[str, None]()
    for job in jobs:
        for name, there in last.get((job.label, job.split), {}).items():
            here = job.made_of.get(name)
            if there != here and name in SAID_WHOLE:
                differ[f"{name} {there} there, {here} here"] = None
            elif there != here:
                others[OTHERS.get(name, name)] = None
    if differ or others:
        return "; ".join(differ) or f"other {' and '.join(others)}"
    return f"{output / OUTCOMES} has no whole row of these models and splits that was run and says of what"


@contextmanager
def telling_what_is_done(jobs: Sequence[Job], output: Path) -> Iterator[None]:
    """Where the block is interrupted, say how many rows are done, where they lie, and how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        count = sum(finished_outcome(outcome_file(output, job.key), job) is not None for job in jobs)
        typer.echo(
            f"Interrupted: {count} of {len(jobs)} rows are done, in {output / OUTCOMES}. A page is written once "
            "all are. The same with --skip-existing goes on.",
            err=True,
        )
        raise


@each_said_once()
def run_jobs(
    jobs: Sequence[Job], plan: Plan, output: Path, earlier: Mapping[str, Outcome], processes: int
) -> list[tuple[Job, Outcome]]:
    """Run the plan's jobs and return their outcomes in order; those of an earlier run, by key, are taken over."""
    # Before anything is loaded: what holds a network cannot be handed to another process.
    pickled_plan = pickle.dumps(plan) if processes > 1 else b""
    outcomes = dict(earlier)
    outcomes |= _prepare([job for job in jobs if job.key not in outcomes], plan.around.photo)
    pieces = [
        Piece(at, number)
        for at, job in enumerate(jobs)
        if job.key not in outcomes
        for number in range(len(job.work))
    ]
    parts: dict[str, list[Outcome | None]] = {job.key: [None] * len(job.work) for job in jobs}
    with steps(len(pieces), "trainings", even=False) as next_one:
        at_work = _AtWork(jobs, next_one)
        with _results(processes, pickled_plan, jobs, pieces, at_work.begin) as results:
            for piece, part in results:
                job = jobs[piece.job]
                parts[job.key][piece.number] = part
                if all(parts[job.key]):
                    joint = join([one for one in parts[job.key] if one])
                    outcomes[job.key] = replace(joint, key=job.key, made_of=job.made_of)
                    outcomes[job.key].save(outcome_file(output, job.key))
                at_work.end(piece)
    return [(job, replace(outcomes[job.key], label=job.label)) for job in jobs]


class _AtWork:
    def __init__(self, jobs: Sequence[Job], next_one: NextStep) -> None:
        self.jobs, self.next_one = jobs, next_one
        self.names: dict[Piece, str] = {}
        self.places: dict[Piece, str] = {}
        next_one("starting")

    def begin(self, piece: Piece, place: str = "") -> None:
        job = self.jobs[piece.job]
        self.names[piece] = f"{job.label}, {job.split}"
        self.places[piece] = place and f" ({place})"
        self.next_one.rename(self._text())

    def end(self, piece: Piece) -> None:
        last = self.names.pop(piece)
        self.next_one(self._text() or f"done: {last}")

    def _text(self) -> str:
        texts = dict.fromkeys(f"{name}{self.places[piece]}" for piece, name in self.names.items())
        return some_of(list(texts), 2, "; ")


@contextmanager
def _results(
    processes: int,
    pickled_plan: bytes,
    jobs: Sequence[Job],
    pieces: Sequence[Piece],
    begins: Callable[[Piece, str], None],
) -> Iterator[Iterator[tuple[Piece, Outcome]]]:
    if processes > 1 and pieces:
        with tempfile.TemporaryDirectory(prefix="withsense-compare-", ignore_cleanup_errors=True) as folder:
            shared, order = (pickled_plan, Path(folder)), _in_turn(jobs, pieces)
            with closing(
                share_out(processes, trainings_of, shared, order, lambda piece: _home(jobs, piece), begins)
            ) as results:
                yield results
    else:
        with trainings(jobs) as train:

            def train_next(piece: Piece) -> tuple[Piece, Outcome]:
                begins(piece, "")
                with heard_by(partial(begins, piece)):
                    return piece, train(piece)

            yield map(train_next, pieces)


def _home(jobs: Sequence[Job], piece: Piece) -> Hashable:
    """Name the task of a piece: what one model computed for it, the next one reuses."""
    return jobs[piece.job].split, piece.number, _reads_captions(jobs, piece)


def _reads_captions(jobs: Sequence[Job], piece: Piece) -> bool:
    return jobs[piece.job].matcher.reads_caption_space


def _in_turn(jobs: Sequence[Job], pieces: Sequence[Piece]) -> list[Piece]:
    """Return pieces in such an order that one process makes what towers share while others train what needs none."""
    first = next((_home(jobs, piece) for piece in pieces if _reads_captions(jobs, piece)), None)
    return sorted(pieces, key=lambda piece: (_home(jobs, piece) != first, _reads_captions(jobs, piece)))


@contextmanager
def trainings_of(shared: tuple[bytes, Path | None]) -> Iterator[Callable[[Piece], Outcome]]:
    """Yield the same function as `trainings` does, in a process that has the pickled plan alone.

    What takes long to make is shared by way of the folder.
    """
    pickled_plan, folder = shared
    plan: Plan = pickle.loads(pickled_plan)
    sharing = shared_in(folder) if folder else nullcontext()
    with plan.downloads(), sharing, trainings(jobs_of(plan)) as train:
        yield train


@contextmanager
def trainings(jobs: Sequence[Job]) -> Iterator[Callable[[Piece], Outcome]]:
    """Yield a function that trains a piece; when a job begins, all objects of before are exempt from collection.

    A job whose matcher turned out to be one that is not run is not trained again.
    """
    if any(job.matcher.trains_network for job in jobs):
        # Here, so that no row's seconds have it.
        start_tensorflow()
    last = -1
    not_run_outcomes: dict[int, Outcome] = {}
    with heap_freezer() as freeze:

        def train(piece: Piece) -> Outcome:
            nonlocal last
            if piece.job != last:
                freeze()
                last = piece.job
            if piece.job in not_run_outcomes:
                return not_run_outcomes[piece.job]
            job = jobs[piece.job]
            outcome = answer_task(job.label, job.split, job.make(piece.number), job.work[piece.number])
            if outcome.status != RUN:
                not_run_outcomes[piece.job] = outcome
            return outcome

        yield train


def _prepare(jobs: Sequence[Job], shared_encoders: Sequence[PhotoEncoder]) -> dict[str, Outcome]:
    """Store all vectors that no training changes, with all cores; return, by key, what was not run for want of weights.

    Where those of the encoders are missing that all models share, there is nothing to compare: that is an error.
    """
    tasks = {id(task): task for job in jobs for task in job.work}.values()
    where: dict[str, Path] = {}
    texts: set[str] = set()
    for task in tasks:
        for pairs in filter(None, (task.train, task.test)):
            where.update(zip(pairs.content, pairs.paths, strict=True))
            texts.update(pairs.texts)
        if task.gallery:
            where.update(zip(task.gallery.content, task.gallery.paths, strict=True))
        texts.update(task.queries["text"])
    missing: dict[str, WeightsMissingError] = {}
    for first in {job.label: job for job in jobs}.values():
        if lack := lack_of_weights(first.matcher):
            missing[first.label] = lack
            continue
        try:
            photos = dict(where)
            for task in first.work if getattr(first.matcher, "captioned", False) else ():
                table = first.matcher.beside(task.train)
                photos.update(zip(table["content"], map(Path, table["path"]), strict=True))
            first.matcher.prepare(list(photos), list(photos.values()), sorted(texts))
        except WeightsMissingError as error:
            photo = getattr(first.matcher, "photo", None)
            if any(one in (photo if isinstance(photo, list) else [photo]) for one in shared_encoders):
                raise
            missing[first.label] = error
        except Exception as error:
            # Its row will say it.
            if not complaint(error, first.matcher) or disk_trouble(error):
                raise
    return {
        job.key: not_run(job.label, job.split, job.matcher, missing[job.label])
        for job in jobs
        if job.label in missing
    }


def finished_outcome(file: Path, job: Job) -> Outcome | None:
    """Return a job's finished outcome; one that was not run is tried again, and so is a damaged or another job's."""
    # What cannot be read may give other answers under the same name.
    if not file.is_file() or UNREAD in job.code:
        return None
    try:
        outcome = load_outcome(file)
    except DataError:
        return None
    return outcome if outcome.status == RUN and outcome.key == job.key else None
