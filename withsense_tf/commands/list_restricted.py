"""`withsense policy photos`: how many photos of a folder are restricted, and why, and then which, with the evidence."""

from __future__ import annotations

import functools
import json as json_format
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import typer

from withsense_tf.commands.index_options import (
    CaptionFileOption,
    Folder,
    JsonOption,
    PhotoColumnOption,
    TextColumnOption,
)
from withsense_tf.policy.options import CountryOption, keeps_law

if TYPE_CHECKING:
    from withsense_tf.policy.gate import Gate
    from withsense_tf.policy.photo_decisions import PhotoDecision
    from withsense_tf.policy.service import LawFiles

# What is told of each restricted photo. Its votes are texts of any kind, keywords too: there may be more than captions.
CELLS: Final = ("photo", "source", "votes", "captions", "evidence")


@keeps_law
def list_restricted(
    folder: Folder,
    country: CountryOption = None,
    json: JsonOption = False,
    caption_file: CaptionFileOption = None,
    photo_column: PhotoColumnOption = None,
    text_column: TextColumnOption = None,
    *,
    law: LawFiles,
) -> None:
    """Say how many photos of a folder are restricted, and why, then list them, a tab-separated row each."""
    from withsense_tf.data.folder.load import load_dataset
    from withsense_tf.data.plain_folder.caption_file import captions_of_options
    from withsense_tf.index.trail.restriction_reasons import what_helps
    from withsense_tf.policy.current_policy import Policy

    captions = captions_of_options(caption_file, photo_column, text_column)
    data = load_dataset(folder, captions=captions, tell=functools.partial(typer.echo, err=True))
    photos = _restricted_photos(Policy.of_files(law).gate(data, country))
    counts = Counter(reason for _, reason in photos.values()).most_common()
    if json:
        rows = [{"reason": reason, **_cells(decision)} for decision, reason in photos.values()]
        answer = {
            "folder": str(folder),
            "photos": len(data.photos),
            "restricted": len(photos),
            "reasons": dict(counts),
            "restricted_photos": rows,
        }
        typer.echo(json_format.dumps(answer, indent=1, ensure_ascii=False))
        return
    # The rows alone go where programs read them.
    lines = [f"{len(photos):,} of {len(data.photos):,} photos are restricted{':' if photos else '.'}"]
    typer.echo("\n".join([*lines, *(f"{count:>7,}  {reason}" for reason, count in counts)]), err=True)
    typer.echo("\t".join(CELLS))
    for decision, _ in photos.values():
        cells = {**_cells(decision), "evidence": "; ".join(decision.evidence)}
        typer.echo("\t".join(" ".join(str(cell).split()) for cell in cells.values()))
    if photos:
        typer.echo(what_helps(), err=True)


def _restricted_photos(gate: Gate) -> dict[str, tuple[PhotoDecision, str]]:
    """Return the restricted photos by name, in order, each with its decision and why it is restricted, in short."""
    from withsense_tf.data.embedded.keyword_places import keywords_by_photo
    from withsense_tf.index.trail.restriction_reasons import evidence_of, reason_of

    keywords = keywords_by_photo(gate.data.other_texts)
    return {
        photo: (
            replace(decision, evidence=evidence_of(decision, keywords)),
            reason_of(decision.source, photo in keywords),
        )
        for photo in sorted(set(gate.data.photos["photo"]) & gate.decisions.keys())
        if (decision := gate.decisions[photo]).restricted
    }


def _cells(decision: PhotoDecision) -> Mapping[str, object]:
    return {name: getattr(decision, name) for name in CELLS}
