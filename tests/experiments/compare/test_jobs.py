from __future__ import annotations

from dataclasses import replace

import pytest

from withsense_tf.data.dataset import Pairs
from withsense_tf.experiments.compare.jobs import Plan, jobs_of
from withsense_tf.experiments.compare.prepare_run import some_photos


@pytest.mark.closed
def test_jobs_of_fewer_pairs_or_of_another_target_of_the_same_name_have_other_keys(plan: Plan) -> None:
    usual = {job.key for job in jobs_of(plan)}
    assert usual == {job.key for job in jobs_of(plan)}
    fewer = replace(plan, pairs=some_photos(plan.pairs, 4, 0))
    assert usual.isdisjoint(job.key for job in jobs_of(fewer))
    nearly = plan.pairs.table.assign(target=plan.pairs.target * (1 - 1e-7))
    other = replace(plan, pairs=Pairs(plan.pairs.data, nearly, plan.pairs.definition))
    assert usual.isdisjoint(job.key for job in jobs_of(other))


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
            # Skill is over the constant of a world in which few pairs match.
            assert after.constant == before.constant == before.train.target.mean()
    assert balanced.target == f"{plan.target}, trained on balanced pairs"
