"""One protocol for all matchers: every pair and every query is answered by a model that has not seen the photo."""

from __future__ import annotations

import gc
import json
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.split import Split, folds_by_photo, split_by_photo, split_strict
from withsense_tf.errors import PublishedTestWarning, SettingError, WeightsMissingError, check_choice
from withsense_tf.evaluation.meter import Meter
from withsense_tf.evaluation.outcome import Answers, Found, Outcome
from withsense_tf.evaluation.ranking import PerQuery, per_query, pooled
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.gallery import Gallery, Queries

# "folds" is the one to believe. "70/30" is what the student projects measured on, "strict" shares no caption either,
# and "test" ranks the photos of test_queries.csv with a model that is trained on all others.
SPLITS: Final = ("folds", "70/30", "strict", "test")
TOP: Final = 5


@dataclass(frozen=True)
class Task:
    """One piece of work: train on these pairs, answer those, rank these photos."""

    train: Pairs
    test: Pairs | None
    gallery: Gallery | None
    queries: pd.DataFrame  # caption, text, photo

    @cached_property
    def unanswered(self) -> Answers:
        """Return the test pairs as they stand in all answers, with nothing predicted: every matcher needs them."""
        assert self.test is not None
        table, data = self.test.table, self.test.data
        experts = data.experts.drop_duplicates(["photo", "caption"]).set_index(["photo", "caption"])
        scores = experts.reindex(pd.MultiIndex.from_frame(table[["photo", "caption"]])).to_numpy(np.float64)
        owner = table["caption"].str.rsplit("#", n=1).str[0]
        return Answers(
            photo=table["photo"].to_numpy(str),
            caption=table["caption"].to_numpy(str),
            target=self.test.target,
            weight=self.test.weight,
            predicted=np.full(len(table), np.nan),
            own=(owner == table["photo"]).to_numpy(bool),
            experts=scores,
        )

    @cached_property
    def right(self) -> np.ndarray:
        """Return the place of each query's photo in the gallery, (queries,)."""
        assert self.gallery is not None
        place = {name: at for at, name in enumerate(self.gallery.names)}
        return self.queries["photo"].map(place).to_numpy(int)

    @cached_property
    def graded(self) -> np.ndarray:
        """Return how relevant photos are: 1 for the right one, what experts said of others, else not judged."""
        assert self.gallery is not None
        graded = np.full((len(self.queries), len(self.gallery)), np.nan)
        place = {name: at for at, name in enumerate(self.gallery.names)}
        rows = self.queries.reset_index(names="row")[["row", "caption"]]
        judged = self.gallery.data.experts.merge(rows, on="caption")
        judged = judged[judged["photo"].isin(place)]
        if len(judged):
            scores = judged[["expert1", "expert2", "expert3"]].mean(axis=1)
            graded[judged["row"], judged["photo"].map(place)] = (scores - 1) / 3
        graded[np.arange(len(self.queries)), self.right] = 1.0
        return graded


def tasks(pairs: Pairs, split: str, folds: int, seed: int) -> list[Task]:
    """Divide the data as `split` says; a fold's gallery is its own photos, its queries are their captions."""
    check_choice("split", split, SPLITS)
    data = pairs.data
    if split == "test":
        return _test_photos(pairs)
    if split == "folds":
        splits: Sequence[Split] = folds_by_photo(pairs, folds, seed)
    else:
        splits = [split_by_photo(pairs, 0.3, seed) if split == "70/30" else split_strict(pairs, 0.3, seed)]
    return [Task(part.train, part.test, *_own_queries(data, part.test)) for part in splits]


def answer(
    label: str, make: Callable[[int], Matcher], work: Sequence[Task], split: str, done: Callable[[], None]
) -> Outcome:
    """Train a matcher for each task and collect its answers; `make` gets the task's number.

    A matcher whose weights are not here is not run, and the outcome says so: nothing stands in for it.
    """
    answers: list[Answers] = []
    found: list[Found] = []
    history: dict[str, list[float]] = {}
    constants = []
    matcher = make(0)
    about = matcher.describe()
    config = settings_of(matcher)
    with Meter() as meter:
        try:
            for number, task in enumerate(work):
                matcher = make(number)
                with warnings.catch_warnings():
                    if number:
                        # Every training would say it again; once is enough.
                        warnings.simplefilter("ignore", PublishedTestWarning)
                    matcher.fit(task.train)
                _check_unseen(matcher, task)
                constants.append(float(task.train.target.mean()))
                if task.test is not None:
                    answers.append(replace(task.unanswered, predicted=matcher.predict(task.test)))
                if task.gallery is not None:
                    found.append(_found(matcher, task, task.gallery))
                history = getattr(matcher, "history_", history)
                # Keras models hold themselves in circles, and a fold's are never needed again.
                gc.collect()
                done()
        except WeightsMissingError as error:
            reason = f"not run: weights not available: {error}"
            # What a name stands for was not there: the row must not say that it had these weights.
            about |= {"weights": "not available"}
            return Outcome(label, split, about, status=reason, config=config)
    about = matcher.describe()
    return Outcome(
        label,
        split,
        about,
        answers=_joined(answers) if answers else None,
        found=_together(found) if found else None,
        constant=float(np.mean(constants)),
        folds=len(work),
        train_pairs=round(np.mean([len(task.train) for task in work])),
        train_photos=round(np.mean([task.train.table["photo"].nunique() for task in work])),
        seconds=meter.seconds,
        peak_mb=meter.peak_mb,
        config=config,
        history=history,
    )


def _own_queries(data: Dataset, test: Pairs) -> tuple[Gallery | None, pd.DataFrame]:
    names = list(dict.fromkeys(test.table["photo"]))
    captions = data.captions
    queries = captions[captions["photo"].isin(names)][["caption", "text", "photo"]].reset_index(drop=True)
    return (Gallery(data, tuple(names)) if len(queries) else None), queries


def _test_photos(pairs: Pairs) -> list[Task]:
    data = pairs.data
    queries = data.queries[["caption", "text", "photo"]]
    queries = queries[queries["photo"].isin(data.content.index)]
    trained = set(pairs.content)
    unseen = queries["photo"].map(data.content).map(lambda content: content not in trained)
    queries = queries[unseen.astype(bool)].reset_index(drop=True)
    if not len(queries):
        return []
    gallery = Gallery(data, tuple(dict.fromkeys(queries["photo"])))
    return [Task(pairs, None, gallery, queries)]


def _check_unseen(matcher: Matcher, task: Task) -> None:
    content = set(task.test.content if task.test is not None else ())
    content |= set(task.gallery.content if task.gallery is not None else ())
    seen = content & set(matcher.fitted_content_)
    if seen:
        raise SettingError(f"{matcher.name} was trained on {len(seen)} of the photos that it is measured on.")


def _found(matcher: Matcher, task: Task, gallery: Gallery) -> Found:
    queries = task.queries
    scores = matcher.grid(gallery, Queries.of(queries["text"].tolist(), queries["caption"].tolist()))
    ranked = per_query(scores, task.right, np.array(gallery.names), task.graded)
    first = np.argsort(-scores, axis=1, kind="stable")[:, :TOP]
    return Found(
        text=queries["text"].to_numpy(str),
        caption=queries["caption"].to_numpy(str),
        first=np.array(gallery.names, str)[first],
        scores=np.take_along_axis(scores, first, axis=1),
        per_query=ranked,
    )


def _joined(parts: Sequence[Answers]) -> Answers:
    return Answers(
        *(np.concatenate([vars(part)[name] for part in parts]) for name in Answers.__annotations__)
    )


def _together(parts: Sequence[Found]) -> Found:
    width = min(part.first.shape[1] for part in parts)
    ranked: PerQuery = pooled([part.per_query for part in parts])
    return Found(
        text=np.concatenate([part.text for part in parts]),
        caption=np.concatenate([part.caption for part in parts]),
        first=np.concatenate([part.first[:, :width] for part in parts]),
        scores=np.concatenate([part.scores[:, :width] for part in parts]),
        per_query=ranked,
    )


def settings_of(matcher: Matcher) -> str:
    """Write the matcher's settings as JSON; an encoder stands there as its identity."""
    # A store and logs change no figure, only how long they take.
    hidden = ("store", "logs")
    settings = {name: value for name, value in matcher.get_params(deep=False).items() if name not in hidden}
    if settings.get("training", 0) is None:
        # Not given: the way of training that is used then.
        settings["training"] = getattr(matcher, "_training", None)
    return json.dumps({"class": type(matcher).__name__, **settings}, sort_keys=True, default=_plain)


def _plain(value: object) -> object:
    if hasattr(value, "identity"):
        return value.identity
    return vars(value) if hasattr(value, "__dataclass_fields__") else repr(value)
