"""One protocol for all matchers: every pair and every query is answered by a model that has not seen the photo."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, TypeVar

import numpy as np
import pandas as pd

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.gallery import Gallery
from withsense_tf.data.split import Split, folds_by_photo, split_by_photo, split_strict
from withsense_tf.errors import DataError, NoCaptionsError, SettingError, check_choice
from withsense_tf.evaluation.outcome import Answers
from withsense_tf.matchers.base import Matcher
from withsense_tf.targets.balance import balance
from withsense_tf.targets.caption_pairs import caption_pairs

Part = TypeVar("Part")

# "folds" is the one to believe; `result_table.SPLITS` says what each is.
LANGUAGES: Final = {"russian": "Russian", "english": "English"}
SPLITS: Final = ("folds", "70/30", "strict", "test", "captioned", *LANGUAGES)
# Why `tasks` returns none for a split; for any other one it raises.
WHAT_IS_MISSING: Final = {
    "test": "it ranks photos of test_queries.csv that teach no model, and there are none",
    "captioned": "its models learn from photos with captions that nobody judged, and there are none",
    **dict.fromkeys(LANGUAGES, "no typed query asks for a photo that is measured"),
}


@dataclass(frozen=True)
class Task:
    """One piece of work: train on these pairs, answer those, rank these photos."""

    train: Pairs
    test: Pairs | None
    gallery: Gallery | None
    queries: pd.DataFrame  # caption, text, photo
    usual: float | None = None  # the mean target in a world as it is, where that of `train` is another
    language: str = ""  # what people typed the queries in, where they are no captions

    def balance_training(self, seed: int) -> Task:
        """Return the same task with as many fitting as unfitting pairs to train on (`ws.balance`)."""
        return replace(self, train=balance(self.train, seed=seed), usual=self.constant)

    @property
    def constant(self) -> float:
        """Return the answer of the constant that others are held against."""
        return float(self.train.target.mean()) if self.usual is None else self.usual

    @cached_property
    def blank(self) -> Answers:
        """Return the test pairs as they stand in all answers: every matcher needs them."""
        return blank_answers(require(self.test, "test pairs"))

    @property
    def test_content(self) -> set[str]:
        """Return the contents of all photos of the test pairs and the gallery."""
        content = set() if self.test is None else set(self.test.content)
        return content if self.gallery is None else content.union(self.gallery.content)

    @cached_property
    def right(self) -> np.ndarray:
        """Return the place of each query's photo in the gallery, (queries,)."""
        place = {name: at for at, name in enumerate(require(self.gallery, "gallery").names)}
        return self.queries["photo"].map(place).to_numpy(int)

    @cached_property
    def grades(self) -> np.ndarray:
        """Return how relevant photos are: 1 for the right one, what experts said of others, else not judged."""
        gallery = require(self.gallery, "gallery")
        grades = np.full((len(self.queries), len(gallery)), np.nan)
        place = {name: at for at, name in enumerate(gallery.names)}
        rows = self.queries.reset_index(names="row")[["row", "caption"]]
        expert_rows = gallery.data.experts.merge(rows, on="caption")
        expert_rows = expert_rows[expert_rows["photo"].isin(place)]
        if len(expert_rows):
            scores = expert_rows[["expert1", "expert2", "expert3"]].mean(axis=1)
            grades[expert_rows["row"], expert_rows["photo"].map(place)] = (scores - 1) / 3
        grades[np.arange(len(self.queries)), self.right] = 1.0
        return grades


def tasks(
    pairs: Pairs, split: str, folds: int, seed: int, typed_queries: pd.DataFrame | None = None
) -> list[Task]:
    """Divide the data as `split` says; a fold's gallery is its own photos, its queries are their captions.

    `typed_queries` are those of the splits that are languages: image, and the text in each.
    """
    check_choice("split", split, SPLITS)
    data = pairs.data
    if split == "test":
        return _test_photos(pairs)
    if split == "captioned":
        return _all_judged_photos(pairs, seed)
    if split in LANGUAGES:
        table = require(typed_queries, "typed queries")
        return list(_typed_queries(_parts_of(pairs, "folds", folds, seed), split, table))
    parts = _parts_of(pairs, split, folds, seed)
    return [Task(part.train, part.test, *own_queries(data, part.test)) for part in parts]


def _parts_of(pairs: Pairs, split: str, folds: int, seed: int) -> list[Split]:
    try:
        if split == "folds":
            return list(folds_by_photo(pairs, folds, seed))
        return [split_by_photo(pairs, 0.3, seed) if split == "70/30" else split_strict(pairs, 0.3, seed)]
    except NoCaptionsError as error:
        raise DataError(
            f"The split {split} cannot be made. {error} Or leave the split out (--set splits=...)."
        ) from error


def blank_answers(test: Pairs) -> Answers:
    """Return test pairs as they stand in the answers of a matcher, with nothing predicted yet."""
    table, data = test.table, test.data
    experts = data.experts.drop_duplicates(["photo", "caption"]).set_index(["photo", "caption"])
    scores = experts.reindex(pd.MultiIndex.from_frame(table[["photo", "caption"]])).to_numpy(np.float64)
    return Answers(
        photo=table["photo"].to_numpy(str),
        caption=table["caption"].to_numpy(str),
        target=test.target,
        weight=test.weight,
        prediction=np.full(len(table), np.nan),
        own=data.own(table),
        experts=scores,
    )


def check_unseen(matcher: Matcher, data: Dataset, content: Iterable[str]) -> None:
    """Raise if a matcher was trained on photos that it is to be measured on, under whatever file name."""
    # A photo that is not of these data is its own group.
    group_of, learned_from = data.group_by_content, getattr(matcher, "fitted_content_", ())
    to_measure_on = {group_of.get(one, one) for one in content}
    leak = to_measure_on.intersection(group_of.get(one, one) for one in learned_from)
    if leak:
        raise SettingError(
            f"{matcher.name} was trained on {len(leak)} of the {len(to_measure_on)} test photos, so its figures "
            "would be worth nothing. Fit it on the training side of a split: ws.split_by_photo(pairs)."
        )


def note_on_other_data(matchers: Iterable[Matcher], data: Dataset) -> tuple[str, ...]:
    """Say which matchers learned from data that have no photo of those that they are measured on."""
    here = frozenset(data.content)
    sources = {
        matcher.name: matcher.calibrated_on.data or "of unknown name"
        for matcher in matchers
        if here.isdisjoint(getattr(matcher, "fitted_content_", here))
    }
    if not sources:
        return ()
    return (
        f"Learned from other data ({', '.join(dict.fromkeys(sources.values()))}) than {data.name}: "
        f"{', '.join(sources)}. "
        "R@5 means what it always means; errors of fit, skill and ece also tell how differently both are judged.",
    )


def require(part: Part | None, name: str) -> Part:
    """Return a part of a task that figures need, or raise if the task has none."""
    if part is None:
        raise SettingError(
            f"The task has no {name}, which this figure needs: make it with a split that has some."
        )
    return part


def measured_on(work: Sequence[Task]) -> str:
    """Return a short name of all that figures depend on but the model: what each task trains on, asks and ranks.

    Two runs whose work has the same name were measured on the same photos, pairs and queries in the same folds.
    """
    digest = hashlib.sha256()
    for task in work:
        for part in _parts(task):
            digest.update(f"{len(part)}\n".encode())
            # A text may hold what no encoding has; it must not be mistaken for another one.
            digest.update("\0".join(part).encode(errors="backslashreplace"))
    return digest.hexdigest()[:16]


def _parts(task: Task) -> Iterator[Sequence[str]]:
    for pairs in (task.train, task.test):
        if pairs is not None:
            yield from (pairs.content.tolist(), pairs.table["caption"].tolist(), pairs.texts)
            # Ten digits: what rounding changes is no other target.
            yield from ([f"{one:.10f}" for one in values] for values in (pairs.target, pairs.weight))
    if task.gallery is not None:
        yield list(task.gallery.content)
    yield from (task.queries[column].tolist() for column in ("caption", "text", "photo"))


def own_queries(data: Dataset, test: Pairs) -> tuple[Gallery | None, pd.DataFrame]:
    """Return the photos of test pairs as a gallery, and their captions as queries; None where they have no captions."""
    # Of copies one: the others would stand before it or behind it at every query that is theirs.
    names = test.table.assign(group=test.group).drop_duplicates("group")["photo"].tolist()
    captions = data.captions
    queries = captions[captions["photo"].isin(names)][["caption", "text", "photo"]].reset_index(drop=True)
    return (Gallery(data, tuple(names)) if len(queries) else None), queries


def _typed_queries(splits: Sequence[Split], language: str, table: pd.DataFrame) -> Iterator[Task]:
    """Yield a task for each fold that some query asks for a photo of, or for a copy of one."""
    for part in splits:
        data = part.test.data
        name_by_group = dict(zip(part.test.group[::-1], part.test.table["photo"][::-1], strict=True))
        asked_photos = table["image"].map(data.groups).map(name_by_group)
        queries = pd.DataFrame({"caption": "", "text": table[language], "photo": asked_photos})
        queries = queries[asked_photos.notna()].reset_index(drop=True)
        if len(queries):
            gallery = Gallery(data, tuple(dict.fromkeys(name_by_group[group] for group in part.test.group)))
            yield Task(part.train, None, gallery, queries, language=LANGUAGES[language])


def _test_photos(pairs: Pairs) -> list[Task]:
    data = pairs.data
    queries = data.queries[["caption", "text", "photo"]]
    queries = queries[queries["photo"].isin(data.content.index)]
    group = queries["photo"].map(data.groups)
    queries = queries.assign(group=group)[~group.isin(set(pairs.group))]
    if not len(queries):
        return []
    names = queries.drop_duplicates("group")["photo"].tolist()
    queries = queries.loc[queries["photo"].isin(names), ["caption", "text", "photo"]].reset_index(drop=True)
    gallery = Gallery(data, tuple(names))
    return [Task(pairs, None, gallery, queries)]


def _all_judged_photos(pairs: Pairs, seed: int) -> list[Task]:
    """Return the task to answer all judged pairs, and rank all judged photos, after training on captioned photos."""
    data = pairs.data
    table = data.photos.assign(group=data.photos["photo"].map(data.groups))
    is_corpus = table["part"] == "corpus"
    # Copies of what is measured on teach nothing either.
    is_copy = table["group"].isin(set(table.loc[~is_corpus, "group"]))
    photos = table.loc[is_corpus & ~is_copy & table["photo"].isin(data.captions["photo"].unique()), "photo"]
    if not len(photos):
        return []
    return [Task(caption_pairs(data, seed=seed, photos=photos), pairs, *own_queries(data, pairs))]
