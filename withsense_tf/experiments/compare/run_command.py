"""Which matcher is best? `python -m withsense_tf.experiments.compare`."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from withsense_tf.common import terminal
from withsense_tf.errors import on_disk
from withsense_tf.policy.options import CountryOption, keeps_law

if TYPE_CHECKING:
    from withsense_tf.data.dataset import Dataset, Pairs
    from withsense_tf.evaluation.outcome import Outcome
    from withsense_tf.evaluation.result_table import Comparison
    from withsense_tf.experiments.compare.config import Config
    from withsense_tf.experiments.compare.jobs import Job, Plan
    from withsense_tf.experiments.lawful import Lawful
    from withsense_tf.matchers.registry import Surroundings
    from withsense_tf.policy.service import LawFiles

BALANCED: Final = "Trained on balanced pairs; skill is over the constant of the pairs as judged."
QUICK_TRAIN, QUICK_TEST, QUICK_FOLDS = 80, 20, 2
QUICK_PHOTOS: Final = 100


@keeps_law
def main(
    data: Annotated[
        Path | None, typer.Option(help="A With Sense folder. Without it the synthetic demo set is rendered.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="A TOML file that says what is compared (experiments/*.toml).")
    ] = None,
    change: Annotated[
        list[str] | None,
        typer.Option("--set", help="KEY=VALUE, again and again: folds=5, two_tower.dim=128."),
    ] = None,
    models: Annotated[
        str, typer.Option(help="Only these, by label, matcher, kind, loss or preset, with commas between.")
    ] = "",
    quick: Annotated[
        bool, typer.Option("--quick", help="A smoke run: a small demo set, or 100 photos of FOLDER; 2 folds.")
    ] = False,
    output: Annotated[Path, typer.Option(help="Where results, vectors and the demo set go.")] = Path(
        "artifacts"
    ),
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="Seed of the demo set, the folds and the networks.")
    ] = 0,
    weights: Annotated[
        str,
        typer.Option(
            help="Weights of the photo backbone: auto (scene_net on drawn scenes, else random), random, imagenet, "
            "or a .weights.h5 file of MobileNetV2."
        ),
    ] = "auto",
    vectors: Annotated[
        Path | None,
        typer.Option(help="A file of word vectors (GloVe), which tell towers what words are alike."),
    ] = None,
    policy: Annotated[
        str,
        typer.Option(help="law: photos and captions of children are left out; none: for research use only."),
    ] = "law",
    country: CountryOption = None,
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Take over what an earlier or stopped run has finished.")
    ] = False,
    against: Annotated[
        Path | None, typer.Option(help="results.json of an earlier run, to hold the figures against.")
    ] = None,
    fail_if: Annotated[
        list[str] | None, typer.Option(help="End with exit code 1 if a figure changed so: 'r@5<-0.02'.")
    ] = None,
    download: Annotated[
        bool, typer.Option("--download", help="Download presets of KerasHub that are not on this machine.")
    ] = False,
    processes: Annotated[
        int | None,
        typer.Option(
            min=1,
            envvar="WITHSENSE_PROCESSES",
            show_default="one a core, at most 8",
            help="Train in so many processes; 1: in this one, with all cores.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be run; nothing is written.")
    ] = False,
    *,
    law: LawFiles,
) -> None:
    """Train and measure the matchers on judged photos and captions; print a table, keep it, and write a report."""
    from withsense_tf.common.machine import processor, usable_cores
    from withsense_tf.common.processes import usual_processes
    from withsense_tf.evaluation.result_table import check_header
    from withsense_tf.experiments.compare.base_run import BaseRun
    from withsense_tf.experiments.compare.dry_run import planned, planned_on_demo
    from withsense_tf.experiments.compare.jobs import jobs_of
    from withsense_tf.experiments.compare.run import run_jobs
    from withsense_tf.experiments.compare.run_folder import LOGS
    from withsense_tf.experiments.data_option import demo_folder, load
    from withsense_tf.experiments.lawful import check_policy, under_the_law
    from withsense_tf.matchers.registry import Surroundings, photo_encoders_of

    # What can go wrong at once goes wrong before the work starts.
    check_policy(policy, law)
    named = [name.strip() for name in models.split(",") if name.strip()]
    base = BaseRun.of(against, fail_if or [], named)
    settings = _settings(config, change or [], named, quick)
    encoders = photo_encoders_of(settings.photo, weights, data is None, seed, quick)
    word_vectors = _word_vectors(vectors)
    check_header((output if dry_run else terminal.output_folder(output)) / "compare.csv")
    started = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    folder = output / "runs" / started
    around = Surroundings(encoders, word_vectors, _store(output), seed, folder / LOGS)
    train, test = (QUICK_TRAIN, QUICK_TEST) if quick else (400, 100)
    source = data
    if dry_run:
        typer.echo(f"The law's files: {law.summary()}.")
    if dry_run and data is None:
        # Read like a folder of one's own: what is missing must not be rendered, and no lock be left.
        source = demo_folder(output, seed, train, test)
        if not source.exists():
            for line in planned_on_demo(settings, around, source):
                typer.echo(line)
            return
    dataset = load(source, output, seed, train, test)
    _say(f"{dataset!r}")
    lawful = under_the_law(dataset, policy, law, country)
    plan = _plan(settings, lawful, around, download, QUICK_PHOTOS if quick and data else None)
    jobs = jobs_of(plan)
    count = processes or usual_processes()
    machine = f"{processor()}, {usable_cores()} cores, {count} process{'' if count == 1 else 'es'}"
    if base:
        here = {"fingerprint": lawful.data.fingerprint, "policy": lawful.policy, "target": plan.target}
        base.check(jobs, seed, machine, **here)
    if dry_run:
        typer.echo(f"{lawful.note} Policy: {lawful.policy}.")
        for line in planned(jobs, len(plan.pairs)):
            typer.echo(line)
        return
    with on_disk(output), plan.downloads():
        done = run_jobs(jobs, plan, output, skip_existing, count)
    comparison = _comparison(done, plan, lawful, started, quick, own=data is not None)
    _keep(comparison, done, plan, lawful.data, folder, machine)
    if base:
        base.judge(comparison.rows)


def _settings(config: Path | None, changes: Sequence[str], models: Sequence[str], quick: bool) -> Config:
    from withsense_tf.experiments.compare.config import load_config

    settings = load_config(config, changes, models)
    if quick and not any(one.partition("=")[0].strip() == "folds" for one in changes):
        settings = replace(settings, folds=min(settings.folds, QUICK_FOLDS))
    return settings


def _plan(settings: Config, lawful: Lawful, around: Surroundings, download: bool, photos: int | None) -> Plan:
    """Return what is to be run: all pairs, or those of so many photos."""
    from withsense_tf.experiments.compare.jobs import Plan, pairs_of

    pairs = pairs_of(settings, lawful.data)
    if photos is not None:
        pairs = some_photos(pairs, photos, around.seed)
    # With few photos, each is a fold of its own, and its copies with it.
    settings = replace(settings, folds=max(2, min(settings.folds, len(set(pairs.group)))))
    return Plan(settings, pairs, around, lawful.policy, download)


def _comparison(
    done: Sequence[tuple[Job, Outcome]], plan: Plan, lawful: Lawful, started: str, quick: bool, own: bool
) -> Comparison:
    """Return the rows of all outcomes with what must be said of them; `own` is a folder that is no demo set."""
    from withsense_tf.common.code_version import code_version
    from withsense_tf.evaluation.result_rows import rows_of
    from withsense_tf.evaluation.result_table import Comparison

    rows = rows_of(
        [outcome for _, outcome in done],
        run=started,
        data=f"{lawful.data.name} (quick)" if quick and own else lawful.data.name,
        policy=lawful.policy,
        law_files=lawful.files,
        seed=plan.around.seed,
        target=plan.target,
        fingerprint=lawful.data.fingerprint,
        code=code_version(),
    )
    for row, (job, _) in zip(rows, done, strict=True):
        row["key"] = job.key
    photos = f"Photos: {'; '.join(one.identity for one in plan.around.photo)}."
    return Comparison(tuple(rows), _notes(lawful.data, lawful.note, plan, quick), (photos,))


def _keep(
    comparison: Comparison,
    done: Sequence[tuple[Job, Outcome]],
    plan: Plan,
    dataset: Dataset,
    folder: Path,
    machine: str,
) -> None:
    """Print the table, append it to the file, and write the run's folder with its page."""
    from rich.console import Console

    from withsense_tf.evaluation.result_table import append_rows
    from withsense_tf.experiments.compare.against import measured_of
    from withsense_tf.experiments.compare.run_folder import write_run

    output = folder.parents[1]
    file = output / "compare.csv"
    console = Console()
    if console.is_terminal:
        console.print(comparison)
    else:
        typer.echo(str(comparison))
    outcomes, jobs = [outcome for _, outcome in done], [job for job, _ in done]
    with on_disk(output):
        append_rows(file, comparison)
        page = write_run(folder, plan.config, comparison, outcomes, dataset, measured_of(jobs), machine)
    _say(f"Appended {len(comparison.rows)} rows to {file}")
    _say(f"Report: {page}")


def _say(line: str) -> None:
    from rich.console import Console

    Console().print(line, highlight=False, markup=False, soft_wrap=True)


def some_photos(pairs: Pairs, photos: int, seed: int) -> Pairs:
    """Keep the pairs of at most `photos` photos, drawn by the seed."""
    import numpy as np

    names = np.unique(pairs.table["photo"].to_numpy(str))
    drawn = np.random.default_rng(seed).permutation(names)[:photos]
    return pairs.take(np.flatnonzero(pairs.table["photo"].isin(drawn)))


def _word_vectors(file: Path | None):  # type: ignore[no-untyped-def]  # a type that must not be imported early
    from withsense_tf.encoders.texts.text_spacy import SpacyVectors
    from withsense_tf.errors import SettingError

    if file is None:
        return None
    if not file.is_file():
        raise SettingError(f"--vectors {file}: there is no such file of word vectors.")
    return SpacyVectors(file)


def _store(output: Path):  # type: ignore[no-untyped-def]  # a type that must not be imported early
    from withsense_tf.encoders.vectors.store import VectorStore

    return VectorStore(output / "vectors")


def _notes(dataset: Dataset, law: str, plan: Plan, quick: bool) -> tuple[str, ...]:
    from withsense_tf.evaluation.compare import SYNTHETIC_NOTE, copies_note

    photos = plan.pairs.table["photo"].nunique()
    return (
        *([SYNTHETIC_NOTE] if dataset.synthetic else []),
        *([f"A smoke run: {photos} photos, {plan.config.folds} folds. Figures say little."] if quick else []),
        *([BALANCED] if plan.config.balanced else []),
        "Every pair and every query is answered by a model that has not seen the photo. Best: the best of its kind and "
        "split, or (in brackets) not significantly worse (paired randomisation by photo, Holm's correction, 5 %).",
        *copies_note(dataset),
        law,
    )
