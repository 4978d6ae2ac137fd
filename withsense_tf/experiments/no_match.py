"""Ask what no photo shows, and what is there: which least score parts the two.

    python -m withsense_tf.experiments.no_match [--data FOLDER] [--weights FILE.weights.h5] [--vectors GLOVE_FILE]

Every photo is answered by a model that has not seen it. Captions ask for their own photo among the held-out ones;
foreign queries ask for what these collections do not have. The second table asks for plain things, and takes what two
of five captions name for the truth: which photos would a minus word leave out by their pixels?
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import numpy as np
import typer

from withsense_tf.common import terminal

if TYPE_CHECKING:
    from withsense_tf.data.dataset import Dataset
    from withsense_tf.matchers.base import Matcher

FOREIGN: Final = (
    "a plate of sushi with chopsticks", "a printed circuit board with soldered chips",
    "an empty airport runway at dawn", "a stack of old books on a library shelf", "a bowl of tomato soup",
    "a wedding cake with three tiers", "a cargo ship in a harbour", "a laptop on an office desk",
    "a telescope pointing at the stars", "a chess board with wooden pieces", "a hospital operating room",
    "a bouquet of red roses in a vase", "an elephant drinking at a waterhole", "a penguin colony on ice",
    "a wind turbine in a wheat field", "a steam locomotive on a bridge", "a cup of coffee and a newspaper",
    "an empty parking garage", "a violin on a velvet cloth", "a volcano erupting at night",
    "a supermarket aisle with cereals", "a bathroom sink and a mirror", "the inside of a cathedral",
    "a submarine surfacing", "a giraffe eating leaves", "a jar of honey and a spoon",
    "a row of wine bottles in a cellar", "a bedroom with a white bed", "a traffic light at a crossing",
    "a solar panel on a roof", "a coin and a stamp collection", "a microscope in a laboratory",
    "a bridge over a highway at night", "a tractor ploughing a field", "a butterfly on a flower",
    "a pizza in a stone oven", "a zebra herd in the savanna", "a skyscraper reflected in a river",
    "a pile of firewood", "a map of Europe on a wall",
)  # fmt: skip
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
    from withsense_tf.matchers.registry import photo_encoders_of
    from withsense_tf.matchers.towers.closed_form import ClosedFormTowers

    dataset = load_dataset(data) if data is not None else demo_dataset()
    photo = list(photo_encoders_of((), weights, dataset.synthetic, seed, quick=False))
    text = CaptionSpace(vectors=SpacyVectors(vectors) if vectors is not None else None)
    vector_store = VectorStore(store)
    makers: tuple[Callable[[], Matcher], ...] = (
        partial(ClosedFormTowers, photo, text, store=vector_store),
        partial(Hybrid, photo, text, store=vector_store),
    )
    for make in makers:
        matcher = make()
        numbers = best_numbers(dataset, make, folds, seed)
        typer.echo(
            f"\n{matcher.name}: share of queries that get an answer, by the least number of the best photo"
        )
        typer.echo("  least   captions   foreign")
        for least in LEAST:
            captions, foreign = ((np.array(part) >= least).mean() for part in numbers)
            typer.echo(f"  {least:.2f}    {captions:.3f}      {foreign:.3f}")
    typer.echo("\nminus words by pixels (closed form): left out from this number on")
    typer.echo("  from    of photos that show it   of the others")
    shows, others = thing_numbers(
        dataset, partial(ClosedFormTowers, photo, text, store=vector_store), folds, seed
    )
    for least in LEAST:
        typer.echo(
            f"  {least:.2f}    {(shows >= least).mean():.3f}                    {(others >= least).mean():.4f}"
        )


def best_numbers(
    data: Dataset, make: Callable[[], Matcher], folds: int, seed: int
) -> tuple[list[float], list[float]]:
    """Return the number of the best photo for each caption of a held-out photo, and for each foreign query."""
    from withsense_tf.data.gallery import Gallery, Queries
    from withsense_tf.data.split import folds_by_photo
    from withsense_tf.matchers.captions import grid_of_looks
    from withsense_tf.matchers.forms.hybrid_form import HybridForm
    from withsense_tf.matchers.hybrid import Hybrid
    from withsense_tf.targets.blend import relevance

    texts = data.captions.set_index("caption")["text"]
    numbers_of_best: tuple[list[float], list[float]] = ([], [])
    for train, test in folds_by_photo(relevance(data, crowd=None), folds=folds, seed=seed):
        matcher = make().fit(train)
        names = tuple(test.photos["photo"])
        gallery = Gallery(data, names)
        own = data.captions[data.captions["photo"].isin(names)]["caption"].tolist()
        form = matcher.search_form()
        for part, queries in zip(
            numbers_of_best, (Queries.of(texts[own].tolist(), own), Queries.of(FOREIGN)), strict=True
        ):
            scores = matcher.grid(gallery, queries)
            if isinstance(form, HybridForm) and isinstance(matcher, Hybrid):
                cosines, ranks = matcher.towers_.grids(gallery, queries)
                alone = form.pixels.number(cosines.ravel())
                looks = grid_of_looks(matcher.captions_, gallery, queries, form.words)
                looks = looks.reshape(-1, looks.shape[2])
                numbers = form.number_of(ranks.ravel(), alone, looks).reshape(scores.shape)
            else:
                numbers = form.number(matcher.grids(gallery, queries)[0])
            part.extend(numbers[np.arange(len(scores)), scores.argmax(axis=1)].tolist())
    return numbers_of_best


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
