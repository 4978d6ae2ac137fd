from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from withsense_tf.data.dataset import Dataset
from withsense_tf.errors import SettingError
from withsense_tf.evaluation.protocol import tasks
from withsense_tf.evaluation.regress import Base
from withsense_tf.experiments.against import asked_for, check_comparable
from withsense_tf.experiments.jobs import Job
from withsense_tf.matchers.constant import Constant
from withsense_tf.relevance import relevance

HERE = {"fingerprint": "abc", "policy": "law 1", "target": "experts"}
MODELS = [
    {"matcher": "constant"},
    {"matcher": "concat_linear", "kind": "ridge"},
    {"matcher": "two_tower", "label": "mine"},
]


def base_of(**changes: Any) -> Base:
    rows = [
        {"matcher": label, "split": split, "status": "ok", "folds": 3, "pairs": 18} | HERE | changes
        for label in ("constant mean", "concat ridge", "mine")
        for split in ("folds", "70/30")
    ]
    return Base(
        Path("base.json"), [{**row, "folds": 1} if row["split"] != "folds" else row for row in rows], MODELS
    )


@pytest.fixture
def jobs(tiny: Dataset) -> list[Job]:
    work = tasks(relevance(tiny, crowd=None), "folds", 3, 0)
    return [Job("constant mean", "folds", Constant(), lambda number: Constant(), work, "key")]


def test_a_base_of_the_same_data_and_folds_is_comparable(jobs: list[Job]) -> None:
    check_comparable(base_of(), jobs, **HERE)
    check_comparable(Base(Path("old.json"), [{"matcher": "constant mean", "split": "folds"}]), jobs, **HERE)


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
    rows, said = asked_for(base_of(), [], jobs)
    assert {row["matcher"] for row in rows} == {"constant mean", "concat ridge", "mine"}
    assert said == "Not compared with the base: 3 rows of splits that are not run."


def test_rows_of_models_that_are_not_named_are_left_out_and_counted(jobs: list[Job]) -> None:
    rows, said = asked_for(base_of(), ["constant"], jobs)
    assert [(row["matcher"], row["split"]) for row in rows] == [("constant mean", "folds")]
    assert said.startswith(
        "Not compared with the base: 4 rows of models that --models does not name, 1 row of"
    )


@pytest.mark.parametrize("name", ["ridge", "concat_linear", "concat ridge"])
def test_a_model_that_is_named_and_has_no_job_is_still_asked_for(name: str, jobs: list[Job]) -> None:
    rows, _ = asked_for(base_of(), ["constant", name], jobs)
    assert [row["matcher"] for row in rows] == ["constant mean", "concat ridge"]


def test_a_base_without_anything_that_is_asked_for_is_refused(jobs: list[Job]) -> None:
    none = Base(Path("base.json"), [{"matcher": "other", "split": "folds"}], [{"matcher": "hybrid"}])
    with pytest.raises(SettingError, match="no figures of the models and splits"):
        asked_for(none, ["constant"], jobs)
