"""The options of `compare`, as they stand in its help."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer


def names_in(models: str, known: Collection[str] = ()) -> list[str]:
    """Return the models that `--models` names; a comma that belongs to a `known` name parts nothing.

    >>> names_in("closed_form, hybrid,")
    ['closed_form', 'hybrid']
    >>> names_in("two towers, trigrams, hybrid", ["two towers, trigrams"])
    ['two towers, trigrams', 'hybrid']
    """
    whole = {own: name for name in known if (own := _parts(name))}
    parts = _parts(models)
    names = []
    while parts:
        count = max((len(one) for one in whole if one == parts[: len(one)]), default=1)
        names.append(whole.get(parts[:count], parts[0]))
        parts = parts[count:]
    return names


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


ConfigOption = Annotated[
    Path | None, typer.Option(help="A TOML file that says what is compared (experiments/*.toml).")
]
ChangeOption = Annotated[
    list[str] | None, typer.Option("--set", help="KEY=VALUE, again and again: folds=5, two_tower.dim=128.")
]
ModelsOption = Annotated[
    str,
    typer.Option(
        help="Only these, by label, matcher (also of another package, or module:Class), kind, loss or preset, with "
        "commas between; or as a table of results names them. A name that has a comma is taken whole."
    ),
]
QuickOption = Annotated[
    bool,
    typer.Option(
        "--quick",
        help="A smoke run: a small demo set, or 100 judged photos of FOLDER and 300 captioned ones; 2 folds. --config "
        "or --set may say how many folds and captioned photos.",
    ),
]
OutputOption = Annotated[Path, typer.Option(help="Where results, vectors and the demo set go.")]
SeedOption = Annotated[
    int, typer.Option(min=0, max=2**32 - 1, help="Seed of the demo set, the folds and the networks.")
]
WeightsOption = Annotated[
    str,
    typer.Option(
        help="Weights of the photo backbone: auto (scene_net on drawn scenes, else the best that is here), random, "
        "imagenet, or a .weights.h5 file of MobileNetV2."
    ),
]
VectorsOption = Annotated[
    Path | None, typer.Option(help="A file of word vectors (GloVe), which tell towers what words are alike.")
]
PolicyOption = Annotated[
    str, typer.Option(help="law: photos and captions of children are left out; none: for research use only.")
]
SkipOption = Annotated[
    bool, typer.Option("--skip-existing", help="Take over what an earlier or stopped run has finished.")
]
AgainstOption = Annotated[
    Path | None, typer.Option(help="results.json of an earlier run, to hold the figures against.")
]
FailIfOption = Annotated[
    list[str] | None, typer.Option(help="End with exit code 1 if a figure changed so: 'r@5<-0.02'.")
]
DownloadOption = Annotated[
    bool, typer.Option("--download", help="Download presets of KerasHub that are not on this machine.")
]
ProcessesOption = Annotated[
    int | None,
    typer.Option(
        min=1,
        envvar="WITHSENSE_PROCESSES",
        show_default="one a core, at most 8",
        help="In how many processes to train; 1: in this one, with all cores.",
    ),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Only say what would be run; nothing is written.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print what was measured as JSON, and all else to the error stream.")
]
SummaryOption = Annotated[
    Path | None,
    typer.Option(
        help="Write the table as Markdown to this file; the one that GITHUB_STEP_SUMMARY names gets it too."
    ),
]
JunitOption = Annotated[
    Path | None, typer.Option(help="Write a JUnit file: a case a row, and one a rule of --fail-if and row.")
]
TrackOption = Annotated[
    str | None,
    typer.Option(
        help="Also log each row as a run of MLflow: mlflow:sqlite:///FILE.db, mlflow:http://SERVER or mlflow:FOLDER."
    ),
]
