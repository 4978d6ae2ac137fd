"""Trainings -> answers: each task is one training of its own, and those of a matcher become its outcome."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

import numpy as np

from withsense_tf.common.code_version import complaint, is_addition
from withsense_tf.data.gallery import Gallery
from withsense_tf.errors import SettingError, WeightsMissingError, check_choice, disk_trouble
from withsense_tf.evaluation.answer_key import description_of, lesson_for, looked_up
from withsense_tf.evaluation.fewer_captions import grid_of, numbers_of
from withsense_tf.evaluation.figures.ranking import per_query, pool
from withsense_tf.evaluation.meter import Meter
from withsense_tf.evaluation.outcome import Answers, Outcome, Rankings
from withsense_tf.evaluation.protocol import Task, check_unseen, require
from withsense_tf.evaluation.row_status import MISTAKE, RUN, TRACKS
from withsense_tf.matchers.base import Matcher

TOP: Final = 5


@contextmanager
def heap_freezer() -> Iterator[Callable[[], None]]:
    """Yield a function that exempts all present objects from garbage collection until the block ends.

    After every training Python searches for the last networks, which hold themselves in circles: to look at all that
    TensorFlow and the data hold took longer than the search.
    """
    try:
        yield gc.freeze
    finally:
        gc.unfreeze()


def answer_pairs(matcher: Matcher, task: Task, constant: float) -> Outcome:
    """Let a fitted matcher answer the test pairs of a task, and rank its gallery if it has one."""
    test = require(task.test, "test pairs")
    check_unseen(matcher, test.data, task.test_content)
    if what := _what_it_looks_up(matcher, task):
        raise SettingError(f"{matcher.name} {what}, so its figures would be worth nothing. Leave it out.")
    with Meter() as meter:
        answers = replace(task.blank, prediction=numbers_of(matcher, test))
        rankings = None if task.gallery is None else _rank(matcher, task, task.gallery)
    return Outcome(
        matcher.name,
        "",
        matcher.describe(),
        answers=answers,
        rankings=rankings,
        constant=constant,
        seconds=meter.seconds,
        peak_mb=meter.peak_mb,
        config=settings_of(matcher),
    )


def answer_task(label: str, split: str, matcher: Matcher, task: Task) -> Outcome:
    """Train a matcher and let it answer.

    A matcher whose weights are not here, or that does not read the language of the queries, is not run, and what is
    returned says so: nothing stands in for it. So it does of a mistake in one of another package.
    """
    try:
        return _answer_task(label, split, matcher, task)
    except (Exception, SystemExit) as error:
        words = complaint(error, matcher)
        # A disk that is full is nobody's mistake.
        if not words or disk_trouble(error):
            raise
        about = description_of(matcher)
        return Outcome(label, split, about, status=f"{MISTAKE}{words}", config=settings_of(matcher))


def _answer_task(label: str, split: str, matcher: Matcher, task: Task) -> Outcome:
    config = settings_of(matcher)
    check_choice("track", matcher.track, TRACKS)
    answers = rankings = None
    with Meter() as meter:
        try:
            matcher.fit(lesson_for(matcher, task.train, task.test_content))
        except WeightsMissingError as error:
            return not_run(label, split, matcher, error)
        check_unseen(matcher, task.train.data, task.test_content)
        what = _what_it_looks_up(matcher, task)
        reason = f"{MISTAKE}it {what}" if what else _why_not_read(matcher, task.language)
        if reason:
            return Outcome(label, split, matcher.describe(), status=reason, config=config)
        if task.test is not None:
            answers = replace(task.blank, prediction=numbers_of(matcher, task.test))
        if task.gallery is not None:
            rankings = _rank(matcher, task, task.gallery)
    outcome = Outcome(
        label,
        split,
        matcher.describe(),
        answers=answers,
        rankings=rankings,
        constant=task.constant,
        folds=1,
        train_pairs=len(task.train),
        train_photos=task.train.table["photo"].nunique(),
        captioned_photos=len(set(matcher.beside(task.train)["content"]) - set(task.train.content)),
        seconds=meter.seconds,
        peak_mb=meter.peak_mb,
        config=config,
        history=getattr(matcher, "history_", {}),
    )
    del matcher
    # Keras models hold themselves in circles, and a fold's are never needed again.
    gc.collect()
    return outcome


def not_run(label: str, split: str, matcher: Matcher, error: WeightsMissingError) -> Outcome:
    """Return the outcome of a matcher whose weights are not here."""
    # What a name stands for was not there: the row must not say that it had these weights.
    about = matcher.describe() | {"weights": "not available"}
    reason = f"not run: weights not available: {error}"
    return Outcome(label, split, about, status=reason, config=settings_of(matcher))


def _what_it_looks_up(matcher: Matcher, task: Task) -> str:
    """Return what a matcher of another package reads of the answers; nothing where it reads none."""
    gallery = task.gallery
    if gallery is None and task.test is not None and len(task.test):
        gallery = Gallery(task.test.data, tuple(dict.fromkeys(task.test.table["photo"])))
    return looked_up(matcher, gallery) if gallery is not None and is_addition(matcher) else ""


def _why_not_read(matcher: Matcher, language: str) -> str:
    """Return the status of a fitted matcher that cannot be asked in a language, as its text encoder declares it."""
    if not language:
        return ""
    try:
        text = matcher.search_form().text
    except SettingError:
        # It reads no texts at all, or nobody can say.
        return ""
    why = text.why_not_read(language)
    return f"not run: {why}" if why else ""


def join(parts: Sequence[Outcome]) -> Outcome:
    """Put the outcomes of one matcher's trainings together, in the order of the tasks."""
    for part in parts:
        if part.status != RUN:
            return part
    answers = [part.answers for part in parts if part.answers is not None]
    rankings = [part.rankings for part in parts if part.rankings is not None]
    return replace(
        parts[-1],
        answers=_join_answers(answers) if answers else None,
        rankings=_join_rankings(rankings) if rankings else None,
        constant=float(np.mean([part.constant for part in parts])),
        folds=len(parts),
        train_pairs=round(np.mean([part.train_pairs for part in parts])),
        train_photos=round(np.mean([part.train_photos for part in parts])),
        captioned_photos=round(np.mean([part.captioned_photos for part in parts])),
        seconds=sum(part.seconds for part in parts),
        peak_mb=max(part.peak_mb for part in parts),
        config=parts[0].config,
    )


def _rank(matcher: Matcher, task: Task, gallery: Gallery) -> Rankings:
    queries = task.queries
    scores = grid_of(matcher, gallery, queries, typed=bool(task.language))
    first = np.argsort(-scores, axis=1, kind="stable")[:, :TOP]
    return Rankings(
        text=queries["text"].to_numpy(str),
        caption=queries["caption"].to_numpy(str),
        first=np.array(gallery.names, str)[first],
        scores=np.take_along_axis(scores, first, axis=1),
        per_query=per_query(scores, task.right, np.array(gallery.names), task.grades),
    )


def _join_answers(parts: Sequence[Answers]) -> Answers:
    return Answers(
        *(np.concatenate([vars(part)[name] for part in parts]) for name in Answers.__annotations__)
    )


def _join_rankings(parts: Sequence[Rankings]) -> Rankings:
    width = min(part.first.shape[1] for part in parts)
    return Rankings(
        text=np.concatenate([part.text for part in parts]),
        caption=np.concatenate([part.caption for part in parts]),
        first=np.concatenate([part.first[:, :width] for part in parts]),
        scores=np.concatenate([part.scores[:, :width] for part in parts]),
        per_query=pool([part.per_query for part in parts]),
    )


def settings_of(matcher: Matcher) -> str:
    """Write the matcher's settings as JSON; an encoder stands there as its identity."""
    # A store and logs change no figure, only how long they take.
    settings = matcher.get_params(deep=False)
    for name in ("store", "logs"):
        settings.pop(name, None)
    if settings.get("training", 0) is None:
        # Not given: the way of training that is used then.
        settings["training"] = getattr(matcher, "_training", None)
    return json.dumps({"class": type(matcher).__name__, **settings}, sort_keys=True, default=_plain)


def _plain(value: object) -> object:
    if hasattr(value, "identity"):
        return value.identity
    return vars(value) if hasattr(value, "__dataclass_fields__") else repr(value)
