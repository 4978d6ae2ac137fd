"""Ask in Russian and in English for the same photos: what does a search lose that learned from English captions.

    python -m withsense_tf.experiments.languages --data FOLDER [--text SPACE] [--weights FILE] [--store FOLDER]

The queries were written from the photos, in Russian, with the same in English beside it (`queries_ru.csv`). Each photo
is looked for among its fold's, by a model that has not seen it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import numpy as np
import pandas as pd
import typer

from withsense_tf.common import terminal

if TYPE_CHECKING:
    from withsense_tf.data.dataset import Pairs
    from withsense_tf.data.gallery import Gallery
    from withsense_tf.matchers.base import Matcher

LANGUAGES: Final = ("russian", "english")


def languages(
    data: Annotated[Path, typer.Option(help="The folder whose photos the queries ask for.")],
    text: Annotated[
        str,
        typer.Option(help="'auto', or a text encoder by name, as 'use': what the towers read texts with."),
    ] = "auto",
    weights: Annotated[str, typer.Option(help="Of the photo backbone, as in compare.")] = "auto",
    queries: Annotated[
        Path | None, typer.Option(help="A table with image, russian and english; else the package's own.")
    ] = None,
    folds: Annotated[int, typer.Option(min=2, help="Parts that the photos are divided into.")] = 10,
    seed: Annotated[int, typer.Option(help="Of the division.")] = 0,
    store: Annotated[Path | None, typer.Option(help="Where vectors of photos are kept.")] = None,
) -> None:
    """Print the share of queries in each language whose photo is among the first five."""
    from withsense_tf.data.folder.load import load_dataset
    from withsense_tf.encoders.make_encoder import text_encoder
    from withsense_tf.encoders.vectors.store import VectorStore
    from withsense_tf.matchers.hybrid import Hybrid
    from withsense_tf.matchers.registry import default_space, photo_encoders_of
    from withsense_tf.matchers.towers.closed_form import ClosedFormTowers
    from withsense_tf.targets.blend import relevance

    dataset = load_dataset(data)
    photo = list(photo_encoders_of((), weights, dataset.synthetic, seed, quick=False))
    space = default_space(dataset.synthetic) if text == "auto" else text_encoder(text)
    table = read_queries(queries)
    pairs = relevance(dataset, crowd=None)
    typer.echo(f"{len(table)} queries, texts by {space.identity}")
    typer.echo("                         among the first five")
    typer.echo("matcher                  russian   english   share")
    for kind in (ClosedFormTowers, Hybrid):
        make = partial(kind, photo, space, store=VectorStore(store))
        russian, english = shares_of_first_five(make, pairs, table, folds, seed)
        typer.echo(
            f"{make().name:24s} {russian:.3f}     {english:.3f}     {russian / max(english, 1e-9):.3f}"
        )


def read_queries(path: Path | None = None) -> pd.DataFrame:
    """Read a table of queries: image, russian, english."""
    own = files("withsense_tf.experiments.queries") / "queries_ru.csv"
    source = path if path is not None else StringIO(own.read_text(encoding="utf-8"))
    return pd.read_csv(source, dtype=str)[["image", *LANGUAGES]]


def shares_of_first_five(
    make: Callable[[], Matcher], pairs: Pairs, table: pd.DataFrame, folds: int, seed: int
) -> tuple[float, ...]:
    """Return, for each language, the share of queries whose photo is among the first five of its fold."""
    from withsense_tf.evaluation.protocol import require, tasks

    hits: dict[str, list[bool]] = {language: [] for language in LANGUAGES}
    for task in tasks(pairs, "folds", folds, seed):
        gallery = require(task.gallery, "gallery")
        place = {name: at for at, name in enumerate(gallery.names)}
        rows = table[table["image"].isin(place)]
        if not len(rows):
            continue
        matcher = make().fit(task.train)
        right = rows["image"].map(place).to_numpy(int)
        for language in LANGUAGES:
            hits[language] += among_first_five(matcher, gallery, rows[language].tolist(), right)
    return tuple(float(np.mean(hits[language])) if hits[language] else float("nan") for language in LANGUAGES)


def among_first_five(
    matcher: Matcher, gallery: Gallery, texts: Sequence[str], right: np.ndarray
) -> list[bool]:
    """Return for each text whether its photo, at place `right`, is among the first five; ties count against it."""
    from withsense_tf.data.gallery import Queries

    scores = matcher.grid(gallery, Queries.of(texts, typed=True))
    own = scores[np.arange(len(texts)), right]
    return [int(rank) <= 5 for rank in (scores >= own[:, None]).sum(axis=1)]


if __name__ == "__main__":
    terminal.run_main(languages)
