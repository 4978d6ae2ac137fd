from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from withsense_tf.data.dataset import Dataset
from withsense_tf.encoders.photos.photo_keras import KerasPhoto
from withsense_tf.errors import SettingError
from withsense_tf.evaluation.protocol import tasks
from withsense_tf.evaluation.regression_gate import Base
from withsense_tf.experiments.compare.against import asked_rows, check_comparable, measured_of
from withsense_tf.experiments.compare.jobs import Job
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.concat.concat_linear import ConcatLinear
from withsense_tf.matchers.constant import Constant
from withsense_tf.targets.blend import relevance

HERE = {"fingerprint": "abc", "policy": "law 1", "target": "experts"}
MODELS = [
    {"matcher": "constant"},
    {"matcher": "concat_linear", "kind": "ridge"},
    {"matcher": "two_tower", "label": "mine"},
]


def base_of(measured_on: dict[str, str] | None = None, **changes: Any) -> Base:
    rows = [
        {"matcher": label, "split": split, "status": "ok", "folds": 3, "pairs": 18} | HERE | changes
        for label in ("constant mean", "concat ridge", "mine")
        for split in ("folds", "70/30")
    ]
    rows = [{**row, "folds": 1} if row["split"] != "folds" else row for row in rows]
    return Base(Path("base.json"), rows, MODELS, measured_on or {})


@pytest.fixture
def jobs(tiny: Dataset) -> list[Job]:
    return jobs_of(tiny)


def jobs_of(data: Dataset, seed: int = 0, matcher: Matcher | None = None) -> list[Job]:
    work = tasks(relevance(data, crowd=None), "folds", 3, seed)
    return [
        Job(
            "constant mean", "folds", matcher or Constant(), lambda number: Constant(), work, {"code": "code"}
        )
    ]


def test_a_base_of_the_same_data_and_folds_is_comparable(jobs: list[Job]) -> None:
    check_comparable(base_of(measured_of(jobs)), jobs, **HERE, seed="0")


@pytest.mark.closed
def test_a_base_of_other_folds_is_not_compared_and_both_seeds_are_named(
    jobs: list[Job], tiny: Dataset
) -> None:
    other = base_of(measured_of(jobs_of(tiny, seed=1)), seed=1)
    with pytest.raises(SettingError, match=r"cannot be compared .*\(seed 1 there, 0 here\).*same settings"):
        check_comparable(other, jobs, **HERE, seed="0")


@pytest.mark.closed
def test_a_base_of_another_seed_is_not_compared_where_nothing_was_divided_by_it(tiny: Dataset) -> None:
    work = tasks(relevance(tiny, crowd=None), "test", 3, 0)
    jobs = [Job("constant mean", "test", Constant(), lambda number: Constant(), work, {"code": "code"})]
    row = {"matcher": "constant mean", "split": "test", "status": "ok", "seed": 1} | HERE
    base = Base(Path("base.json"), [row], (), measured_of(jobs))
    check_comparable(base, jobs, **HERE, seed="1")
    with pytest.raises(SettingError, match=r"cannot be compared .*\(seed 1 there, 0 here\)"):
        check_comparable(base, jobs, **HERE, seed="0")


@pytest.mark.closed
def test_a_base_that_does_not_say_what_it_was_measured_on_is_not_compared(jobs: list[Job]) -> None:
    with pytest.raises(SettingError, match="does not say which photos, pairs and queries folds was measured"):
        check_comparable(base_of(), jobs, **HERE, seed="0")
    old = Base(Path("old.json"), [{"matcher": "constant mean", "split": "folds"}], (), measured_of(jobs))
    with pytest.raises(SettingError, match="data not said there, abc here"):
        check_comparable(old, jobs, **HERE)


@pytest.mark.closed
def test_other_pairs_in_the_same_number_are_not_compared(jobs: list[Job]) -> None:
    with pytest.raises(SettingError, match="other photos, pairs or queries of folds"):
        check_comparable(base_of({"folds": "of another day"}), jobs, **HERE, seed="0")


@pytest.mark.closed
def test_a_base_with_no_model_of_this_run_is_refused_before_the_work(jobs: list[Job]) -> None:
    new = Job("new", "folds", Constant(), lambda number: Constant(), jobs[0].work, {"code": "code"})
    with pytest.raises(
        SettingError, match=r"no row of new \(folds\), so .* It has constant mean \(folds, 70/30\), concat"
    ):
        check_comparable(base_of(measured_of(jobs)), [new], **HERE)


def test_a_new_model_beside_one_that_the_base_has_is_no_error(jobs: list[Job]) -> None:
    new = Job("new", "folds", Constant(), lambda number: Constant(), jobs[0].work, {"code": "code"})
    check_comparable(base_of(measured_of(jobs)), [*jobs, new], **HERE)


@pytest.mark.closed
def test_random_weights_are_not_held_against_trained_ones(tiny: Dataset) -> None:
    ridge = ConcatLinear("ridge", photo=KerasPhoto("mobilenet_v2", "random", seed=3))
    jobs = jobs_of(tiny, matcher=ridge)
    check_comparable(base_of(measured_of(jobs), weights="random (seed 3)"), jobs, **HERE)
    for there in ("imagenet", "random (seed 4)"):
        with pytest.raises(SettingError, match=rf"{re.escape(there)} there, random \(seed 3\) here"):
            check_comparable(base_of(measured_of(jobs), weights=there), jobs, **HERE)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fingerprint": "xyz"}, "data xyz there, abc here"),
        ({"policy": "none"}, "policy none there, law 1 here"),
        ({"target": "crowd"}, "target crowd there, experts here"),
        ({"folds": 10}, "10 folds there, 3 here"),
        ({"pairs": 99}, "99 pairs there, 18 here"),
        ({"split": "strict"}, "splits strict there, folds here"),
    ],
)
def test_a_base_with_other_settings_is_refused_and_they_are_named(
    changes: dict[str, Any], said: str, jobs: list[Job]
) -> None:
    with pytest.raises(SettingError, match=rf"base\.json: its figures cannot be compared .*\({said}\)"):
        check_comparable(base_of(**changes), jobs, **HERE)


def test_all_models_are_asked_for_where_none_is_named(jobs: list[Job]) -> None:
    rows, said = asked_rows(base_of(), [], jobs)
    assert {row["matcher"] for row in rows} == {"constant mean", "concat ridge", "mine"}
    assert said == "Not compared with the base: 3 rows of splits that are not run."


def test_rows_of_models_that_are_not_named_are_left_out_and_counted(jobs: list[Job]) -> None:
    rows, said = asked_rows(base_of(), ["constant"], jobs)
    assert [(row["matcher"], row["split"]) for row in rows] == [("constant mean", "folds")]
    assert said.startswith(
        "Not compared with the base: 4 rows of models that --models does not name, 1 row of"
    )


@pytest.mark.parametrize("name", ["ridge", "concat_linear", "concat ridge"])
def test_a_model_that_is_named_and_has_no_job_is_still_asked_for(name: str, jobs: list[Job]) -> None:
    rows, _ = asked_rows(base_of(), ["constant", name], jobs)
    assert [row["matcher"] for row in rows] == ["constant mean", "concat ridge"]


def test_a_base_without_anything_that_is_asked_for_is_refused(jobs: list[Job]) -> None:
    none = Base(Path("base.json"), [{"matcher": "other", "split": "folds"}], [{"matcher": "hybrid"}])
    with pytest.raises(SettingError, match="no figures of the models and splits"):
        asked_rows(none, ["constant"], jobs)
