"""What are captioned photos worth? `python -m withsense_tf.experiments.studies.learning_curve`.

Each matcher is trained beside the judged pairs on none, some and all of the photos of `corpus_images/`; fewer are among
more. It is a comparison as `compare` runs it, with its page, its files and `--skip-existing`; beside them lie
`learning_curve.csv` and `learning_curve.png`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from withsense_tf.common import terminal
from withsense_tf.experiments.compare import run_options as options
from withsense_tf.experiments.data_option import DataOption
from withsense_tf.policy.options import CountryOption, keeps_law

if TYPE_CHECKING:
    import pandas as pd

    from withsense_tf.experiments.compare.config import Config
    from withsense_tf.experiments.lawful import Lawful
    from withsense_tf.matchers.registry import Surroundings
    from withsense_tf.policy.service import LawFiles

COUNTS: Final = (0, 300, 1_000, 3_000)
MODELS: Final = "closed_form,softmax,hybrid"
NAME: Final = "learning_curve"
COLUMNS: Final = (
    *("matcher", "split", "captioned_photos", "r@5", "r@5_low", "r@5_high", "rmse", "rmse_low", "rmse_high"),
    *("tau_c", "tau_c_low", "tau_c_high", "seconds"),
)


@keeps_law
def main(
    data: DataOption = None,
    config: options.ConfigOption = None,
    change: options.ChangeOption = None,
    models: options.ModelsOption = MODELS,
    count: Annotated[
        list[int] | None,
        typer.Option(
            min=0,
            help="How many captioned photos to learn from, again for more counts; all of them are always tried.",
            show_default="0, 300, ...",
        ),
    ] = None,
    output: options.OutputOption = Path("artifacts"),
    seed: options.SeedOption = 0,
    weights: options.WeightsOption = "auto",
    vectors: options.VectorsOption = None,
    policy: options.PolicyOption = "law",
    country: CountryOption = None,
    skip_existing: options.SkipOption = False,
    processes: options.ProcessesOption = None,
    *,
    law: LawFiles,
) -> None:
    """Train on more and more captioned photos; print the table, and write it and its picture into the run's folder."""
    from withsense_tf.evaluation.page.captioned_curve import curve_picture
    from withsense_tf.experiments.compare import prepare_run, publish_run
    from withsense_tf.experiments.lawful import check_policy, under_the_law

    check_policy(policy, law)
    names = prepare_run.models_in(models, config, change or [])
    settings = prepare_run.load_settings(config, ['splits=["folds"]', *(change or [])], names, quick=False)
    prepare_run.check_judged(settings, data)
    folder = prepare_run.new_folder(terminal.output_folder(output))
    around = prepare_run.make_surroundings(settings, weights, vectors, data is None, False, seed, folder)
    publish_run.check_table(output)
    dataset = prepare_run.read_data(data, output, seed, (400, 100), None)
    if dataset is None:
        return
    lawful = under_the_law(dataset, policy, law, country)
    settings = replace(settings, name=NAME, model=_more_and_more(settings, lawful, around, count or COUNTS))
    plan = prepare_run.make_plan(settings, lawful, around, False, False, None)
    number = prepare_run.count_processes(processes)
    jobs = prepare_run.check_jobs(plan, None, number)
    comparison = publish_run.train_and_publish(jobs, plan, lawful, folder, number, skip_existing)
    curve_table(comparison.rows).to_csv(folder / f"{NAME}.csv", index=False)
    if (picture := curve_picture(comparison.rows)) is not None:
        (folder / f"{NAME}.png").write_bytes(picture.png)
    typer.echo(_markdown(comparison.rows))
    typer.echo(f"{folder / NAME}.csv and .png")


def _more_and_more(
    settings: Config, lawful: Lawful, around: Surroundings, counts: Sequence[int]
) -> tuple[Mapping[str, Any], ...]:
    """Return the table of each model for each number of captioned photos, and for all of them."""
    from withsense_tf.errors import DataError
    from withsense_tf.matchers.registry import make_matcher

    every = lawful.data.counts()["captioned_photos"]
    if not every:
        raise DataError(
            f"{lawful.data.name!r} has no captioned photos that may be learned from: put photos of the captions in "
            "caption_corpus.csv into corpus_images/."
        )
    numbers: list[tuple[bool | int, str]] = [(one, f"{one:,}") for one in sorted(set(counts)) if one < every]
    tables = []
    for model in settings.model:
        name = str(model.get("label", make_matcher(model, around).name))
        for captioned, words in (*numbers, (True, "all")):
            tables.append({**model, "captioned": captioned, "label": f"{name}, {words} captioned"})
    return tuple(tables)


def curve_table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the points of all curves, a row each."""
    import pandas as pd

    from withsense_tf.evaluation.page.captioned_curve import curves_of

    points = [row for curve in curves_of(rows).values() for row in curve]
    return pd.DataFrame([{name: row.get(name) for name in COLUMNS} for row in points], columns=list(COLUMNS))


def _markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    from withsense_tf.evaluation.result_table import cell_text

    names = ["matcher", "captioned_photos", "r@5", "rmse", "tau_c", "seconds"]
    lines = ["", f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
    for row in curve_table(rows).to_dict("records"):
        lines.append(f"| {' | '.join(cell_text(name, row[name]) for name in names)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    terminal.run_main(main)
