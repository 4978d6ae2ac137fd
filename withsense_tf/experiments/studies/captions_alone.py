"""Ask what a model is worth whose makers had captions and no judgements.

    python -m withsense_tf.experiments.studies.captions_alone --policy none [--data FOLDER] \\
        [--weights FILE.weights.h5] [--vectors GLOVE_FILE] [--question calibration] [--question from]

"calibration": numbers that were calibrated by judgements, and by captions alone (own against others'), on held-out
judged pairs. How many captions of other photos stand beside an own one, and what share own captions have, is chosen
among training photos, by what judges said of them.

"from": towers that were trained on the judged photos, adapted to some captioned photos of another part, against towers
of these alone and of both. Other photos of that part are ranked for their captions, and held-out ones of the old part.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import numpy as np
import typer

from withsense_tf.common import terminal
from withsense_tf.experiments.data_option import DataOption, load
from withsense_tf.policy.options import CountryOption, keeps_law

if TYPE_CHECKING:
    from withsense_tf.data.dataset import Dataset, Pairs
    from withsense_tf.evaluation.figures.ranking import PerQuery
    from withsense_tf.matchers.base import Matcher
    from withsense_tf.matchers.hybrid import Hybrid
    from withsense_tf.matchers.registry import Surroundings
    from withsense_tf.matchers.towers.closed_form import ClosedFormTowers
    from withsense_tf.policy.service import LawFiles

QUESTIONS: Final = ("calibration", "from")
# So many captioned photos towers are adapted to; and so many others are ranked.
NEW_PHOTOS: Final = (30, 100, 300, 1000)
GALLERY: Final = 300
OTHERS: Final = (1, 3)
OWN_SHARES: Final = (0.02, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5)
MODELS: Final = ("closed_form", "hybrid")


@keeps_law
def main(
    data: DataOption = None,
    question: Annotated[list[str] | None, typer.Option(help="calibration, from; all by default.")] = None,
    weights: Annotated[str, typer.Option(help="Of the photo backbone, as in compare.")] = "auto",
    vectors: Annotated[Path | None, typer.Option(help="A file of word vectors (GloVe).")] = None,
    folds: Annotated[int, typer.Option(min=2, help="Parts that the photos are divided into.")] = 10,
    output: Annotated[Path, typer.Option(help="Where vectors and the demo set go.")] = Path("artifacts"),
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Of the demo set and the folds.")] = 0,
    captioned: Annotated[
        bool, typer.Option(help="For calibration: learn from photos of corpus_images, too.")
    ] = False,
    policy: Annotated[str, typer.Option(help="As in compare: law, or none for research use only.")] = "law",
    country: CountryOption = None,
    *,
    law: LawFiles,
) -> None:
    """Print a table for each question, out of fold."""
    from withsense_tf.encoders.texts.text_spacy import SpacyVectors
    from withsense_tf.encoders.vectors.store import VectorStore
    from withsense_tf.errors import check_choice
    from withsense_tf.experiments.lawful import check_policy, under_the_law
    from withsense_tf.matchers.registry import Surroundings, photo_encoders_of

    questions = [check_choice("question", one, QUESTIONS) for one in question or QUESTIONS]
    check_policy(policy, law)
    store = VectorStore(terminal.output_folder(output) / "vectors")
    encoders = photo_encoders_of((), weights, data is None, seed, quick=False)
    words = SpacyVectors(vectors) if vectors else None
    around = Surroundings(encoders, words, store, seed, captioned=captioned)
    lawful = under_the_law(load(data, output, seed), policy, law, country)
    photos = "; ".join(one.identity for one in encoders)
    typer.echo(f"{lawful.data!r}\n{photos}\n{lawful.note} Policy: {lawful.policy}.")
    ask: dict[str, Callable[[Dataset, Surroundings, int], Iterator[str]]] = {
        "calibration": calibration_lines,
        "from": from_lines,
    }
    with terminal.each_said_once():
        for one in questions:
            typer.echo("")
            for line in ask[one](lawful.data, around, folds):
                typer.echo(line)


def calibration_lines(data: Dataset, around: Surroundings, folds: int) -> Iterator[str]:
    """Say what was chosen, and measure numbers that were calibrated by judgements and by captions."""
    from withsense_tf.data.split import folds_by_photo
    from withsense_tf.matchers.registry import make_matcher
    from withsense_tf.targets.blend import relevance
    from withsense_tf.targets.caption_pairs import caption_pairs

    parts = list(folds_by_photo(relevance(data, crowd=None), folds=folds, seed=around.seed))
    errors = np.mean([_training_errors(train, around) for train, _ in parts], axis=0)
    yield "RMSE on training photos, each left out, of numbers calibrated by captions:"
    yield f"| matcher | captions of others | {' | '.join(f'own {share:g}' for share in OWN_SHARES)} |"
    yield "|---" * (len(OWN_SHARES) + 2) + "|"
    for name, rows in zip(MODELS, errors, strict=True):
        for others, row in zip(OTHERS, rows, strict=True):
            yield f"| {name} | {others} | {' | '.join(f'{error:.4f}' for error in row)} |"
    yield ""
    yield "| matcher | calibrated by | RMSE | skill | mean number | mean judgement | R@5 |"
    yield "|---|---|---|---|---|---|---|"
    for name in MODELS:
        results: dict[str, list[tuple[np.ndarray, PerQuery, float]]] = {"judgements": [], "captions": []}
        for train, test in parts:
            by_captions = caption_pairs(data, seed=around.seed, photos=train.photos["photo"].tolist())
            for by, pairs in (("judgements", train), ("captions", by_captions)):
                results[by].append(_measure(make_matcher({"matcher": name}, around).fit(pairs), train, test))
        target = np.concatenate([test.target for _, test in parts])
        for by, answers in results.items():
            yield _row(name, by, target, answers)


def _hybrid(around: Surroundings) -> Hybrid:
    from withsense_tf.encoders.texts.caption_space import CaptionSpace
    from withsense_tf.matchers.hybrid import Hybrid

    text = CaptionSpace(vectors=around.vectors)
    return Hybrid(list(around.photo), text, captioned=around.captioned, store=around.store)


def _towers(around: Surroundings) -> ClosedFormTowers:
    from withsense_tf.encoders.texts.caption_space import CaptionSpace
    from withsense_tf.matchers.towers.closed_form import ClosedFormTowers

    text = CaptionSpace(vectors=around.vectors)
    return ClosedFormTowers(list(around.photo), text, captioned=around.captioned, store=around.store)


def _training_errors(train: Pairs, around: Surroundings) -> np.ndarray:
    """Return the RMSE of each matcher and setting on judged pairs of training photos, each photo left out."""
    from withsense_tf.matchers.calibration import Calibration
    from withsense_tf.targets.caption_pairs import caption_pairs

    hybrid = _hybrid(around).fit(train)
    towers = hybrid.towers_
    cosines, scores = towers.left_out_products(train, towers.place_, towers.left_out_points_)
    by_judges = towers.numbers(cosines, train.texts)
    looks = hybrid.captions_.looks(train, hybrid.search_form().words)
    errors = np.zeros((len(MODELS), len(OTHERS), len(OWN_SHARES)))
    for row, others in enumerate(OTHERS):
        for column, share in enumerate(OWN_SHARES):
            pairs = caption_pairs(train.data, others, share, around.seed, train.photos["photo"].tolist())
            by_captions = Calibration().fit(towers.left_out_cosines(pairs), pairs.target, pairs.weight)
            hybrid.weigh(pairs)
            both = (by_captions.apply(cosines), hybrid.search_form().number_of(scores, by_judges, looks))
            errors[:, row, column] = [np.sqrt(np.mean((numbers - train.target) ** 2)) for numbers in both]
    return errors


def from_lines(
    data: Dataset,
    around: Surroundings,
    folds: int,
    gallery_size: int = GALLERY,
    counts: Sequence[int] = NEW_PHOTOS,
) -> Iterator[str]:
    """Measure towers that were adapted to captioned photos of another part, in one fold."""
    from withsense_tf.data.split import folds_by_photo
    from withsense_tf.errors import DataError
    from withsense_tf.targets.blend import relevance
    from withsense_tf.targets.caption_pairs import caption_pairs

    train, test = next(iter(folds_by_photo(relevance(data, crowd=None), folds=folds, seed=around.seed)))
    table = data.photos
    captioned = table.loc[table["part"] == "corpus", "photo"].to_numpy(str)
    if len(captioned) <= gallery_size:
        raise DataError(
            f"{data.name!r} has {len(captioned)} photos in corpus_images. This question takes {gallery_size} of them "
            "to be ranked, and more to learn from: give a folder with more."
        )
    captioned = np.random.default_rng(around.seed).permutation(captioned)
    gallery = sorted(captioned[:gallery_size])
    old_photos = train.photos["photo"].tolist()
    old = _towers(around).fit(_only(train, old_photos))
    yield f"Trained on {len(old_photos)} photos; ranked are {len(gallery)} new ones, {len(test.photos)} old ones."
    yield "| new photos | towers | R@5 of the new part | R@5 of the old part |"
    yield "|---|---|---|---|"
    galleries = gallery, test.photos["photo"].tolist()
    yield _ranking_row("0", "as they were", old, data, galleries)
    for count in (some for some in counts if some <= len(captioned) - gallery_size):
        new_photos = captioned[gallery_size : gallery_size + count].tolist()
        new = caption_pairs(as_training(data, new_photos), seed=around.seed)
        both = caption_pairs(as_training(data, [*old_photos, *new_photos]), seed=around.seed)
        yield _ranking_row(str(count), "adapted", old.adapt(new), data, galleries)
        yield _ranking_row(str(count), "of these alone", _towers(around).fit(new), data, galleries)
        yield _ranking_row(str(count), "of both", _towers(around).fit(both), data, galleries)


def as_training(data: Dataset, photos: Collection[str]) -> Dataset:
    """Return a data set of some photos and their captions alone, all of them to be trained on."""
    captions = data.captions
    some = data.only(photos, set(captions.loc[captions["photo"].isin(photos), "caption"]))
    return some.with_tables(
        photos=some.photos.assign(part="train"), captions=some.captions.assign(part="train")
    )


def _only(pairs: Pairs, photos: Collection[str]) -> Pairs:
    """Return pairs of a data set that has their photos alone, and no captions but theirs."""
    from withsense_tf.data.dataset import Pairs

    return Pairs(as_training(pairs.data, photos), pairs.table, pairs.definition)


def _ranking_row(
    count: str, name: str, towers: Matcher, data: Dataset, galleries: tuple[list[str], list[str]]
) -> str:
    recalls = [100 * ranks_of(towers, data, photos).figures().recall_5 for photos in galleries]
    return f"| {count} | {name} | {recalls[0]:.1f} | {recalls[1]:.1f} |"


def _measure(matcher: Matcher, train: Pairs, test: Pairs) -> tuple[np.ndarray, PerQuery, float]:
    """Return the numbers of held-out pairs, the ranks of held-out photos, and the mean judgement of training pairs."""
    return (
        matcher.predict(test),
        ranks_of(matcher, test.data, test.photos["photo"].tolist()),
        train.target.mean(),
    )


def ranks_of(matcher: Matcher, data: Dataset, photos: list[str]) -> PerQuery:
    """Rank some photos for their own captions."""
    from withsense_tf.data.gallery import Gallery, Queries
    from withsense_tf.evaluation.figures.ranking import per_query

    captions = data.captions[data.captions["photo"].isin(photos)]
    place = {photo: at for at, photo in enumerate(photos)}
    scores = matcher.grid(
        Gallery(data, tuple(photos)), Queries.of(captions["text"].tolist(), captions["caption"].tolist())
    )
    return per_query(scores, captions["photo"].map(place).to_numpy(int), np.array(photos))


def _row(name: str, by: str, target: np.ndarray, answers: list[tuple[np.ndarray, PerQuery, float]]) -> str:
    from withsense_tf.evaluation.figures.ranking import pool

    prediction = np.concatenate([numbers for numbers, _, _ in answers])
    constant = np.concatenate([np.full(len(numbers), mean) for numbers, _, mean in answers])
    error = np.mean((prediction - target) ** 2)
    skill = 1 - error / np.mean((constant - target) ** 2)
    recall = pool([ranks for _, ranks, _ in answers]).figures().recall_5
    return (
        f"| {name} | {by} | {np.sqrt(error):.3f} | {skill:.3f} | {prediction.mean():.3f} | {target.mean():.3f} "
        f"| {100 * recall:.1f} |"
    )


if __name__ == "__main__":
    terminal.run_main(main)
