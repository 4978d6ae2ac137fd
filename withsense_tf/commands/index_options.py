"""Options of commands that ask an index or change it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

INDEX_FOLDER: Final = "WITHSENSE_INDEX"
IndexFolder = Annotated[
    Path,
    typer.Option("--index", envvar=INDEX_FOLDER, help="The index folder.", show_default=True),
]
DEFAULT_INDEX: Final = Path("artifacts/index")
Photo = Annotated[
    str | None, typer.Option(help="The name of a photo of the index, or a file: find what is like it.")
]
Filters = Annotated[
    list[str] | None, typer.Option(help="A filter, such as camera=Nikon or date>=2020; again and again.")
]
Minimum = Annotated[
    float | None,
    typer.Option(min=0, max=1, help="If the best photo scores less, nothing fits; 0 takes all."),
]
Fill = Annotated[
    bool,
    typer.Option("--fill", help="Go on until there are K photos; places that are withheld do not count."),
]
PageMark = Annotated[str | None, typer.Option(help="The `after` of the page before.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
PictureFile = Annotated[
    Path | None, typer.Option(help="Draw the answer as a contact sheet into this PNG or JPEG file.")
]
Folder = Annotated[Path, typer.Argument(help="A With Sense folder.")]
Replace = Annotated[
    bool, typer.Option("--replace", help="Remove the photos of another folder, or more than half of them.")
]
Lift = Annotated[
    bool,
    typer.Option("--lift", help="Let photos be shown whose restriction falls because its evidence left."),
]
MatcherName = Annotated[
    str,
    typer.Option(
        help="hybrid, closed_form, two_tower, captions, concat_keras, interaction, concat_linear, "
        "pretrained:PRESET, or the folder of a saved matcher."
    ),
]
Weights = Annotated[
    str,
    typer.Option(help="Of the photo backbone: auto, random, imagenet, or a .weights.h5 file of MobileNetV2."),
]
WordVectors = Annotated[Path | None, typer.Option(help="A file of word vectors (GloVe).")]
EngineKind = Annotated[str, typer.Option(help="exact (files) or milvus.")]
Address = Annotated[
    str, typer.Option(help="Of a Milvus server; without it, Milvus Lite in the index folder.")
]
Graph = Annotated[str, typer.Option(help="How Milvus searches: FLAT or HNSW.")]
Dtype = Annotated[str, typer.Option(help="Of the files: float32, or float16 for half the space.")]
Seed = Annotated[int, typer.Option(min=0, help="Of trained matchers.")]
