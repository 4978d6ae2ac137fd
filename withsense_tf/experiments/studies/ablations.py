"""What the student projects left open: `python -m withsense_tf.experiments.studies.ablations`.

Are the crowd's votes worth using? Do balanced pairs help? More captions? Words that are counted by themselves? What
does it cost how the rule on children is drawn? Does it pay to train the last layers of the photo backbone, too? Each
question is a table: out of fold, against the mean of the experts, with everything else as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from withsense_tf.common import terminal
from withsense_tf.experiments.data_option import DataOption, load
from withsense_tf.policy.options import CountryOption, keeps_law

if TYPE_CHECKING:
    from withsense_tf.data.dataset import Dataset, Pairs
    from withsense_tf.encoders.base import PhotoEncoder
    from withsense_tf.evaluation.outcome import Outcome
    from withsense_tf.evaluation.protocol import Task
    from withsense_tf.matchers.base import Matcher
    from withsense_tf.matchers.registry import Surroundings
    from withsense_tf.policy.current_policy import Policy
    from withsense_tf.policy.service import LawFiles

FOLDS: Final = 5
CHILDREN: Final = "children"
QUESTIONS: Final = ("crowd", "balance", "captions", "words", CHILDREN, "opened")
# Galleries of 100 of 1,000 photos, as the comparison has them.
MORE_FOLDS: Final = {"opened": 10, "words": 10}
OPENED_FROM: Final = ("", "block_16_expand", "block_14_add")
FIGURES: Final = ("matcher", "photos", "gallery", "RMSE", "skill", "tau_c", "R@1", "R@5", "s a fold")
# One that learns from judgements alone, and one that learns from captions.
MODELS: Final = (
    {"matcher": "concat_linear", "kind": "ridge"},
    {"matcher": "two_tower", "loss": "softmax"},
    {"matcher": "closed_form"},
)


@dataclass(frozen=True, eq=False)
class Variant:
    """One way of doing it: a name, the folds to train and measure on, and what is trained."""

    name: str
    work: list[Task]
    models: tuple[dict[str, Any], ...] | None = None


@keeps_law
def main(
    data: DataOption = None,
    question: Annotated[
        list[str] | None,
        typer.Option(
            help="crowd, balance, captions, words, children or opened; by default all, but children with "
            "--policy none alone."
        ),
    ] = None,
    first: Annotated[
        int | None, typer.Option(min=1, help="Only so many folds of each question; all by default.")
    ] = None,
    weights: Annotated[
        str, typer.Option(help="As in compare: auto, random, imagenet, or a .weights.h5 file.")
    ] = "auto",
    vectors: Annotated[Path | None, typer.Option(help="A file of word vectors.")] = None,
    output: Annotated[Path, typer.Option(help="Where vectors and the demo set go.")] = Path("artifacts"),
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of the demo set and the folds.")] = 0,
    policy: Annotated[str, typer.Option(help="As in compare: law, or none for research use only.")] = "law",
    country: CountryOption = None,
    *,
    law: LawFiles,
) -> None:
    """Answer the questions, a table each; what it costs to leave out children, only research can ask."""
    from withsense_tf.encoders.texts.text_spacy import SpacyVectors
    from withsense_tf.encoders.vectors.store import VectorStore
    from withsense_tf.experiments.lawful import check_policy, under_the_law
    from withsense_tf.matchers.registry import Surroundings, photo_encoders_of

    encoders = photo_encoders_of((), weights, data is None, seed, quick=False)
    check_policy(policy, law)
    questions = _check_questions(question, encoders, policy)
    store = VectorStore(terminal.output_folder(output) / "vectors")
    around = Surroundings(
        encoders, SpacyVectors(vectors) if vectors else None, store, seed, synthetic=data is None
    )
    lawful = under_the_law(load(data, output, seed), policy, law, country)
    typer.echo(f"{lawful.data!r}\n{'; '.join(encoder.identity for encoder in encoders)}")
    typer.echo(f"{lawful.note} Policy: {lawful.policy}. {lawful.files}\n")
    for one in questions:
        _print_table(one, _variants(one, lawful.data, around, law), first, around)


def _check_questions(questions: list[str] | None, encoders: Sequence[PhotoEncoder], policy: str) -> list[str]:
    """Return the questions to answer, all that can be by default; raise for one that the law forbids."""
    from withsense_tf.encoders.photos.photo_keras import KerasPhoto
    from withsense_tf.errors import SettingError, check_choice
    from withsense_tf.experiments.lawful import LAW

    # Only a backbone can be opened, and the demo set is not seen by one.
    every = [one for one in QUESTIONS if one != "opened" or isinstance(encoders[0], KerasPhoto)]
    if policy == LAW:
        every.remove(CHILDREN)
        if CHILDREN in (questions or ()):
            raise SettingError(
                "--question children trains on photos of children to say what the law costs: add --policy none."
            )
    return [check_choice("question", one, QUESTIONS) for one in questions or every]


def _variants(question: str, data: Dataset, around: Surroundings, law: LawFiles) -> Iterator[Variant]:
    """Return the ways of doing it that a question compares."""
    from withsense_tf.policy.current_policy import Policy

    if question == CHILDREN:
        return _children(data, around.seed, Policy.of_files(law))
    if question == "opened":
        return _layers(data, around.seed, around)
    by_name = {"crowd": _crowd, "balance": _balance, "captions": _captions, "words": _words}
    return by_name[question](data, around.seed)


def _print_table(question: str, variants: Iterator[Variant], first: int | None, around: Surroundings) -> None:
    folds = MORE_FOLDS.get(question, FOLDS)
    typer.echo(f"{min(first or folds, folds)} of {folds} folds\n")
    typer.echo(f"| {question} | {' | '.join(FIGURES)} |\n{'|---' * (len(FIGURES) + 1)}|")
    with terminal.each_said_once():
        for variant in variants:
            for line in _lines(replace(variant, work=variant.work[:first]), around):
                typer.echo(line)
    typer.echo("")


def _lines(variant: Variant, around: Surroundings) -> Iterator[str]:
    from withsense_tf.evaluation.result_rows import rows_of
    from withsense_tf.matchers.registry import make_matcher

    for model in variant.models or MODELS:
        outcome: Outcome = answer(
            variant.name,
            lambda number, model=model: make_matcher(model, around),  # type: ignore[misc]  # a bound default
            variant.work,
            "folds",
        )
        (row,) = rows_of([outcome])
        shares = [f"{100 * float(row.get(name) or 0):.1f}" for name in ("tau_c", "r@1", "r@5")]
        figures = [f"{row['rmse']:.3f}", f"{row['skill']:.3f}", *shares]
        seconds = f"{float(row['seconds'] or 0) / len(variant.work):.1f}"
        counts = [str(row["photos"]), f"{row['gallery']:.0f}"]
        yield f"| {' | '.join([variant.name, outcome.about['matcher'], *counts, *figures, seconds])} |"


def answer(label: str, make: Callable[[int], Matcher], work: Sequence[Task], split: str) -> Outcome:
    """Train a matcher for each task, one after the other; `make` gets the task's number."""
    from withsense_tf.evaluation.answering import answer_task, heap_freezer, join
    from withsense_tf.evaluation.row_status import RUN

    parts = []
    with terminal.each_said_once(), heap_freezer() as freeze:
        freeze()
        for number, task in enumerate(work):
            parts.append(answer_task(label, split, make(number), task))
            if parts[-1].status != RUN:
                break
    return join(parts)


def _folds(pairs: Pairs, seed: int) -> list[Task]:
    from withsense_tf.evaluation.protocol import tasks

    return tasks(pairs, "folds", FOLDS, seed)


def _crowd(data: Dataset, seed: int) -> Iterator[Variant]:
    """Train on one target or another; measure on the experts' mean, on pairs that experts judged."""
    from withsense_tf.targets.blend import relevance

    experts = relevance(data, crowd=None)
    work = _folds(experts, seed)
    yield Variant("experts alone", work)
    for name, weight in (("experts .9, crowd .1", 0.9), ("experts .6, crowd .4", 0.6)):
        pairs = relevance(data, expert_weight=weight)
        yield Variant(name, [replace(task, train=_on_photos(pairs, task.train)) for task in work])


def _on_photos(pairs: Pairs, like: Pairs) -> Pairs:
    """Return the pairs whose photo is among those of others, under whatever name."""
    import numpy as np

    return pairs.take(np.flatnonzero(np.isin(pairs.content, like.content)))


def _balance(data: Dataset, seed: int) -> Iterator[Variant]:
    from withsense_tf.targets.blend import relevance

    work = _folds(relevance(data, crowd=None), seed)
    yield Variant("as judged", work)
    yield Variant("balanced for training", [task.balance_training(seed) for task in work])


def _captions(data: Dataset, seed: int) -> Iterator[Variant]:
    """Leave captions of training photos out, and the corpus; the queries stay the same."""
    from withsense_tf.data.dataset import Pairs
    from withsense_tf.targets.blend import relevance

    pairs = relevance(data, crowd=None)
    work = _folds(pairs, seed)
    captions = data.captions
    place = captions.groupby("photo").cumcount()
    corpus = captions["part"] == "corpus"
    for count in (1, 2, 5):
        for with_corpus in (False, True) if corpus.any() else (False,):
            names = captions.loc[(place < count) & ~corpus | corpus & with_corpus, "caption"]
            fewer = data.only(list(data.content.index), set(names))
            name = f"{count} of 5 a photo{', corpus' if with_corpus else ''}"
            yield Variant(
                name,
                [replace(task, train=Pairs(fewer, task.train.table, pairs.definition)) for task in work],
            )


def _words(data: Dataset, seed: int) -> Iterator[Variant]:
    """Let the hybrid count the words that query and captions share, or leave all to their vectors."""
    from withsense_tf.evaluation.protocol import tasks
    from withsense_tf.targets.blend import relevance

    work = tasks(relevance(data, crowd=None), "folds", MORE_FOLDS["words"], seed)
    for words in (False, True):
        name = "words count by themselves" if words else "vectors alone"
        yield Variant(name, work, ({"matcher": "hybrid", "words": words},))


def _children(data: Dataset, seed: int, policy: Policy) -> Iterator[Variant]:
    """Draw the rule in four ways; what is left is trained and measured on, so galleries differ in size."""
    from withsense_tf.policy.photo_decisions import restricts
    from withsense_tf.targets.blend import relevance

    pairs = relevance(data, crowd=None)
    yield Variant("none", _folds(pairs, seed))
    verdicts = policy.gate(data).caption_verdicts
    restricted_captions = {
        caption
        for caption, verdict in zip(verdicts["caption"], verdicts["verdict"], strict=True)
        if restricts(verdict)
    }
    is_allowed = ~pairs.table["caption"].isin(restricted_captions)
    yield Variant("rows whose text matches", _folds(pairs.take(is_allowed.to_numpy().nonzero()[0]), seed))
    for votes in (3, 1):
        lawful_data, _ = replace(policy, ownership=replace(policy.ownership, min_votes=votes)).split(data)
        yield Variant(f"photos with {votes} captions of 5", _folds(relevance(lawful_data, crowd=None), seed))


def _layers(data: Dataset, seed: int, around: Surroundings) -> Iterator[Variant]:
    """Train the last layers of the backbone or none of them; each photo is looked at once, at the usual size."""
    from withsense_tf.evaluation.protocol import tasks
    from withsense_tf.matchers.registry import one_view
    from withsense_tf.targets.blend import relevance

    work = tasks(relevance(data, crowd=None), "folds", MORE_FOLDS["opened"], seed)
    for layer in OPENED_FROM:
        model = {"matcher": "two_tower", "photo": one_view(around.photo[0]), "opened": layer}
        yield Variant(f"from {layer}" if layer else "none", work, (model,))


if __name__ == "__main__":
    terminal.run_main(main)
