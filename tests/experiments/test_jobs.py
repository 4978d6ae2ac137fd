from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from withsense_tf.data.dataset import Dataset
from withsense_tf.encoders.store import VectorStore
from withsense_tf.experiments.config import load_config
from withsense_tf.experiments.jobs import Plan, jobs_of, pairs_of
from withsense_tf.experiments.models import Surroundings
from withsense_tf.experiments.run import run_jobs
from withsense_tf.matchers.base import Matcher


@pytest.fixture
def plan(tiny: Dataset, mean_colour, tmp_path: Path) -> Plan:
    changes = ['splits=["folds", "strict"]', "folds=3"]
    config = load_config(None, changes, ["ridge", "closed_form"])
    around = Surroundings((mean_colour,), None, VectorStore(tmp_path / "vectors"), 0)
    return Plan(config, pairs_of(config, tiny), around, "none")


def test_balanced_pairs_are_trained_on_and_not_measured_on(plan: Plan) -> None:
    balanced = replace(plan, config=replace(plan.config, balanced=True))
    for usual, other in zip(jobs_of(plan), jobs_of(balanced), strict=True):
        assert usual.key != other.key
        for before, after in zip(usual.work, other.work, strict=True):
            matches = after.train.table["target"] >= 0.5
            assert matches.mean() == 0.5
            assert len(after.train) != len(before.train)
            assert before.test is not None
            assert after.test is not None
            assert before.test.table.equals(after.test.table)
    assert balanced.target == f"{plan.target}, trained on balanced pairs"


def test_every_photo_is_encoded_before_the_first_training_and_never_again(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (encoder,) = plan.around.photo
    counts: list[int] = []
    fit = Matcher.fit
    monkeypatch.setattr(
        Matcher, "fit", lambda self, pairs: counts.append(encoder.encoded) or fit(self, pairs)
    )
    done = run_jobs(jobs_of(plan), plan, tmp_path, False, 1)
    assert [outcome.status for _, outcome in done] == ["ok"] * 4
    assert len(counts) == 2 * (3 + 1)
    assert set(counts) == {encoder.encoded} == {plan.pairs.table["photo"].nunique()}


@pytest.mark.slow
def test_two_processes_answer_as_one_does(plan: Plan, tmp_path: Path) -> None:
    one, two = (run_jobs(jobs_of(plan), plan, tmp_path / str(n), False, n) for n in (1, 2))
    for (job, here), (other, there) in zip(one, two, strict=True):
        assert job.key == other.key
        assert here.answers is not None
        assert there.answers is not None
        assert list(here.answers.photo) == list(there.answers.photo)
        assert here.answers.predicted == pytest.approx(there.answers.predicted, abs=1e-5)
        assert (tmp_path / f"2/outcomes/{job.key}.npz").is_file()
