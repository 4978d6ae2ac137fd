"""Ask what a photographer's folder of a few hundred photos is worth, in which nobody judged anything.

    python -m withsense_tf.experiments.studies.small_folders --data FOLDER [--photos 600] [--captions 1] [--seed 0]

Photos are drawn from the judged ones of FOLDER, and of the captions of each so many; judgements are left behind. They
are indexed as `index build` does it, under the strictest law, and asked: what people typed for those that may be shown,
in both languages; what no photo shows; and nouns that captions of one to three photos have, in English, and
in Russian by the first word that the table of both languages has for it.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Final

import typer

from withsense_tf.common import terminal

if TYPE_CHECKING:
    import pandas as pd

    from withsense_tf.data.dataset import Dataset
    from withsense_tf.search.search import Search

CAPTIONS_FILE: Final = "captions.csv"
# A page of an answer; a photo further behind is not found.
PAGE: Final = 5
NOUNS: Final = 90
# Words of so few photos are where a search that knows words must not fail.
FEW_PHOTOS: Final = 3
HEADER: Final = "| queries | answered, their photo among five | could be: among five | answered |"


def main(
    data: Annotated[Path, typer.Option(help="A With Sense folder of real photos.")],
    photos: Annotated[int, typer.Option(min=2, help="How many are drawn.")] = 600,
    captions: Annotated[int, typer.Option(min=1, help="How many captions of each.")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Of both draws, and of nouns.")] = 0,
    weights: Annotated[str, typer.Option(help="Of the photo backbone, as in index build.")] = "auto",
    store: Annotated[Path | None, typer.Option(help="Where vectors of photos are kept.")] = None,
) -> None:
    """Print which share of queries of each kind gets an answer, and which with its photo among the first five."""
    from withsense_tf.data.folder.load import load_dataset
    from withsense_tf.experiments.queries.read_queries import read_typed_queries
    from withsense_tf.experiments.studies.foreign_queries import read_foreign_queries

    queries, foreign = read_typed_queries(data), read_foreign_queries()
    with TemporaryDirectory(prefix="withsense-small-") as folder, terminal.each_said_once():
        write_folder(load_dataset(data), Path(folder), photos, captions, seed)
        with search_of(Path(folder), weights, store, seed) as search:
            for line in lines(search, load_dataset(folder), queries, foreign, seed):
                typer.echo(line)


def write_folder(data: Dataset, folder: Path, photos: int, captions: int, seed: int) -> None:
    """Make a plain folder of photos drawn from the judged ones, with a table of captions drawn from each photo's."""
    draw = random.Random(seed)
    names = sorted(set(data.experts["photo"]))
    texts = data.captions.groupby("photo")["text"].apply(list).to_dict()
    paths = dict(zip(data.photos["photo"], data.photos["path"], strict=True))
    with (folder / CAPTIONS_FILE).open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "caption"])
        for name in sorted(draw.sample(names, min(photos, len(names)))):
            (folder / name).symlink_to(Path(paths[name]).resolve())
            own = texts.get(name, [])
            rows.writerows([name, text] for text in draw.sample(own, min(captions, len(own))))


def search_of(folder: Path, weights: str, store: Path | None, seed: int) -> Search:
    """Index a folder by the matcher and under the law that `index build` takes by itself."""
    from withsense_tf.data.folder.load import load_dataset
    from withsense_tf.encoders.vectors.store import VectorStore
    from withsense_tf.matchers.base import for_search_alone
    from withsense_tf.matchers.fitted import BY_DEFAULT, fitted_matcher
    from withsense_tf.policy.current_policy import Policy
    from withsense_tf.search.search import Search

    data, policy = load_dataset(folder), Policy.default()
    with for_search_alone():
        matcher = fitted_matcher(BY_DEFAULT, data, policy, VectorStore(store), weights, seed=seed)
    return Search(matcher, data, policy)


def lines(
    search: Search, data: Dataset, queries: pd.DataFrame, foreign: Mapping[str, Sequence[str]], seed: int
) -> Iterator[str]:
    """Return a table: a row for each kind of query."""
    lawful, _ = search.policy.split(data)
    texts = {str(photo): list(own) for photo, own in lawful.captions.groupby("photo")["text"]}
    yield f"{len(texts):,} of {len(data.photos):,} photos may be shown"
    yield HEADER
    yield "|---|---|---|---|"
    here = queries[queries["image"].isin(texts)]
    photos = [{name} for name in here["image"]]
    for language in ("english", "russian"):
        yield _row(search, f"typed, {language}", here[language].tolist(), photos)
    for name, others in foreign.items():
        if not name.endswith(", all"):
            yield _row(search, name, others, [])
    photos_of = photos_of_rare_nouns(texts, seed)
    yield _row(search, "nouns of one to three photos, English", list(photos_of), list(photos_of.values()))
    in_russian = _in_russian(photos_of)
    yield _row(search, "the same in Russian", list(in_russian), list(in_russian.values()))


def _row(search: Search, name: str, queries: Sequence[str], photos: Sequence[Collection[str]]) -> str:
    """Return one row; without photos that the queries are for, shares of answers alone."""
    from withsense_tf.search.hits import Hits

    def share(is_so: Callable[[int, Hits], bool], answers: Sequence[Hits]) -> str:
        if not answers:
            return "-"
        return f"{sum(is_so(at, hits) for at, hits in enumerate(answers)) / len(answers):.3f}"

    def has_photo(at: int, hits: Hits) -> bool:
        return any(hit.photo in photos[at] for hit in hits.hits)

    answers = [search(query, PAGE) for query in queries]
    cells = ["-", "-"]
    if photos:
        anyhow = [search(query, PAGE, minimum=0, fill=True) for query in queries]
        cells = [share(lambda at, hits: hits.fits and has_photo(at, hits), answers), share(has_photo, anyhow)]
    return f"| {name} ({len(queries)}) | {' | '.join(cells)} | {share(lambda _, hits: bool(hits), answers)} |"


def photos_of_rare_nouns(texts: Mapping[str, Sequence[str]], seed: int) -> dict[str, set[str]]:
    """Return nouns that captions of one to three photos have, drawn by a seed, each with these photos.

    A noun has a plural, and its usual Russian word is a noun, too: "run" has a plural, and "бежать" is none.
    """
    from withsense_tf.common.words import lemmas, russian_analyser
    from withsense_tf.encoders.word_pairs import russian_by_english
    from withsense_tf.matchers.chance.noun_lists import english_nouns, lawless_nouns

    photos_of: dict[str, set[str]] = {}
    for photo, captions in texts.items():
        for form in {form for caption in captions for form in lemmas(caption)}:
            photos_of.setdefault(form, set()).add(photo)
    table, nouns, parse = russian_by_english(), english_nouns() - lawless_nouns(), russian_analyser().parse
    rare = [form for form, photos in photos_of.items() if len(photos) <= FEW_PHOTOS and form in nouns]
    pairs = sorted(noun for noun in rare if noun in table and parse(table[noun][0])[0].tag.POS == "NOUN")
    return {noun: photos_of[noun] for noun in random.Random(seed).sample(pairs, min(NOUNS, len(pairs)))}


def _in_russian(photos_of: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return the usual Russian word for each noun, with the photos of all nouns that it is the word for."""
    from withsense_tf.encoders.word_pairs import russian_by_english

    others: dict[str, set[str]] = {}
    for noun, photos in photos_of.items():
        others.setdefault(russian_by_english()[noun][0], set()).update(photos)
    return others


if __name__ == "__main__":
    terminal.run_main(main)
