"""`withsense search`: a text, a photo, or both -> photos of an index."""

from __future__ import annotations

import json as json_format
import os
from typing import TYPE_CHECKING, Annotated

import typer

from withsense_tf.commands.index_options import (
    DEFAULT_INDEX,
    AfterOption,
    FillOption,
    IndexOption,
    JsonOption,
    LiteralOption,
    MinimumOption,
    PhotoOption,
    SaveOption,
    WhereOption,
)
from withsense_tf.policy.options import CountryOption, keeps_law

if TYPE_CHECKING:
    from withsense_tf.policy.service import LawFiles


@keeps_law
def search(
    text: Annotated[str, typer.Argument(help='A scene in words: "two dogs run on a beach".')] = "",
    index: IndexOption = DEFAULT_INDEX,
    k: Annotated[int, typer.Option("-k", "--number", min=1, help="How many photos.")] = 5,
    country: CountryOption = None,
    photo: PhotoOption = None,
    where: WhereOption = None,
    minimum: MinimumOption = None,
    fill: FillOption = False,
    literal: LiteralOption = False,
    after: AfterOption = None,
    json: JsonOption = False,
    save: SaveOption = None,
    *,
    law: LawFiles,
) -> None:
    """Find photos by a text, by a photo, or by both; the legal notice stands where the law forbids an answer."""
    # A search takes milliseconds: starting a thread for each core takes longer.
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    from withsense_tf.index.photo_index import PhotoIndex
    from withsense_tf.policy.current_policy import Policy
    from withsense_tf.search.contact_sheet import check_picture
    from withsense_tf.search.search import Search

    if save is not None:
        check_picture(save)
    hits = Search(PhotoIndex(index), policy=Policy.of_files(law), country=country)(
        text,
        k,
        photo=photo,
        where=where or (),
        minimum=minimum,
        after=after,
        fill=fill,
        literal=literal,
    )
    if save is not None:
        typer.echo(f"Wrote {hits.save(save)}.", err=True)
    if json:
        typer.echo(json_format.dumps(hits.as_dict(), indent=1, ensure_ascii=False))
    else:
        typer.echo(hits.as_text() + (f"\n     more: --after {hits.after}" if hits.after else ""))
