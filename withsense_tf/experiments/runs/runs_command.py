"""`compare list`, `show`, `diff`, `merge` and `track`: what was run, what changed, and where else it is told."""

from __future__ import annotations

import io
import json as json_format
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, Any

import typer

from withsense_tf.errors import DataError
from withsense_tf.printed_commands import command_line

if TYPE_CHECKING:
    from withsense_tf.evaluation.result_table import Comparison

RunsOutput = Annotated[
    Path, typer.Option("--output", help="Where comparisons were written: its folder runs has them.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print it for programs.")]
RUN_HELP = "latest, a run's name or a part of it, or the path of its folder or results.json."
ARTIFACTS = Path("artifacts")


def list_runs(output: RunsOutput = ARTIFACTS, json: JsonOption = False) -> None:
    """List the runs that were made, the newest first, each with the matcher that it recommends."""
    from withsense_tf.experiments.runs.stored_runs import runs_of
    from withsense_tf.targets.which_target import is_by_captions

    found_runs = list(runs_of(output))
    for one in found_runs:
        if isinstance(one, DataError):
            typer.echo(f"Warning: {one}", err=True)
    summaries = [one.summary() for one in found_runs if not isinstance(one, DataError)]
    if json:
        print_json(summaries)
    elif summaries:
        typer.echo(table_text(summaries))
        if names := [one["run"] for one in summaries if is_by_captions(one["target"])]:
            typer.echo(f"By captions alone, for nobody judged: {', '.join(names)}.")
    else:
        where = "yet" if output.is_dir() else "for there is no such folder"
        typer.echo(f"No comparison was made in {output}, {where}: withsense compare makes one.")


def show_run(
    run: Annotated[str, typer.Argument(help=RUN_HELP)] = "latest",
    output: RunsOutput = ARTIFACTS,
    json: JsonOption = False,
    clip_benchmark: Annotated[
        Path | None,
        typer.Option(help="Also write each row's retrieval as CLIP_benchmark's JSON into this folder."),
    ] = None,
) -> None:
    """Show what a run measured, and where its page is."""
    from withsense_tf.experiments.runs.clip_benchmark import write_clip_benchmark
    from withsense_tf.experiments.runs.stored_runs import find_run

    one = find_run(run, output)
    if clip_benchmark is not None:
        files = write_clip_benchmark(one, clip_benchmark)
        typer.echo(f"{len(files)} files for CLIP_benchmark: {clip_benchmark}", err=True)
    if json:
        print_json(one.summary() | {"notes": list(one.base.notes), "rows": list(one.base.rows)})
        return
    typer.echo(f"{one.name}: {one.in_all_rows('data')}, {one.code}\n")
    _print_table(one.comparison)
    page = one.folder / "index.html"
    typer.echo(f"Report: {page}" if page.is_file() else f"Folder: {one.folder}")


def _print_table(table: Comparison) -> None:
    """Print a table as wide as the terminal; in a file it has all columns."""
    typer.echo(table.as_text(get_terminal_size((160, 24)).columns))


def diff_runs(
    before: Annotated[str, typer.Argument(help=f"The earlier run: {RUN_HELP}")],
    after: Annotated[str, typer.Argument(help="The later one.")] = "latest",
    output: RunsOutput = ARTIFACTS,
    json: JsonOption = False,
) -> None:
    """Say which figures changed from one run to another, and whether the two may be compared."""
    from withsense_tf.experiments.runs.run_changes import changes_between
    from withsense_tf.experiments.runs.stored_runs import find_pair

    changes = changes_between(*find_pair(before, after, output))
    if json:
        print_json(changes.as_dict())
    else:
        typer.echo(changes.as_text())


def merge(
    runs: Annotated[
        list[str], typer.Argument(help="Two runs or more, of one data set, policy, target and seed.")
    ],
    into: Annotated[Path, typer.Option(help="The folder to write, which is not there yet.")],
    output: RunsOutput = ARTIFACTS,
) -> None:
    """Make one run of those of several machines: rows by name, the first run that has a row counts."""
    from withsense_tf.experiments.runs.merge_runs import merge_runs, write_merged
    from withsense_tf.experiments.runs.stored_runs import find_run

    whole = merge_runs([find_run(run, output) for run in runs])
    file = write_merged(into, whole)
    _print_table(whole.comparison)
    typer.echo(f"{len(whole.comparison.rows)} rows of {len(runs)} runs: {file}")
    typer.echo(
        f"It has no page, for runs keep no photos to show. The table again: {command_line('compare', 'show', into)}"
    )


def track(
    run: Annotated[str, typer.Argument(help=RUN_HELP)],
    store: Annotated[
        str, typer.Argument(help="mlflow:sqlite:///FILE.db, mlflow:http://SERVER or mlflow:FOLDER.")
    ],
    output: RunsOutput = ARTIFACTS,
) -> None:
    """Log the rows of a run that was made, those that are not there yet, as runs of MLflow."""
    from withsense_tf.experiments.runs.mlflow_tracker import track_run
    from withsense_tf.experiments.runs.stored_runs import find_run

    track_run(find_run(run, output), store)


def print_json(value: Any) -> None:
    """Print a value as JSON; what is no number is null."""
    typer.echo(json_format.dumps(value, indent=1, ensure_ascii=False, default=str))


def table_text(summaries: list[dict[str, Any]]) -> str:
    """Return runs as a table of text."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from withsense_tf.evaluation.result_table import cell_text

    headings = ("run", "data", "rows", "not run", "recommended", "R@5, %", "of photos", "code")
    table = Table(*headings, box=None, pad_edge=False)
    for one in summaries:
        cells = (
            one["run"],
            f"{one['data']} (quick)" if one["smoke"] and "(quick)" not in one["data"] else one["data"],
            one["rows"],
            one["not_run"] or "",
            one["best"] or "",
            cell_text("r@5", one["r@5"]),
            cell_text("gallery", one["gallery"]),
            one["code"],
        )
        table.add_row(*(Text(str(cell)) for cell in cells))
    text = io.StringIO()
    # Names must stay whole: they are what other commands take.
    Console(file=text, width=200, color_system=None).print(table)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())
