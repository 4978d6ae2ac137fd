from __future__ import annotations

import json
from pathlib import Path

import pytest
from table_of_runs import CLIP, HYBRID, TOWERS, Write

from withsense_tf.app.page.messages import in_russian
from withsense_tf.encoders.make_encoder import USUAL_QUALITY
from withsense_tf.experiments.runs.run_changes import USUAL, Changes, changes_between
from withsense_tf.experiments.runs.stored_runs import read_run

BETTER = TOWERS | {"rmse": 0.17, "r@5": 0.9, "r@5_low": 0.86, "r@5_high": 0.94}


def changes(before: Path, after: Path) -> Changes:
    return changes_between(*(read_run(folder / "results.json") for folder in (before, after)))


def test_each_figure_that_changed_is_told_with_whether_its_intervals_touch(store_run: Write) -> None:
    told = changes(
        store_run("1-a", TOWERS, HYBRID, CLIP), store_run("2-b", BETTER, CLIP | {"status": "ok", "rmse": 0.2})
    )
    assert [(one.matcher, one.measure, one.apart) for one in told.figures] == [
        ("towers", "rmse", None),
        ("towers", "r@5", True),
    ]
    assert told.as_text().splitlines() == [
        "1-a -> 2-b",
        "towers (folds): rmse 0.180 -> 0.170 (-0.010); r@5 80.0 -> 90.0 (+10.0, intervals apart)",
        "hybrid (folds): only in 1-a",
        "clip (folds): not run: weights not available -> ok",
    ]
    assert told.as_dict()["comparable"] is True


def test_many_rows_that_only_one_run_has_are_one_line_a_run(store_run: Write) -> None:
    more = [TOWERS | {"matcher": name} for name in "abcdefghij"]
    now = [TOWERS | {"matcher": name} for name in "xy"]
    told = changes(store_run("1-a", TOWERS, *more), store_run("2-b", TOWERS, *now))
    assert told.as_text().splitlines() == [
        "1-a -> 2-b",
        "10 rows only in 1-a: a (folds), b (folds), c (folds) and 7 more",
        "x (folds): only in 2-b",
        "y (folds): only in 2-b",
    ]
    assert len(told.as_dict()["only"]) == 12
    russian = [in_russian(line) for line in told.only_in_short]
    assert russian[0] == "Только в 1-a (10 строк): a (folds), b (folds), c (folds) и ещё 7"


def test_settings_that_differ_come_first(store_run: Write) -> None:
    wide = {"config": json.dumps({"class": "TwoTower", "dim": 256})}
    narrow = {"config": json.dumps({"class": "TwoTower", "dim": 64})}
    asked = {"name": "default", "quality": "", "folds": 10, "splits": ["folds", "strict"], "model": []}
    fewer = {"name": "mine", "quality": "fast", "folds": 3, "splits": ["folds"]}
    text = changes(
        store_run("1-a", TOWERS | wide, config=asked),
        store_run("2-b", BETTER | narrow, config=asked | fewer),
    ).as_text()
    assert text.splitlines()[:2] == [
        "1-a -> 2-b",
        "Settings that differ: quality was not set (which is good), is now fast; "
        "folds was 10, is now 3; splits was folds + strict, is now folds; towers: dim was 256, is now 64.",
    ]


def test_what_is_told_of_a_setting_that_is_not_set_is_what_it_then_is() -> None:
    assert USUAL == {"quality": USUAL_QUALITY}


def test_a_run_has_not_changed_from_itself(store_run: Write) -> None:
    folder = store_run("1-a", TOWERS, CLIP)
    assert changes(folder, folder).as_text() == "1-a -> 1-a\nNo figure differs."


def test_copies_of_results_and_folders_of_one_name_are_told_apart(store_run: Write, tmp_path: Path) -> None:
    run = store_run("1-a", TOWERS)
    files = [
        tmp_path / name for name in ("base1.json", "base2.json", "x/own/results.json", "y/own/results.json")
    ]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes((run / "results.json").read_bytes())
    runs = [read_run(file) for file in files]
    assert changes_between(*runs[:2]).as_text().splitlines()[0] == "base1.json -> base2.json"
    assert changes_between(*runs[2:]).as_text().splitlines()[0] == f"{files[2]} -> {files[3]}"


def test_seconds_are_no_change_of_quality_and_nothing_changed_by_minus_nothing(store_run: Write) -> None:
    slow, quick = TOWERS | {"seconds": 3.24}, TOWERS | {"seconds": 3.01}
    told = changes(store_run("1-a", slow), store_run("2-b", quick))
    assert told.same_quality
    assert [one.measure for one in told.effort] == ["seconds"]
    assert told.as_text().splitlines() == [
        "1-a -> 2-b",
        "No figure of quality differs, only the seconds.",
        "towers (folds): seconds 3.2 -> 3.0 (-0.2)",
    ]
    assert not changes(store_run("3-c", slow), store_run("4-d", BETTER | {"seconds": 3.01})).same_quality
    same = changes(store_run("5-e", quick), store_run("6-f", TOWERS | {"seconds": 3.014}))
    assert same.as_text().splitlines() == ["5-e -> 6-f", "No figure differs."]


def test_what_fell_by_less_than_is_shown_did_not_rise_and_what_reads_the_same_is_no_change(
    store_run: Write,
) -> None:
    before, after = {"rmse": 0.21753, "skill": -0.3041}, {"rmse": 0.21709, "skill": -0.3042}
    text = changes(store_run("1-a", TOWERS | before), store_run("2-b", TOWERS | after)).as_text()
    assert text.splitlines()[1:] == ["towers (folds): rmse 0.218 -> 0.217 (-0.0004)"]


@pytest.mark.closed
@pytest.mark.parametrize(
    ("now", "more", "why"),
    [
        ({"fingerprint": "f2"}, {}, "data f1 there, f2 here"),
        ({"policy": "none"}, {}, "policy law 1 there, none here"),
        ({"seed": None}, {}, "seed 0 there, not said here"),
        ({}, {"measured_on": {"folds": "m2"}}, "other photos, pairs or queries of folds"),
        ({}, {"measured_on": {}}, "other photos, pairs or queries of folds"),
    ],
)
def test_runs_of_two_worlds_are_said_to_be_so(
    store_run: Write, now: dict[str, str], more: dict[str, object], why: str
) -> None:
    told = changes(store_run("1-a", TOWERS), store_run("2-b", BETTER | now, **more))
    assert f"Not to be compared: {why}" in told.as_text()
    assert "r@5 80.0 there, 90.0 here" in told.as_text()
    assert told.as_dict()["comparable"] is False
