"""Which matcher is best? `python -m withsense_tf.experiments.compare`."""

from __future__ import annotations

import secrets
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
    from withsense_tf.evaluation.regression_gate import Row
    from withsense_tf.experiments.compare.jobs import Plan
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
    from rich.console import Console

    from withsense_tf.common.code_version import code_version
    from withsense_tf.common.machine import processor, usable_cores
    from withsense_tf.common.processes import usual_processes
    from withsense_tf.errors import SettingError
    from withsense_tf.evaluation.regression_gate import (
        broken_rules,
        check_measured,
        held,
        load_base,
        parse_rule,
    )
    from withsense_tf.evaluation.result_rows import rows_of
    from withsense_tf.evaluation.result_table import Comparison, append_rows, check_header
    from withsense_tf.experiments.compare.against import asked_for, check_comparable, measured_of
    from withsense_tf.experiments.compare.config import load_config
    from withsense_tf.experiments.compare.dry_run import planned, planned_on_demo
    from withsense_tf.experiments.compare.jobs import Plan, jobs_of, pairs_of
    from withsense_tf.experiments.compare.run import run_jobs
    from withsense_tf.experiments.compare.run_folder import LOGS, write_run
    from withsense_tf.experiments.data_option import demo_folder, load
    from withsense_tf.experiments.lawful import check_policy, under_the_law
    from withsense_tf.matchers.registry import Surroundings, photo_encoders_of

    # What can go wrong at once goes wrong before the work starts.
    check_policy(policy, law)
    rules = [parse_rule(rule) for rule in fail_if or []]
    if bool(rules) != (against is not None):
        raise SettingError(
            "--against and --fail-if belong together: a base, and what change of a figure is too much."
        )
    base = load_base(against) if against else None
    named = [name.strip() for name in models.split(",") if name.strip()]
    settings = load_config(config, change or [], named)
    if quick and not any(one.partition("=")[0].strip() == "folds" for one in change or []):
        settings = replace(settings, folds=min(settings.folds, QUICK_FOLDS))
    encoders = photo_encoders_of(settings.photo, weights, data is None, seed, quick)
    word_vectors = _word_vectors(vectors)
    file = (output if dry_run else terminal.output_folder(output)) / "compare.csv"
    check_header(file)
    started = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    folder = output / "runs" / started
    around = Surroundings(encoders, word_vectors, _store(output), seed, folder / LOGS)
    train, test = (QUICK_TRAIN, QUICK_TEST) if quick else (400, 100)
    source = data
    if dry_run:
        typer.echo(f"The law's files: {law.told()}.")
    if dry_run and data is None:
        # Read like a folder of one's own: what is missing must not be rendered, and no lock be left.
        source = demo_folder(output, seed, train, test)
        if not source.exists():
            for line in planned_on_demo(settings, around, source):
                typer.echo(line)
            return
    dataset = load(source, output, seed, train, test)
    console = Console()
    console.print(f"{dataset!r}", highlight=False, markup=False, soft_wrap=True)
    dataset, note, version, law_files = under_the_law(dataset, policy, law, country)
    pairs = pairs_of(settings, dataset)
    if quick and data:
        pairs = some_photos(pairs, QUICK_PHOTOS, seed)
    # With few photos, each is a fold of its own, and its copies with it.
    settings = replace(settings, folds=max(2, min(settings.folds, len(set(pairs.group)))))
    plan = Plan(settings, pairs, around, version, download)
    jobs = jobs_of(plan)
    count = processes or usual_processes()
    machine = f"{processor()}, {usable_cores()} cores, {count} process{'' if count == 1 else 'es'}"
    compared: list[Row] = []
    left_out = ""
    if base:
        here = {"fingerprint": dataset.fingerprint, "policy": version, "target": plan.target}
        check_comparable(base, jobs, **here, seed=str(seed))
        compared, left_out = asked_for(base, named, jobs)
        check_measured(base, compared, rules, machine)
    if dry_run:
        typer.echo(f"{note} Policy: {version}.")
        for line in planned(jobs, len(pairs)):
            typer.echo(line)
        return
    with on_disk(output), plan.downloads():
        done = run_jobs(jobs, plan, output, skip_existing, count)
    rows = rows_of(
        [outcome for _, outcome in done],
        run=started,
        data=f"{dataset.name} (quick)" if quick and data else dataset.name,
        policy=version,
        law_files=law_files,
        seed=seed,
        target=plan.target,
        fingerprint=dataset.fingerprint,
        code=code_version(),
    )
    for row, (job, _) in zip(rows, done, strict=True):
        row["key"] = job.key
    comparison = Comparison(
        tuple(rows),
        _notes(dataset, note, plan, quick),
        (f"Photos: {'; '.join(one.identity for one in encoders)}.",),
    )
    if console.is_terminal:
        console.print(comparison)
    else:
        typer.echo(str(comparison))
    outcomes = [outcome for _, outcome in done]
    with on_disk(output):
        append_rows(file, comparison)
        page = write_run(folder, settings, comparison, outcomes, dataset, measured_of(jobs), machine)
    console.print(f"Appended {len(rows)} rows to {file}", highlight=False, markup=False, soft_wrap=True)
    console.print(f"Report: {page}", highlight=False, markup=False, soft_wrap=True)
    if left_out:
        typer.echo(left_out, err=True)
    if broken := broken_rules(rows, compared, rules):
        typer.echo("\n  ".join([f"Worse than {against}:", *broken]), err=True)
        raise typer.Exit(1)
    if against:
        allowed = " or ".join(fail_if or [])
        typer.echo(
            f"{held(compared, rules)} rows held against {against}: none is worse than {allowed} allows."
        )


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
