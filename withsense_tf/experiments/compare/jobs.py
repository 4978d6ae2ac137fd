"""A configuration and the data -> a list of jobs: every model under every split, each under a key of its own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pandas as pd

from withsense_tf.common.code_version import complaint
from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.encoders.weights.preset_cache import no_downloads
from withsense_tf.errors import ForeignError, SettingError, WeightsMissingError, WithSenseError
from withsense_tf.evaluation.answer_key import description_of
from withsense_tf.evaluation.answering import settings_of
from withsense_tf.evaluation.matcher_code import matcher_code
from withsense_tf.evaluation.protocol import SPLITS, WHAT_IS_MISSING, Task, measured_on, tasks
from withsense_tf.evaluation.row_status import BASELINE
from withsense_tf.experiments.compare.config import Config
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.registry import MATCHERS, Surroundings, make_matcher
from withsense_tf.matchers.setting_types import check_settings_of
from withsense_tf.targets.blend import relevance
from withsense_tf.targets.which_target import equal_caption_pairs, measured_by_captions

# What is to be done where a preset is not on this machine.
FETCH: Final = (
    "--download fetches it, with make ARGS=--download; it is none of the networks of `withsense weights get`"
)


@dataclass(frozen=True, eq=False)
class Job:
    """One model under one split."""

    label: str
    split: str
    matcher: Matcher  # as `make` makes it, for what can be asked of it unfitted
    make: Callable[[int], Matcher]
    work: Sequence[Task]
    made_of: Mapping[str, Any]  # all that its outcome depends on, as JSON has it

    @property
    def code(self) -> str:
        """Return this package's version, and that of what others add to it."""
        return str(self.made_of["code"])

    @cached_property
    def key(self) -> str:
        """Return the key under which its outcome is kept."""
        return hashlib.sha256(json.dumps(self.made_of, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, eq=False)
class Plan:
    """All that the jobs follow from, in this process and in others; `policy` names the law for rows."""

    config: Config
    pairs: Pairs
    around: Surroundings
    policy: str
    download: bool = False
    quick: bool = False  # a smoke run, whose figures say little
    sample: bool = False  # its pairs are those of some photos of a folder
    typed_queries: pd.DataFrame | None = None  # of splits that are languages

    @property
    def target(self) -> str:
        """Name the target that matchers learn."""
        return self.pairs.definition + (", trained on balanced pairs" if self.config.balanced else "")

    def downloads(self) -> AbstractContextManager[None]:
        """Within the block, presets that are not on this machine are fetched only if that was asked for."""
        return nullcontext() if self.download else no_downloads(FETCH)


def pairs_of(config: Config, data: Dataset, seed: int = 0) -> Pairs:
    """Turn judgements into targets as the configuration says; where nobody judged, captions (`which_target`)."""
    if measured_by_captions(data):
        return equal_caption_pairs(data, seed)
    return relevance(
        data,
        expert=None if config.expert == "none" else config.expert,
        crowd=None if config.crowd == "none" else config.crowd,
        expert_weight=config.expert_weight,
        own_weight=config.own_weight,
    )


def label_models(config: Config, around: Surroundings) -> list[tuple[str, Mapping[str, Any], Matcher]]:
    """Make every model once, which checks its settings; return its label, its table and its matcher."""
    models: dict[str, tuple[str, Mapping[str, Any], Matcher]] = {}
    for model in config.model:
        first = _make_or_tell(model, around)
        label = str(model.get("label", first.name))
        if label in models:
            raise SettingError(
                f"Two models are called {label!r}, {models[label][1]['matcher']} and {model['matcher']}: give one of "
                "them a `label` of its own, or a class of yours another `name`."
            )
        models[label] = (label, model, first)
    return list(models.values())


class Unmade(Matcher):
    """It stands for a matcher of another package that cannot be made: its row says which one, and why."""

    track, name = BASELINE, ""

    def __init__(self, model: Mapping[str, Any], kind: type[Matcher], why: str) -> None:
        self.model, self.kind, self.why = model, kind, why
        self.name = str(model["matcher"])

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002  # as scikit-learn has it
        """Return the class and the settings that it would have."""
        settings = {key: one for key, one in self.model.items() if key not in ("matcher", "label")}
        return {**settings, "class": self.kind.__name__}

    def _fit(self, _: Pairs) -> None:
        raise ForeignError(self.why)


def _make_or_tell(model: Mapping[str, Any], around: Surroundings, label: str = "") -> Matcher:
    kind = MATCHERS.load(str(model["matcher"]))
    try:
        matcher = make_matcher(model, around, label)
        _ = matcher.name, matcher.track, settings_of(matcher)
        return matcher
    except (Exception, SystemExit) as error:
        why = complaint(error, kind)
        # A setting that cannot be is a mistake of who asks.
        if not why or isinstance(error, WithSenseError):
            raise
        return Unmade(model, kind, why)


def lack_of_weights(matcher: Matcher) -> WeightsMissingError | None:
    """Return what says that weights of a matcher's encoders are not here; any other mistake is told where it is met."""
    try:
        check_settings_of(matcher)
    except WeightsMissingError as error:
        return error
    except Exception:
        return None
    return None


def jobs_of(plan: Plan) -> list[Job]:
    """List what is to be run; every model is made once now, so that a wrong setting is an error now."""
    config, pairs, around = plan.config, plan.pairs, plan.around
    work = {
        split: tasks(pairs, split, config.folds, around.seed, plan.typed_queries)
        for split in SPLITS
        if split in config.splits
    }
    if config.balanced:
        work = {
            split: [task.balance_training(around.seed) for task in parts] for split, parts in work.items()
        }
    # A smoke run has the data of a whole one and fewer of its pairs; a target may differ in less than its name says.
    names = {split: measured_on(parts) for split, parts in work.items()}
    jobs = []
    for label, model, first in label_models(config, around):
        code = matcher_code(first)
        for split, parts in work.items():
            if not parts:
                continue  # `left_out` says why

            def make(number: int, model: Any = model, label: str = label, split: str = split) -> Matcher:
                return _make_or_tell(model, around, f"{label} {split.replace('/', '-')} {number}")

            made_of = {
                "label": label,
                "split": split,
                "folds": config.folds,
                "seed": around.seed,
                "measured_on": names[split],
                "settings": settings_of(first),
                "about": description_of(first),
                "target": plan.target,
                "data": pairs.data.fingerprint,
                "policy": plan.policy,
                "code": code,
            }
            jobs.append(Job(label, split, first, make, parts, made_of))
    return jobs


def left_out(plan: Plan, jobs: Sequence[Job]) -> tuple[str, ...]:
    """Say of each split that the configuration names and that no job has, what it needs and is not there."""
    there = {job.split for job in jobs}
    return tuple(
        f"The split {split} was left out: {what}."
        for split, what in WHAT_IS_MISSING.items()
        if split in plan.config.splits and split not in there
    )
