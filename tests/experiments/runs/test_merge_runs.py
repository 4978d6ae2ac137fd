from __future__ import annotations

import json
from pathlib import Path

import pytest
from run_command import run_main
from table_of_runs import CLIP, HYBRID, TOWERS, Write

from withsense_tf.errors import SettingError
from withsense_tf.evaluation.regression_gate import load_base
from withsense_tf.experiments.compare import run_command as compare
from withsense_tf.experiments.runs.merge_runs import EFFORT, NO_MARKS, Merged, merge_runs, write_merged
from withsense_tf.experiments.runs.stored_runs import find_run, read_run


def merged(*folders: Path) -> Merged:
    return merge_runs([read_run(folder / "results.json") for folder in folders])


def test_rows_of_several_machines_stand_in_one_run_by_their_names(store_run: Write, tmp_path: Path) -> None:
    one = store_run("1-a", TOWERS, CLIP, photos=["1b", "2c"])
    more = {"machine": "two", "photos": ["0a", "1b"]}
    other = store_run("2-b", CLIP | {"status": "ok", "rmse": 0.2}, HYBRID, out="there", **more)
    both = merged(one, other)
    assert [(row["matcher"], row["status"]) for row in both.comparison] == [
        ("towers", "ok"),
        ("clip", "ok"),
        ("hybrid", "ok"),
    ]
    assert both.machine == "one; two"
    assert both.comparison.notes == ("A note.", NO_MARKS, EFFORT)
    file = write_merged(tmp_path / "both", both)
    base = load_base(file)
    assert (len(base.rows), base.measured_on, base.photos) == (3, {"folds": "m1"}, ["0a", "1b", "2c"])
    assert len((tmp_path / "both/results.csv").read_text().splitlines()) == 4
    assert "| hybrid |" in (tmp_path / "both/results.md").read_text()
    with pytest.raises(SettingError, match="it is there already"):
        write_merged(tmp_path / "both", both)


def test_a_row_that_two_have_is_the_first_ones_and_what_the_other_has_is_said(store_run: Write) -> None:
    one, other = store_run("1-a", TOWERS), store_run("2-b", TOWERS | {"r@5": 0.81})
    both = merged(one, other)
    assert [row["r@5"] for row in both.comparison] == [0.8]
    assert "towers (folds): taken from 1-a; 2-b has r@5 0.81 (0.8)." in both.comparison.notes


@pytest.mark.closed
def test_runs_of_other_data_or_other_photos_are_not_merged(store_run: Write) -> None:
    one = store_run("1-a", TOWERS)
    for number, other in enumerate(
        (
            store_run("2-b", HYBRID | {"fingerprint": "f2"}),
            store_run("3-c", HYBRID, measured_on={"folds": "m2"}),
        )
    ):
        with pytest.raises(SettingError, match=("data f1 there", "other photos")[number]):
            merged(one, other)
    with pytest.raises(SettingError, match="two runs or more, got 1"):
        merged(one)


@pytest.mark.slow
def test_marks_for_the_best_are_those_of_a_run_that_had_all_models(
    unchanged_folder: Path, tmp_path: Path
) -> None:
    def run(out: str, models: str) -> Path:
        few = ("--set", 'splits=["folds"]', "--set", "folds=3", "--set", 'photo=["scene_net"]')
        words = ("--data", str(unchanged_folder), "--output", str(tmp_path / out), "--models", models, *few)
        run_main(compare.main, *words)
        return tmp_path / out

    parts = [find_run("latest", run(out, out)) for out in ("ridge", "closed_form")]
    whole = find_run("latest", run("all", "ridge,closed_form"))
    both = merge_runs(parts)
    assert {row["matcher"]: row["best"] for row in both.comparison} == {
        row["matcher"]: row["best"] for row in whole.base.rows
    }
    assert any(row["best"] for row in both.comparison)
    # Answers that are not those of the row tell nothing of it.
    file = parts[0].folder / "results.json"
    result = json.loads(file.read_text())
    result["rows"][0]["rmse"] += 0.01
    file.write_text(json.dumps(result))
    spoilt = merge_runs([read_run(file), parts[1]])
    assert not any(row["best"] for row in spoilt.comparison)
    assert NO_MARKS in spoilt.comparison.notes
