from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module, invalidate_caches
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from withsense_tf.data.folder.load import load_dataset
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.texts.text_minilm import MiniLM
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import PublishedTestWarning, WeightsMissingError
from withsense_tf.evaluation.outcome import Outcome, outcome_file
from withsense_tf.experiments.compare import run
from withsense_tf.experiments.compare.config import load_config
from withsense_tf.experiments.compare.dry_run import why_not_run
from withsense_tf.experiments.compare.jobs import Plan, jobs_of, pairs_of
from withsense_tf.experiments.compare.run import Piece, finished_outcomes, run_jobs
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.concat.concat_linear import ConcatLinear
from withsense_tf.matchers.registry import Surroundings


@pytest.mark.closed
def test_what_was_kept_of_one_job_is_not_taken_for_anothers(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run_jobs(jobs_of(plan), plan, tmp_path, {}, 1)
    one, other = (outcome_file(tmp_path, job.key) for job, _ in first[:2])
    one.rename(tmp_path / "kept")
    other.rename(one)
    (tmp_path / "kept").rename(other)
    again = run_jobs(jobs_of(plan), plan, tmp_path, finished_outcomes(jobs_of(plan), tmp_path), 1)
    for (_, before), (_, after) in zip(first, again, strict=True):
        assert (after.label, after.split, after.config) == (before.label, before.split, before.config)
        assert before.answers is not None
        assert after.answers is not None
        np.testing.assert_array_equal(after.answers.prediction, before.answers.prediction)


@pytest.mark.closed
def test_where_no_row_is_taken_over_it_is_said_why(
    plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def why(other: Plan) -> str:
        assert finished_outcomes(jobs_of(other), tmp_path) == {}
        return capsys.readouterr().err

    few = replace(plan, config=replace(plan.config, splits=("folds",)))
    assert f"{tmp_path / 'outcomes'} has no whole row of these models and splits that was run" in why(few)
    run_jobs(jobs_of(few), few, tmp_path, {}, 1)
    assert "0 of 2 rows are taken over from an earlier run: seed 0 there, 1 here." in why(
        replace(few, around=replace(few.around, seed=1))
    )
    (name,) = {job.code for job in jobs_of(few)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("withsense_tf.evaluation.matcher_code.code_of", lambda _: "withsense_tf 1.0")
        assert f"run: code {name} there, withsense_tf 1.0 here." in why(few)
    towers = {"matcher": "closed_form", "gammas": [0.5]}
    config = replace(few.config, model=(towers,))
    assert "run: other settings." in why(replace(few, config=config))


REVERSED = """
from withsense_tf.matchers.constant import Constant


class Own(Constant):
    def _score(self, pairs):
        return {sign}super()._score(pairs) + {shift}
"""


@pytest.mark.parametrize("readable", [True, False])
def test_a_row_of_another_packages_matcher_is_taken_over_only_while_its_code_stays_and_is_known(
    plan: Plan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    readable: bool,
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(str(tmp_path))
    own = replace(
        plan, config=replace(plan.config, splits=("folds",), model=({"matcher": "own_matcher:Own"},))
    )

    def mean(sign: str, shift: str) -> float:
        (tmp_path / "own_matcher.py").write_text(REVERSED.format(sign=sign, shift=shift), encoding="utf-8")
        monkeypatch.delitem(sys.modules, "own_matcher", raising=False)
        invalidate_caches()
        if not readable:
            monkeypatch.setattr(import_module("own_matcher"), "__file__", "gone.py")
        jobs, out = jobs_of(own), tmp_path / "out"
        ((_, outcome),) = run_jobs(jobs, own, out, finished_outcomes(jobs, out), 1)
        assert outcome.answers is not None
        return float(outcome.answers.prediction.mean())

    first = mean("", "0")
    assert mean("", "0") == first
    assert ("1 of 1 rows are taken over" in capsys.readouterr().err) == readable
    assert mean("-", "1") == pytest.approx(1 - first)
    said = capsys.readouterr().err
    assert "0 of 1 rows are taken over from an earlier run" in said
    assert ("code withsense_tf " in said) == readable
    assert ("code of another package cannot be read: constant mean" in said) != readable
    monkeypatch.delitem(sys.modules, "own_matcher")


BROKEN_TWICE = """
from withsense_tf.matchers.constant import Constant


class Typo(Constant):
    def _score(self, pairs):
        return pairs.table["txet"]


class Unprepared(Typo):
    def prepare(self, content, paths, texts):
        raise ValueError("no room")
"""


@pytest.mark.parametrize("processes", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_one_broken_matcher_of_another_package_costs_its_own_rows_alone(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "broken_ones.py").write_text(BROKEN_TWICE, encoding="utf-8")
    names = ("broken_ones:Typo", "broken_ones:Unprepared", "constant")
    models = tuple({"matcher": name, "label": name} for name in names)
    own = replace(plan, config=replace(plan.config, splits=("folds",), model=models))
    results = run_jobs(jobs_of(own), own, tmp_path / "out", {}, processes)
    assert ["KeyError: 'txet' (broken_ones.py, line 7, in _score)" in one.status for _, one in results] == [
        True,
        True,
        False,
    ]
    assert results[-1][1].status == "ok"
    monkeypatch.delitem(sys.modules, "broken_ones")


def test_every_photo_is_encoded_before_the_first_training_and_never_again(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (encoder,) = plan.around.photo
    counts: list[int] = []
    fit = Matcher.fit
    monkeypatch.setattr(
        Matcher, "fit", lambda self, pairs: counts.append(encoder.encoded) or fit(self, pairs)
    )
    done = run_jobs(jobs_of(plan), plan, tmp_path, {}, 1)
    assert [outcome.status for _, outcome in done] == ["ok"] * 4
    assert len(counts) == 2 * (3 + 1)
    assert set(counts) == {encoder.encoded} == {plan.pairs.table["photo"].nunique()}


class NotingSteps:
    """It notes what a bar would show."""

    def __init__(self, named: list[str]) -> None:
        self.named = named

    def __call__(self, what: str, count: int = 1) -> None:
        self.named.append(what)

    def rename(self, what: str) -> None:
        self.named.append(what)


def test_what_is_named_beside_the_time_left_is_the_training_that_runs(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named: list[str] = []
    trained: list[str] = []

    @contextmanager
    def steps(total: int, unit: str, even: bool = True) -> Iterator[NotingSteps]:
        assert not even  # one training takes seconds and another minutes
        yield NotingSteps(named)

    monkeypatch.setattr(run, "steps", steps)
    answer_task = run.answer_task

    def note(label: str, split: str, *rest: Any) -> Outcome:
        trained.append(f"{label}, {split}")
        assert named[-1] == trained[-1]
        return answer_task(label, split, *rest)

    monkeypatch.setattr(run, "answer_task", note)
    run_jobs(jobs_of(plan), plan, tmp_path, {}, 1)
    assert "two towers, closed form, folds (solving)" in named
    assert [one for one in named if not one.endswith(")")] == [
        "starting",
        *(words for one in trained for words in (one, f"done: {one}")),
    ]


def test_of_several_processes_all_that_are_at_work_are_named(plan: Plan) -> None:
    named: list[str] = []
    jobs = [replace(job, label=label) for job, label in zip(jobs_of(plan) * 3, "abc", strict=False)]
    pieces = [Piece(at, 0) for at in range(3)]
    at_work = run._AtWork(jobs, NotingSteps(named))
    for piece in pieces:
        at_work.begin(piece)
    at_work.begin(pieces[0], "epoch 2 of at most 30")
    at_work.end(pieces[0])
    first, second, third = (f"{job.label}, {job.split}" for job in jobs)
    assert named == [
        "starting",
        first,
        f"{first}; {second}",
        f"{first}; {second} and 1 more",
        f"{first} (epoch 2 of at most 30); {second} and 1 more",
        f"{second}; {third}",
    ]


def test_a_matcher_that_does_not_read_a_language_is_trained_for_it_once_alone(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = sorted(set(plan.pairs.table["photo"]))
    table = pd.DataFrame({"image": photos, "russian": "муравей", "english": "ant"})
    config = replace(plan.config, splits=("russian", "english"))
    asked = replace(plan, config=config, typed_queries=table)
    fitted: list[str] = []
    fit = ConcatLinear.fit
    monkeypatch.setattr(ConcatLinear, "fit", lambda self, pairs: fitted.append("") or fit(self, pairs))
    done = run_jobs(jobs_of(asked), asked, tmp_path, {}, 1)
    status = {(job.label, job.split): outcome.status for job, outcome in done}
    assert status["concat ridge", "russian"] == "not run: its text encoder reads English, and no Russian"
    assert status["concat ridge", "english"] == "ok"
    assert len(fitted) == 1 + 3


def test_one_process_makes_what_towers_share_while_others_train_what_needs_none(plan: Plan) -> None:
    jobs = jobs_of(plan)
    pieces = [run.Piece(at, number) for at, job in enumerate(jobs) for number in range(len(job.work))]
    order = run._in_turn(jobs, pieces)
    assert sorted(order) == pieces
    labels = [jobs[piece.job].label for piece in order]
    assert labels == ["two towers, closed form", *["concat ridge"] * 4, *["two towers, closed form"] * 3]


@pytest.mark.slow
def test_two_processes_answer_as_one_does_and_a_warning_is_shown_once_however_many_trainings(
    folder: Path, mean_colour: PhotoEncoder, tmp_path: Path
) -> None:
    # A photo of Flickr8k's test split in each fold.
    published = ["1056338697_4f7d7ce270.jpg", "106490881_5a2dd9b7bd.jpg", "1082379191_ec1e53f996.jpg"]
    for old, new in zip(("ant.jpg", "bee.jpg", "cat.jpg"), published, strict=True):
        for file in folder.glob("*.?sv"):
            file.write_text(file.read_text().replace(old, new))
        (folder / "train_images" / old).rename(folder / "train_images" / new)
    config = load_config(None, ['splits=["folds", "strict"]', "folds=3"], ["ridge", "closed_form"])
    around = Surroundings((mean_colour,), None, VectorStore(tmp_path / "vectors"), 0)
    plan = Plan(config, pairs_of(config, load_dataset(folder)), around, "none")
    done = []
    for processes in (1, 2):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("default")
            done.append(run_jobs(jobs_of(plan), plan, tmp_path / str(processes), {}, processes))
        assert [one.category for one in caught] == [PublishedTestWarning]
    for (job, here), (other, there) in zip(*done, strict=True):
        assert job.key == other.key
        assert here.answers is not None
        assert there.answers is not None
        assert list(here.answers.photo) == list(there.answers.photo)
        assert here.answers.prediction == pytest.approx(there.answers.prediction, abs=1e-5)
        assert (tmp_path / f"2/outcomes/{job.key}.npz").is_file()


def test_a_model_whose_text_encoder_is_not_here_is_not_run_and_encodes_no_photo(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MiniLM, "PACKAGE", "no-such-package")
    model = {"matcher": "concat_linear", "kind": "ridge", "text": "minilm"}
    plan = replace(plan, config=replace(plan.config, model=(model,), splits=("folds",)))
    monkeypatch.setattr(ConcatLinear, "prepare", lambda *_: pytest.fail("it encodes photos"))
    ((_, outcome),) = run_jobs(jobs_of(plan), plan, tmp_path, {}, 1)
    assert outcome.status.startswith(
        "not run: weights not available: The weights come with the package no-such"
    )
    assert why_not_run(jobs_of(plan)[0].matcher, plan.around, False) == outcome.status


def test_without_the_weights_that_all_models_share_nothing_is_run(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(self: PhotoEncoder, pixels: np.ndarray) -> np.ndarray:
        raise WeightsMissingError("no such preset")

    monkeypatch.setattr(type(plan.around.photo[0]), "forward", missing)
    with pytest.raises(WeightsMissingError, match="no such preset"):
        run_jobs(jobs_of(plan), plan, tmp_path, {}, 1)
    assert not (tmp_path / "outcomes").exists()
