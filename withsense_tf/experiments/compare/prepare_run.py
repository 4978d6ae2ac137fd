"""What a person asked `compare` for -> what is to be run: the configuration, what models see with, and the plan."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import typer

from withsense_tf.common.machine import processor, usable_cores
from withsense_tf.common.processes import usual_processes
from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.folder.load import JUDGEMENTS, may_be_judged
from withsense_tf.encoders.texts.text_spacy import SpacyVectors
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError, NoCaptionsError, SettingError
from withsense_tf.evaluation.protocol import LANGUAGES
from withsense_tf.experiments.compare.base_run import BaseRun
from withsense_tf.experiments.compare.config import Config, all_names, keys_of, load_config
from withsense_tf.experiments.compare.jobs import Job, Plan, jobs_of, label_models, left_out, pairs_of
from withsense_tf.experiments.compare.run_folder import LOGS
from withsense_tf.experiments.compare.run_options import names_in
from withsense_tf.experiments.data_option import demo_folder, load
from withsense_tf.experiments.lawful import Lawful
from withsense_tf.experiments.queries.read_queries import TYPED_COLUMNS, TYPED_QUERIES, read_typed_queries
from withsense_tf.matchers.registry import Surroundings, photo_encoders_of, weights_at
from withsense_tf.policy.service import LawFiles
from withsense_tf.printed_commands import command_line
from withsense_tf.targets.which_target import NOBODY_JUDGED, OF_JUDGES, is_by_captions, measured_by_captions

# Of a folder's captioned photos, which are looked at as long as judged ones, three to a judged photo.
QUICK_CAPTIONED: Final = 300
# Two photos on each side of a split: each needs captions of another one.
FEWEST_BY_CAPTIONS: Final = 4
# Of photos with captions alone there are no pairs but their own: with five or fewer in a fold, R@5 is always 100 %.
PHOTOS_A_FOLD: Final = 10
# What the summary of the law's files says where nobody named one.
NONE_OF_ONES_OWN: Final = "none of one's own"


def new_folder(output: Path) -> Path:
    """Return the folder of a new run, named by when it begins and by what no other run of that second has."""
    return output / "runs" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def read_data(
    data: Path | None, output: Path, seed: int, sizes: tuple[int, int], dry_law: LawFiles | None
) -> Dataset | None:
    """Read the folder or the demo set, which is rendered where it is not there; None where a dry run would do so.

    A dry run names the files of its law, `dry_law`, first.
    """
    source = data
    if dry_law is not None:
        parts = [part for part in dry_law.summary().split("; ") if not part.endswith(NONE_OF_ONES_OWN)]
        typer.echo(f"The law's files: {'; '.join(parts) or 'those of the package'}.")
        # Read like a folder of one's own: no lock must be left.
        source = data or demo_folder(output, seed, *sizes)
        if data is None and not source.exists():
            return None
    dataset = load(source, output, seed, *sizes)
    typer.echo(f"{dataset!r}")
    if measured_by_captions(dataset):
        if dataset.captions.empty:
            raise NoCaptionsError(
                f"{data} has neither judgements ({' or '.join(JUDGEMENTS)}) nor captions, and this command compares "
                "matchers by the ones or the others. Write captions into captions.csv, with the columns file and "
                "caption, or beside the photos (docs/reference/any_folder.md). Photos without any are searched by a "
                f"photo alone: {command_line('index', 'build', data)}"
            )
        typer.echo(NOBODY_JUDGED)
    return dataset


def check_judged(settings: Config, data: Path | None) -> bool:
    """Return whether the data may be judged, before a photo is read; raise where a setting asks for judges in vain.

    The demo set is judged. What says the usual asks for nothing, in a file as in a change: it may be a copy of the
    default configuration.
    """
    if data is None or not data.is_dir() or may_be_judged(data):
        return True
    usual = {field.name: field.default for field in fields(Config)}
    none = f"{data} has no judgements ({' or '.join(JUDGEMENTS)})"
    for key in OF_JUDGES:
        if getattr(settings, key) != usual[key]:
            raise SettingError(
                f"{key}={getattr(settings, key)!r} says what to make of judgements, and {none}: the target is whether "
                "a caption is the photo's own. Leave the setting out."
            )
    if "captioned" in settings.splits:
        raise SettingError(
            f"The split captioned measures on judged photos, and {none}. Leave it out, as in "
            "--set 'splits=[\"folds\"]': folds measure on every photo that has captions."
        )
    return False


def load_settings(config: Path | None, changes: Sequence[str], models: Sequence[str], quick: bool) -> Config:
    """Read the configuration; a smoke run has few folds and captioned photos, unless a change or the file says more."""
    settings = load_config(config, changes, models)
    named_keys = {one.partition("=")[0].strip() for one in changes} | keys_of(config)
    if quick and "folds" not in named_keys:
        settings = replace(settings, folds=min(settings.folds, 2))
    if quick and "captioned" not in named_keys:
        settings = replace(settings, captioned=QUICK_CAPTIONED)
    return settings


def models_in(text: str, config: Path | None, changes: Sequence[str]) -> list[str]:
    """Return the models that `--models` names; a name that has a comma, such as a label, is taken whole."""
    return names_in(text, all_names(config, changes))


def say_what_is_quick(settings: Config, quick: bool, photos: int, has_judges: bool = True) -> None:
    """Print how much of the data a smoke run takes; nothing for a whole one."""
    if not quick:
        return
    if settings.captioned is True:
        captioned = "all captioned photos"
    else:
        captioned = f"at most {int(settings.captioned)} captioned ones beside them"
    kind = "judged photos" if has_judges else "photos with captions"
    typer.echo(f"A smoke run: at most {photos} {kind} and {captioned}, {settings.folds} folds.")


def make_surroundings(
    settings: Config,
    weights: str,
    vectors: Path | None,
    synthetic: bool,
    quick: bool,
    seed: int,
    folder: Path,
) -> Surroundings:
    """Return what all models share: photo encoders, word vectors, the store of vectors, and the folder of logs."""
    encoders = photo_encoders_of(
        settings.photo, weights_at(weights, settings.quality or None), synthetic, seed, quick
    )
    output = folder.parents[1]
    # What an index beside it has of the photos need not be computed again.
    store = VectorStore(output / "vectors", beside=output / "index" / "encoded")
    return Surroundings(
        encoders, load_word_vectors(vectors), store, seed, folder / LOGS, settings.captioned, synthetic
    )


def load_word_vectors(file: Path | None) -> SpacyVectors | None:
    """Return the word vectors of a file, or raise where there is no such file."""
    if file is None:
        return None
    if not file.is_file():
        raise SettingError(f"--vectors {file}: there is no such file of word vectors.")
    return SpacyVectors(file)


def make_plan(
    settings: Config, lawful: Lawful, around: Surroundings, download: bool, quick: bool, photos: int | None
) -> Plan:
    """Return what is to be run: all pairs, or those of so many photos; with typed queries where a split asks them."""
    pairs = _lawful_pairs(settings, lawful, around.seed)
    if photos is not None:
        pairs = some_photos(pairs, photos, around.seed)
    # With few photos, each is a fold of its own, and its copies with it.
    most = len(set(pairs.group)) // (PHOTOS_A_FOLD if is_by_captions(pairs.definition) else 1)
    settings = replace(settings, folds=max(2, min(settings.folds, most)))
    queries = None if LANGUAGES.keys().isdisjoint(settings.splits) else _lawful_queries(lawful)
    return Plan(settings, pairs, around, lawful.policy, download, quick, photos is not None, queries)


def _lawful_pairs(settings: Config, lawful: Lawful, seed: int) -> Pairs:
    """Return the pairs of what the law allows; raise, by captions, where it leaves too few photos to compare by."""
    photos = 0
    try:
        pairs = pairs_of(settings, lawful.data, seed)
        photos = len(set(pairs.group))
        if photos >= FEWEST_BY_CAPTIONS or not is_by_captions(pairs.definition):
            return pairs
    except NoCaptionsError:
        pass  # of no photo are there captions that differ from another's
    rest, hint = ("the rest", f"{lawful.why_less} Or write") if lawful.why_less else ("all photos", "Write")
    captioned = lawful.data.captions["photo"].drop_duplicates()
    different = captioned.map(lawful.data.groups).dropna().nunique()
    counts = f"{len(captioned)} have captions, {different} show different things, {photos} say different things too"
    raise NoCaptionsError(
        f"There is too little to compare by. {lawful.note} Of {rest}, {counts}: expected at least "
        f"{FEWEST_BY_CAPTIONS}, two to learn from and two to measure on. {hint} captions of more photos."
    )


def _lawful_queries(lawful: Lawful) -> pd.DataFrame:
    folder = lawful.data.folder
    table = read_typed_queries(folder)
    table = table[table["image"].isin(lawful.data.groups.index)]
    is_refused = table[list(LANGUAGES)].map(lawful.refuses).any(axis=1)
    if not len(table := table[~is_refused]):
        raise DataError(
            f"No typed query asks for a photo of {folder}: the splits {' and '.join(LANGUAGES)} need some. Write them "
            f"into {folder / TYPED_QUERIES}, with the columns {', '.join(TYPED_COLUMNS)}, or leave these splits out."
        )
    return table.reset_index(drop=True)


def check_models(
    settings: Config,
    around: Surroundings,
    policy: str,
    against: Path | None,
    limits: Sequence[str],
    models: Sequence[str],
) -> BaseRun | None:
    """Return the base; raise, before data are read, where a model cannot be made, or settings tell that it is another.

    `policy` is how rows name the law.
    """
    base = BaseRun.of(against, limits, models)
    labels = [label for label, _, _ in label_models(settings, around)]
    if base:
        here = {"seed": str(around.seed), "policy": policy, "is_demo": around.synthetic}
        base.check_settings(labels, settings, **here)
    return base


def check_jobs(plan: Plan, base: BaseRun | None, processes: int) -> list[Job]:
    """List the jobs; raise where there are none, or where their figures cannot be held against those of the base."""
    jobs = jobs_of(plan)
    if not jobs:
        raise DataError(
            f"There is nothing to run. {' '.join(left_out(plan, jobs))} Choose a split that these data have, as in "
            "--set 'splits=[\"folds\"]'."
        )
    if base:
        facts = {"fingerprint": plan.pairs.data.fingerprint, "policy": plan.policy, "target": plan.target}
        base.check(jobs, plan.around.seed, name_machine(processes), **facts)
    return jobs


def some_photos(pairs: Pairs, photos: int, seed: int) -> Pairs:
    """Keep the pairs of at most `photos` photos, drawn by the seed."""
    names = np.unique(pairs.table["photo"].to_numpy(str))
    sample = np.random.default_rng(seed).permutation(names)[:photos]
    return pairs.take(np.flatnonzero(pairs.table["photo"].isin(sample)))


def count_processes(processes: int | None) -> int:
    """Return the number of processes that train models: the given one, or the usual one of this machine."""
    return processes or usual_processes()


def name_machine(processes: int) -> str:
    """Name the machine of a run: the processor, its cores, and the processes that seconds and megabytes hang on."""
    return f"{processor()}, {usable_cores()} cores, {processes} process{'' if processes == 1 else 'es'}"
