from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from withsense_tf.data.dataset import Pairs
from withsense_tf.errors import SettingError
from withsense_tf.evaluation.result_rows import row_of
from withsense_tf.evaluation.row_status import MISTAKE, is_broken
from withsense_tf.experiments.compare.dry_run import why_not_run
from withsense_tf.experiments.compare.jobs import Plan, jobs_of
from withsense_tf.experiments.compare.prepare_run import some_photos
from withsense_tf.experiments.compare.run import run_jobs


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


UNMADE = """
from withsense_tf.matchers.constant import Constant


class Keyless(Constant):
    def __init__(self):
        raise RuntimeError("no licence key")


class Nameless(Constant):
    name = property(lambda self: {}["name"])


class Lost(Constant):
    def __init__(self, power=1):
        super().__init__()
"""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Keyless", "failed in __init__: RuntimeError: no licence key (unmade_ones.py, line 7, in __init__)"),
        ("Nameless", "failed: KeyError: 'name' (unmade_ones.py, line 11, in "),
        ("Lost", "failed in get_params: AttributeError: 'Lost' object has no attribute 'power'"),
    ],
)
def test_a_matcher_of_another_package_that_cannot_be_made_is_a_row_that_says_so_and_ends_no_other(
    name: str, words: str, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "unmade_ones.py").write_text(UNMADE, encoding="utf-8")
    models = ({"matcher": f"unmade_ones:{name}"}, {"matcher": "constant"})
    config = replace(plan.config, splits=("folds",), model=models)
    jobs = jobs_of(replace(plan, config=config))
    results = run_jobs(jobs, plan, tmp_path / "out", {}, 1)
    rows = {job.label: row_of(outcome) for job, outcome in results}
    row = rows[f"unmade_ones:{name}"]
    assert is_broken(row)
    assert str(row["status"]).startswith(f"{MISTAKE}unmade_ones:{name} {words}")
    assert rows["constant mean"]["status"] == "ok"
    # What stands for it is nobody's business.
    assert json.loads(str(row["config"])) == {"class": name}
    assert "; unmade_ones " in jobs[0].code
    assert "unmade_ones" in why_not_run(jobs_of(replace(plan, config=config))[0].matcher, plan.around, False)
    monkeypatch.delitem(sys.modules, "unmade_ones")


def test_two_models_of_one_name_are_both_named(plan: Plan) -> None:
    models = ({"matcher": "constant"}, {"matcher": "withsense_tf.matchers.constant:Constant"})
    with pytest.raises(
        SettingError, match=r"called 'constant mean', constant and withsense_tf\S+:Constant: give"
    ):
        jobs_of(replace(plan, config=replace(plan.config, model=models)))
