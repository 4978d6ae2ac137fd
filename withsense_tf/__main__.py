"""The command line: `python -m withsense_tf` or `withsense`."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import Annotated

import typer

from withsense_tf.commands.ask import TextCommand, search
from withsense_tf.commands.demo import demo
from withsense_tf.commands.index import app as index_app
from withsense_tf.commands.index_options import CaptionFileOption, Folder, PhotoColumnOption, TextColumnOption
from withsense_tf.commands.keys import app as keys_app
from withsense_tf.commands.policy import app as policy_app
from withsense_tf.commands.serve import serve
from withsense_tf.commands.train import train
from withsense_tf.commands.weights import app as weights_app
from withsense_tf.common import terminal
from withsense_tf.experiments.compare.command_line import app as compare_app
from withsense_tf.experiments.explore.explore import main as explore

app = typer.Typer(
    help="Search photos by texts, ask what the law allows, compare matchers. Begin with: demo.",
    epilog="Exit codes: 0 all is well, 1 what was checked is not, 2 a mistake in what was asked, 130 and 143 stopped.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
data_app = typer.Typer(help="Look at folders of photos, and make one.", no_args_is_help=True)
app.add_typer(data_app, name="data")


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    """Search photos by texts, ask what the law allows, compare matchers. Begin with: demo."""
    if show:
        from importlib.metadata import version

        typer.echo(f"withsense_tf {version('withsense_tf')}")
        raise typer.Exit


@data_app.command("check")
def data_check(
    folder: Folder,
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 if anything is damaged, or a row names no photo.")
    ] = False,
    quarantine: Annotated[
        Path | None, typer.Option(help="Also write everything found to this CSV file, a row each.")
    ] = None,
    caption_file: CaptionFileOption = None,
    photo_column: PhotoColumnOption = None,
    text_column: TextColumnOption = None,
) -> None:
    """Find every kind of damage in a folder and report it with counts and examples."""
    from withsense_tf.data.folder.folder_check import check_folder
    from withsense_tf.data.folder.problems import problem_table
    from withsense_tf.data.plain_folder.caption_file import captions_of_options

    captions = captions_of_options(caption_file, photo_column, text_column)
    report = check_folder(folder, captions)
    typer.echo(
        json_format.dumps(report.as_dict(), indent=2, ensure_ascii=False) if json else report.as_text()
    )
    if quarantine is not None:
        quarantine.parent.mkdir(parents=True, exist_ok=True)
        problem_table(report.problems).to_csv(quarantine, index=False)
    if strict and not report:
        raise typer.Exit(1)


@data_app.command("demo")
def data_demo(
    folder: Annotated[Path, typer.Argument(help="Where the folder is made; it must not be there yet.")],
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="The same seed gives the same files.")] = 0,
    train: Annotated[int, typer.Option(min=10, help="Number of training photos.")] = 400,
    test: Annotated[int, typer.Option(min=1, help="Number of test photos.")] = 100,
    captioned: Annotated[
        int | None,
        typer.Option(
            min=0, help="Number of photos with captions alone.", show_default="three to two training photos"
        ),
    ] = None,
) -> None:
    """Render the synthetic demo set as a With Sense folder."""
    from withsense_tf.demo.writer import usual_captioned, write_demo

    captioned = usual_captioned(train) if captioned is None else captioned
    write_demo(folder, seed=seed, train=train, test=test, captioned=captioned)
    typer.echo(
        f"{folder}: {train} photos to train on, {test} to test on, {captioned} with captions alone. "
        "Synthetic: drawn scenes, simulated judges."
    )


app.command("search", cls=TextCommand)(search)
app.command("train")(train)
app.command("serve")(serve)
app.command("demo")(demo)
app.add_typer(index_app, name="index")
app.add_typer(compare_app, name="compare")
app.command("explore")(explore)
app.add_typer(policy_app, name="policy")
app.add_typer(weights_app, name="weights")
app.add_typer(keys_app, name="keys")


def main() -> None:
    """Run the command line."""
    terminal.run(app)


if __name__ == "__main__":
    main()
