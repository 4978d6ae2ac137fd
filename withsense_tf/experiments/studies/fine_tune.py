"""Does it pay to train the last layers of a photo network? `python -m withsense_tf.experiments.studies.fine_tune`.

For each network two towers are trained on its vectors as they are, and once more with its last layers opened; both look
once at each photo, learn from the same photos, and are measured on photos that they have not seen. A run that was
stopped goes on: finished folds are kept below the output folder, and what was begun has a checkpoint of each epoch.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from withsense_tf.common import terminal
from withsense_tf.experiments.compare import run_options as options
from withsense_tf.experiments.data_option import DataOption
from withsense_tf.policy.options import CountryOption, keeps_law

if TYPE_CHECKING:
    from withsense_tf.encoders.base import PhotoEncoder
    from withsense_tf.evaluation.outcome import Outcome
    from withsense_tf.experiments.compare.jobs import Job
    from withsense_tf.policy.service import LawFiles

NAME: Final = "fine_tune"
# Where each network is opened: its last block, before which the maps are small.
NETWORKS: Final = {"efficientnet_lite2": "blocks.20.expand_conv", "mobilenet_v2": "block_16_expand"}
FIGURES: Final = {"r@5": "R@5", "r@10": "R@10", "mrr": "MRR"}


@keeps_law
def main(
    data: DataOption = None,
    network: Annotated[
        list[str] | None,
        typer.Option(help="NAME or NAME=LAYER, the first layer that is trained; both networks by default."),
    ] = None,
    first: Annotated[int | None, typer.Option(min=1, help="Only so many folds; all by default.")] = None,
    folds: Annotated[int, typer.Option(min=2, help="Parts that the photos are divided into.")] = 10,
    captioned: Annotated[
        int | None, typer.Option(min=0, help="Learn from so many captioned photos; all by default.")
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Most epochs, of the towers and of the layers.")] = 30,
    rate: Annotated[float, typer.Option(help="How fast opened layers learn.")] = 3e-4,
    augment: Annotated[
        bool, typer.Option(help="Show mirror images and parts of photos, too.", show_default=True)
    ] = True,
    weights: Annotated[
        str,
        typer.Option(help="Of MobileNetV2: imagenet, random or a .weights.h5 file; else of a package."),
    ] = "imagenet",
    vectors: options.VectorsOption = None,
    output: options.OutputOption = Path("artifacts"),
    seed: options.SeedOption = 0,
    policy: options.PolicyOption = "law",
    country: CountryOption = None,
    *,
    law: LawFiles,
) -> None:
    """Say what opening a network's last layers gains over leaving it as it is, and what it takes."""
    from withsense_tf.encoders.vectors.store import VectorStore
    from withsense_tf.experiments.compare.config import Config
    from withsense_tf.experiments.compare.jobs import jobs_of
    from withsense_tf.experiments.compare.prepare_run import load_word_vectors, make_plan
    from withsense_tf.experiments.data_option import load
    from withsense_tf.experiments.lawful import check_policy, under_the_law
    from withsense_tf.matchers.registry import Surroundings

    check_policy(policy, law)
    encoders = {name: (_encoder(name, weights, seed), layer) for name, layer in _networks(network).items()}
    store = VectorStore(terminal.output_folder(output) / "vectors")
    photo = tuple(one for one, _ in encoders.values())
    around = Surroundings(photo, load_word_vectors(vectors), store, seed, synthetic=data is None)
    lawful = under_the_law(load(data, output, seed), policy, law, country)
    typer.echo(f"{lawful.data!r}\n{lawful.note} Policy: {lawful.policy}.")
    number: bool | int = True if captioned is None else captioned
    usual = {"captioned": number, "training": {"epochs": epochs}, "opened_rate": rate}
    models = tuple(table for name, pair in encoders.items() for table in _tables(name, *pair, augment, usual))
    config = Config(NAME, splits=("folds",), folds=folds, model=models)
    jobs = jobs_of(make_plan(config, lawful, around, False, False, None))
    _run(jobs, output / NAME, first)


def _networks(names: Sequence[str] | None) -> dict[str, str]:
    """Return the layer from which each network is opened."""
    from withsense_tf.encoders.photos.backbones import BACKBONES
    from withsense_tf.errors import SettingError, check_choice

    networks = {}
    for one in names or NETWORKS:
        name, _, layer = one.partition("=")
        check_choice("network", name, BACKBONES)
        if not layer and name not in NETWORKS:
            raise SettingError(f"--network {name}: say the first layer that is trained, as {name}=LAYER.")
        networks[name] = layer or NETWORKS[name]
    return networks


def _encoder(name: str, weights: str, seed: int) -> PhotoEncoder:
    """Return a network that looks once at each photo; one whose weights come with a package has those."""
    from withsense_tf.encoders.photos.backbones import BACKBONES
    from withsense_tf.encoders.photos.photo_keras import KerasPhoto

    source = BACKBONES[name].learned_from if BACKBONES[name].package and weights != "random" else weights
    return KerasPhoto(name, source, seed=seed)


def _tables(
    name: str, encoder: PhotoEncoder, layer: str, augment: bool, usual: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield the tables of the two models of a network: as it is, and opened."""
    table = {"matcher": "two_tower", "photo": encoder, **usual}
    yield {**table, "label": f"{name}, as it is"}
    yield {**table, "label": f"{name}, opened from {layer}", "opened": layer, "opened_augment": augment}


def _run(jobs: Sequence[Job], folder: Path, first: int | None) -> None:
    """Train each model on its folds, or take over what was finished; print a line a model, and write all lines."""
    from withsense_tf.evaluation.answering import join
    from withsense_tf.evaluation.result_rows import rows_of

    columns = ["network", "folds", *FIGURES.values(), *(f"gain {title}" for title in FIGURES.values())]
    columns += ["captioned photos", "s a fold"]
    typer.echo(f"\n| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    lines: list[list[str]] = []
    frozen: Mapping[str, Any] = {}
    with terminal.each_said_once():
        for job in jobs:
            outcome = join([_fold(job, at, folder) for at in range(len(job.work[:first]))])
            (row,) = rows_of([replace(outcome, label=job.label)])
            if not job.matcher.get_params(deep=False)["opened"]:
                frozen = row
            shares = [f"{100 * float(row[name] or 0):.1f}" for name in FIGURES]
            gains = [f"{100 * (float(row[name] or 0) - float(frozen[name] or 0)):+.1f}" for name in FIGURES]
            effort = [str(outcome.captioned_photos), f"{outcome.seconds / outcome.folds:.1f}"]
            lines.append([job.label, str(outcome.folds), *shares, *gains, *effort])
            typer.echo(f"| {' | '.join(lines[-1])} |")
    with (folder / f"{NAME}.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([columns, *lines])
    typer.echo(f"\n{folder / NAME}.csv")


def _fold(job: Job, number: int, folder: Path) -> Outcome:
    """Return the outcome of one fold: the one that was kept, or a new one."""
    from withsense_tf.common.terminal import start_tensorflow
    from withsense_tf.evaluation.answering import answer_task
    from withsense_tf.experiments.compare.run import finished_outcome

    one = replace(job, made_of={**job.made_of, "fold": number})
    file = folder / f"{one.key}.npz"
    outcome = finished_outcome(file, one)
    if outcome is None:
        start_tensorflow()
        outcome = replace(answer_task(job.label, job.split, job.make(number), job.work[number]), key=one.key)
        outcome.save(file)
    return outcome


if __name__ == "__main__":
    terminal.run_main(main)
