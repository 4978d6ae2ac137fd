"""Ask what no photo shows, and what is there: does the chance part the two? And what minus words leave out.

    python -m withsense_tf.experiments.studies.no_match [--data FOLDER] [--vectors GLOVE_FILE]

Every photo is answered by a model that has not seen it. Captions ask for their own photo among the held-out ones, and
once more where it and its copies are taken out. What people typed for these photos asks where they are, in Russian and
in English; foreign queries ask for what these collections do not have. The last table asks for plain things, and takes
what two of five captions name for the truth: which photos would a minus word leave out by their pixels?
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import numpy as np
import typer

from withsense_tf.common import terminal
from withsense_tf.experiments.queries.read_queries import TYPED_COLUMNS, read_typed_queries
from withsense_tf.experiments.studies.foreign_queries import read_foreign_queries
from withsense_tf.search.search_request import MINIMUM

if TYPE_CHECKING:
    import pandas as pd

    from withsense_tf.data.dataset import Dataset
    from withsense_tf.data.gallery import Gallery
    from withsense_tf.matchers.base import Matcher
    from withsense_tf.matchers.hybrid import Hybrid

# Captions ask for their photo where it is there, and where it and its copies are not.
OWN, WITHOUT = "own captions", "their photo taken out"
THINGS: Final = ("dog", "water", "snow", "bike", "ball", "horse", "car")
LEAST: Final = (0.2, 0.25, 0.3, 1 / 3, 0.35, 0.4, 0.5)
# So many of a photo's captions must name a thing for it to be there.
NAMED_SHARE: Final = 0.4


def no_match(
    data: Annotated[Path | None, typer.Option(help="A With Sense folder; without it, the demo set.")] = None,
    weights: Annotated[str, typer.Option(help="Of the photo backbone, as in compare.")] = "auto",
    vectors: Annotated[Path | None, typer.Option(help="A file of word vectors (GloVe).")] = None,
    folds: Annotated[int, typer.Option(min=2, help="Parts that the photos are divided into.")] = 10,
    seed: Annotated[int, typer.Option(help="Of the division.")] = 3,
    store: Annotated[Path | None, typer.Option(help="Where vectors of photos are kept.")] = None,
) -> None:
    """Print which share of captions, and of foreign queries, gets an answer by the least score; and minus words."""
    from withsense_tf.data.folder.load import load_dataset
    from withsense_tf.demo.demo_dataset import demo_dataset
    from withsense_tf.encoders.texts.caption_space import CaptionSpace
    from withsense_tf.encoders.texts.text_spacy import SpacyVectors
    from withsense_tf.encoders.vectors.store import VectorStore
    from withsense_tf.matchers.hybrid import Hybrid
    from withsense_tf.matchers.registry import default_space, photo_encoders_of
    from withsense_tf.matchers.towers.closed_form import ClosedFormTowers

    dataset = load_dataset(data) if data is not None else demo_dataset()
    photo = list(photo_encoders_of((), weights, dataset.synthetic, seed, quick=False))
    text = CaptionSpace(vectors=SpacyVectors(vectors)) if vectors else default_space(dataset.synthetic)
    vector_store = VectorStore(store)
    make = partial(Hybrid, photo, text, store=vector_store)
    answers = answers_of(dataset, make, read_foreign_queries(), folds, seed, read_typed_queries(data))
    for part, sets in answers.items():
        typer.echo(
            f"\n{part}: share of queries that get an answer, and the area under the curve against own captions"
        )
        typer.echo(f"  {'':28} by chance (area)   by a number of 1/3 (area)")
        for name, rows in sets.items():
            areas = [_area(sets[OWN], rows, value) for value in (_chance, _number)]
            shares = [np.mean([row.fits for row in rows]), np.mean([row.number >= MINIMUM for row in rows])]
            cells = (f"{share:.3f} ({area:.3f})" for share, area in zip(shares, areas, strict=True))
            typer.echo(f"  {name:28} " + "      ".join(cells))
    typer.echo("\nminus words by pixels (closed form): left out from this number on")
    typer.echo("  from    of photos that show it   of the others")
    shows, others = thing_numbers(
        dataset, partial(ClosedFormTowers, photo, text, store=vector_store), folds, seed
    )
    for least in LEAST:
        typer.echo(
            f"  {least:.2f}    {(shows >= least).mean():.3f}                    {(others >= least).mean():.4f}"
        )


@dataclass(frozen=True)
class Answer:
    """What a query is told: the number of the best photo, the chance that it is a match, and whether it is shown."""

    number: float
    chance: float
    fits: bool


def answers_of(
    data: Dataset,
    make: Callable[[], Hybrid],
    foreign: Mapping[str, Sequence[str]],
    folds: int,
    seed: int,
    queries: pd.DataFrame | None = None,
) -> dict[str, dict[str, list[Answer]]]:
    """Return what held-out photos answer: by pixels and by the hybrid, for each set of queries.

    `queries` were typed for photos (image, russian, english), and each is asked where its photo is.
    """
    from withsense_tf.data.gallery import Gallery
    from withsense_tf.data.split import folds_by_photo
    from withsense_tf.targets.blend import relevance
    from withsense_tf.targets.caption_pairs import OWN_SHARE, caption_pairs

    pairs = (
        relevance(data, crowd=None)
        if len(data.experts)
        else caption_pairs(data, own_share=OWN_SHARE, seed=seed)
    )
    answers: dict[str, dict[str, list[Answer]]] = {}
    for train, test in folds_by_photo(pairs, folds=folds, seed=seed):
        gallery = Gallery(data, tuple(test.photos["photo"]))
        sets_here = dict(foreign) | _typed_sets(queries, gallery)
        for part, sets in _fold_answers(make().fit(train), gallery, sets_here).items():
            for name, rows in sets.items():
                answers.setdefault(part, {}).setdefault(name, []).extend(rows)
    return answers


def _typed_sets(queries: pd.DataFrame | None, gallery: Gallery) -> dict[str, list[str]]:
    """Return what was typed for photos of a gallery, by language."""
    if queries is None:
        return {}
    here = queries[queries["image"].isin(gallery.names)]
    return {f"typed, {language}": here[language].tolist() for language in TYPED_COLUMNS[1:] if len(here)}


def _fold_answers(
    matcher: Hybrid, gallery: Gallery, foreign: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, list[Answer]]]:
    """Return what a gallery of photos that the matcher has not seen answers."""
    from withsense_tf.common.words import lemmas
    from withsense_tf.data.gallery import Queries
    from withsense_tf.index.tables.words_table import plain_words
    from withsense_tf.matchers.chance.learn_chance import match_chance
    from withsense_tf.matchers.chance.query_grids import query_grids

    captions = gallery.data.captions
    captions = captions[captions["photo"].isin(gallery.names)]
    group_of = dict(zip(gallery.data.photos["photo"], gallery.data.groups, strict=True))
    group = np.array([group_of[name] for name in gallery.names])
    texts_of = {
        name: list(zip(own["caption"], own["text"], strict=True)) for name, own in captions.groupby("photo")
    }
    sets = {OWN: captions["text"].tolist()} | {name: list(texts) for name, texts in foreign.items()}
    answers: dict[str, dict[str, list[Answer]]] = {}
    chance = match_chance(matcher)
    for name, texts in sets.items():
        ids = captions["caption"].tolist() if name == OWN else [""] * len(texts)
        grids = query_grids(matcher, gallery, Queries.of(texts, ids))
        for part in grids.parts:
            for at, text in enumerate(texts):
                others = np.ones(len(group), bool)
                if name == OWN:
                    others = group != group_of[captions["photo"].iloc[at]]

                def captions_of(photo: int, left: str = ids[at]) -> tuple[str, ...]:
                    there = texts_of.get(gallery.names[photo], [])
                    return tuple(plain_words(text) for caption, text in there if caption != left)

                def forms_of(
                    photo: int, of: Callable[[int], tuple[str, ...]] = captions_of
                ) -> frozenset[str]:
                    return frozenset(form for caption in of(photo) for form in lemmas(caption))

                for kind, here in ((name, np.ones(len(group), bool)), (WITHOUT, others)):
                    if kind == WITHOUT and name != OWN:
                        continue
                    best = grids.best(part, at, here, forms_of, captions_of)
                    verdict = None if chance is None else chance.of(text, best)
                    number = float(best.numbers[0])
                    fits = number >= MINIMUM if verdict is None else verdict.fits
                    answer = Answer(number, number if verdict is None else verdict.value, fits)
                    answers.setdefault(part, {}).setdefault(kind, []).append(answer)
    return answers


def _area(own: Sequence[Answer], others: Sequence[Answer], value: Callable[[Answer], float]) -> float:
    from sklearn.metrics import roc_auc_score

    target = [True] * len(own) + [False] * len(others)
    return float(roc_auc_score(target, [value(answer) for answer in (*own, *others)]))


def _chance(answer: Answer) -> float:
    return answer.chance


def _number(answer: Answer) -> float:
    return answer.number


def thing_numbers(
    data: Dataset, make: Callable[[], Matcher], folds: int, seed: int, things: Sequence[str] = THINGS
) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of plain things for held-out photos that show them, and for the others."""
    from withsense_tf.data.gallery import Gallery
    from withsense_tf.data.split import folds_by_photo
    from withsense_tf.search.query.mentions import mentions
    from withsense_tf.targets.blend import relevance

    captions = data.captions.groupby("photo")["text"].apply(list).to_dict()
    shows: list[float] = []
    others: list[float] = []
    for train, test in folds_by_photo(relevance(data, crowd=None), folds=folds, seed=seed):
        matcher = make().fit(train)
        names = [name for name in test.photos["photo"] if captions.get(name)]
        gallery = Gallery(data, tuple(names))
        rows, form = matcher.photo_rows(gallery.content, gallery.paths), matcher.search_form()
        for thing, query in zip(things, form.queries(things), strict=True):
            for name, number in zip(names, form.numbers_at(rows, query).tolist(), strict=True):
                share = np.mean([mentions(text, thing) for text in captions[name]])
                (shows if share >= NAMED_SHARE else others).append(number)
    return np.array(shows), np.array(others)


if __name__ == "__main__":
    terminal.run_main(no_match)
