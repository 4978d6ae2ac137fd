"""Which matcher is best? `python -m withsense_tf.experiments.compare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from withsense_tf.common import terminal
from withsense_tf.experiments.compare import run_options as options
from withsense_tf.experiments.data_option import DataOption, demo_folder
from withsense_tf.policy.options import CountryOption, keeps_law

if TYPE_CHECKING:
    from withsense_tf.data.dataset import Dataset
    from withsense_tf.experiments.compare.config import Config
    from withsense_tf.policy.service import LawFiles

# Of a smoke run: the photos of its demo set, or so many of a folder.
QUICK_TRAIN, QUICK_TEST = 80, 20
QUICK_PHOTOS: Final = 100


@keeps_law
def main(
    data: DataOption = None,
    config: options.ConfigOption = None,
    change: options.ChangeOption = None,
    models: options.ModelsOption = "",
    quick: options.QuickOption = False,
    output: options.OutputOption = Path("artifacts"),
    seed: options.SeedOption = 0,
    weights: options.WeightsOption = "auto",
    vectors: options.VectorsOption = None,
    policy: options.PolicyOption = "law",
    country: CountryOption = None,
    skip_existing: options.SkipOption = False,
    against: options.AgainstOption = None,
    fail_if: options.FailIfOption = None,
    download: options.DownloadOption = False,
    processes: options.ProcessesOption = None,
    dry_run: options.DryRunOption = False,
    json: options.JsonOption = False,
    summary: options.SummaryOption = None,
    junit: options.JunitOption = None,
    track: options.TrackOption = None,
    *,
    law: LawFiles,
) -> None:
    """Train and measure the matchers on photos with judgements or captions; print a table, keep it, write a report."""
    from withsense_tf.experiments.compare import ci_reports, prepare_run, publish_run
    from withsense_tf.experiments.compare.dry_run import say_jobs, say_on_demo
    from withsense_tf.experiments.lawful import check_policy, under_the_law

    law_name = check_policy(policy, law, country)  # what can go wrong at once does so before the work starts
    reports = ci_reports.CiReports(json, summary, junit, track).check(dry_run)
    names, folder = prepare_run.models_in(models, config, change or []), prepare_run.new_folder(output)
    settings = prepare_run.load_settings(config, change or [], names, quick)
    around = prepare_run.make_surroundings(settings, weights, vectors, data is None, quick, seed, folder)
    base = prepare_run.check_models(settings, around, law_name, against, fail_if or [], names)
    publish_run.check_table(output if dry_run else terminal.output_folder(output))
    with reports.quiet():
        dataset = _read_data(settings, quick, data, output, seed, law if dry_run else None)
        if dataset is None:
            say_on_demo(settings, around, demo_folder(output, seed, *_sizes(quick)), download, against)
            return
        lawful, count = under_the_law(dataset, policy, law, country), prepare_run.count_processes(processes)
        plan = prepare_run.make_plan(settings, lawful, around, download, quick, _photos(quick, data))
        jobs = prepare_run.check_jobs(plan, base, count)
        if dry_run:
            say_jobs(jobs, plan, lawful, output if skip_existing else None)
            return
        comparison = publish_run.train_and_publish(jobs, plan, lawful, folder, count, skip_existing)
    reports.publish(folder, comparison, base)


def _read_data(
    settings: Config,
    quick: bool,
    data: Path | None,
    output: Path,
    seed: int,
    law: LawFiles | None,
) -> Dataset | None:
    """Say what a quick run takes, and read the data; None where a dry run has no demo set yet.

    Raise first where a setting asks for judges of whom the folder has none.
    """
    from withsense_tf.experiments.compare import prepare_run

    has_judges = prepare_run.check_judged(settings, data)
    photos = _photos(quick, data) or sum(_sizes(quick))
    prepare_run.say_what_is_quick(settings, quick, photos, has_judges)
    return prepare_run.read_data(data, output, seed, _sizes(quick), law)


def _photos(quick: bool, data: Path | None) -> int | None:
    """Return how many photos of a folder are taken, None for all."""
    return QUICK_PHOTOS if quick and data else None


def _sizes(quick: bool) -> tuple[int, int]:
    return (QUICK_TRAIN, QUICK_TEST) if quick else (400, 100)
