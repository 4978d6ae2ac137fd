"""Options of commands that ask an index or change it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from withsense_tf.index.trail.decision_trail import DecisionTrail, Signer

INDEX_FOLDER: Final = "WITHSENSE_INDEX"
IndexOption = Annotated[
    Path,
    typer.Option("--index", envvar=INDEX_FOLDER, help="The index folder.", show_default=True),
]
DEFAULT_INDEX: Final = Path("artifacts/index")
PhotoOption = Annotated[
    str | None, typer.Option(help="The name of a photo of the index, or a file: find what is like it.")
]
SaysOption = Annotated[
    str,
    typer.Option(
        help="What a photo file (--photo) shows: the law judges it by that. It is not searched for, and changes "
        "nothing of a photo that the index has."
    ),
]
WhereOption = Annotated[
    list[str] | None,
    typer.Option(
        help="A filter, such as camera~Nikon (has it in its value), colour=red or date>=2020; again and again."
    ),
]
MinimumOption = Annotated[
    float | None,
    typer.Option(min=0, max=1, help="If the best photo scores less, nothing fits; 0 takes all."),
]
FillOption = Annotated[
    bool,
    typer.Option("--fill", help="Go on until there are K photos; places that are withheld do not count."),
]
LiteralOption = Annotated[
    bool,
    typer.Option("--literal", help="Read words as they stand: correct none, and take none for a filter."),
]
PageOption = Annotated[int, typer.Option(min=1, help="Which page of the answer.")]
AfterOption = Annotated[
    str | None,
    typer.Option(
        help="In place of --page, for programs: the `after` of the page before, as --json has it. Photos may come and "
        "go meanwhile, and none comes twice."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
SaveOption = Annotated[
    Path | None, typer.Option(help="Draw the answer as a contact sheet into this PNG or JPEG file.")
]
# Whether it may be read, who reads it asks: that is told in one line, as all else that is wrong with it.
Folder = Annotated[
    Path, typer.Argument(help="A folder of photos: any, or a With Sense folder.", readable=False)
]
CaptionFileOption = Annotated[
    Path | None,
    typer.Option(
        "--caption-file",
        help="Of a plain folder: the table that has its captions, in the folder or elsewhere. Tables in the folder are "
        "found without it.",
    ),
]
PhotoColumnOption = Annotated[
    str | None,
    typer.Option("--photo-column", help="Which column of it names the photo; a name, or a number from 1."),
]
TextColumnOption = Annotated[
    list[str] | None,
    typer.Option("--text-column", help="Which column of it has captions; again for more."),
]
ReplaceOption = Annotated[
    bool,
    typer.Option(
        "--replace",
        help="Remove the photos of another folder, or more than half of them, or the captions of more than half.",
    ),
]
KeepOption = Annotated[
    bool,
    typer.Option(
        "--keep",
        help="Keep photos of the index that the folder does not have; what users brought stays anyway.",
    ),
]
LiftOption = Annotated[
    bool,
    typer.Option(
        "--lift",
        help="Let photos be shown whose restriction falls because its evidence, or what judged it, left.",
    ),
]
MatcherOption = Annotated[
    str,
    typer.Option(
        help="hybrid, closed_form, two_tower, captions, concat_keras, interaction, concat_linear, "
        "pretrained:PRESET, one that another package adds, module:Class, or the folder of a saved matcher."
    ),
]
WeightsOption = Annotated[
    str,
    typer.Option(help="Of the photo backbone: auto, random, imagenet, or a .weights.h5 file of MobileNetV2."),
]
QualityOption = Annotated[
    str | None,
    typer.Option(
        help="How closely photos are looked at: fast, good (the default) or best, with weights that are chosen by "
        "themselves."
    ),
]
VectorsStoreOption = Annotated[
    Path | None,
    typer.Option(
        help="A folder of vectors that were computed before, as compare keeps them, to take over; by default `vectors` "
        "beside the index."
    ),
]
VectorsOption = Annotated[Path | None, typer.Option(help="A file of word vectors (GloVe).")]
EngineOption = Annotated[str, typer.Option(help="exact (files), milvus, or one that another package adds.")]
AddressOption = Annotated[
    str, typer.Option(help="Of a Milvus server; without it, Milvus Lite in the index folder.")
]
GraphOption = Annotated[str, typer.Option(help="How Milvus searches: FLAT or HNSW.")]
DtypeOption = Annotated[str, typer.Option(help="Of the files: float32, or float16 for half the space.")]
SeedOption = Annotated[int, typer.Option(min=0, help="Of trained matchers.")]
REPORTS = Path("artifacts")
ReportsOption = Annotated[
    Path, typer.Option(help="Where comparisons write what they measured, for the page.")
]
PolicyReportOption = Annotated[
    Path | None,
    typer.Option(
        help="The report.json of a `policy report`, for the page.", show_default="REPORTS/policy/report.json"
    ),
]
StateOption = Annotated[
    Path | None, typer.Option(help="Where thumbnails and uploads are kept.", show_default="INDEX/app")
]
ReasonOption = Annotated[str, typer.Option(help="Why; it stands in the trail and in the audit log.")]
ByOption = Annotated[
    str | None, typer.Option(help="Who says so.", show_default="the name that one is logged in by")
]


def who_asks() -> str:
    """Return the name that one is logged in by; a machine may not know it."""
    from getpass import getuser

    try:
        return getuser()
    except (OSError, KeyError):
        return "somebody at the command line"


def trail_and_signer(index: Path, state: Path | None, by: str | None) -> tuple[DecisionTrail, Signer]:
    """Return where it is written down what is decided of photos of an index, and who decides."""
    from withsense_tf.index.trail.decision_trail import STATE, DecisionTrail, Signer

    return DecisionTrail(state or index / STATE), Signer(by or who_asks())
