from __future__ import annotations

import json
from pathlib import Path

from run_command import run
from table_of_runs import HYBRID, TOWERS, Write


def test_runs_are_listed_shown_and_held_against_each_other(store_run: Write, tmp_path: Path) -> None:
    store_run("20260101T000000Z-aaa", TOWERS)
    store_run("20260202T000000Z-bbb", TOWERS | {"rmse": 0.17}, HYBRID)
    store_run("20260303T000000Z-ccc", TOWERS, out="broken")
    out = ("--output", str(tmp_path / "out"))
    lines = run("compare", "list", *out).splitlines()
    assert [line.split()[0] for line in lines] == ["run", "20260202T000000Z-bbb", "20260101T000000Z-aaa"]
    assert "hybrid" in lines[1]
    assert "98.0" in lines[1]
    assert [one["run"] for one in json.loads(run("compare", "list", "--json", *out))] == [
        "20260202T000000Z-bbb",
        "20260101T000000Z-aaa",
    ]
    assert "98.0" in run("compare", "show", *out)
    assert len(json.loads(run("compare", "show", "aaa", "--json", *out))["rows"]) == 1
    assert "rmse 0.180 -> 0.170" in run("compare", "diff", "aaa", "bbb", *out)
    assert json.loads(run("compare", "diff", "aaa", "--json", *out))["only"] == [
        "hybrid (folds): only in 20260202T000000Z-bbb"
    ]
    said = run("compare", "merge", "aaa", "bbb", "--into", str(tmp_path / "both"), *out)
    assert f"2 rows of 2 runs: {tmp_path / 'both/results.json'}" in said
    assert "It has no page" in said
    said = run("compare", "list", "--output", str(tmp_path / "none"))
    assert "No comparison was made" in said
    assert "no such folder" in said


def test_a_list_marks_trials_and_says_among_how_many_photos_was_searched(
    store_run: Write, tmp_path: Path
) -> None:
    smoke = {"notes": ["A smoke run: 60 photos, 2 folds."]}
    store_run("20260101T000000Z-aaa", HYBRID | {"gallery": 28.6})
    store_run("20260202T000000Z-bbb", HYBRID | {"gallery": 9.0}, **smoke)
    store_run("20260303T000000Z-ccc", HYBRID | {"data": "mine (quick)"}, **smoke)
    head, *lines = run("compare", "list", "--output", str(tmp_path / "out")).splitlines()
    assert head.split("  ")[-2].strip() == "of photos"
    assert [line.count("(quick)") for line in lines] == [1, 1, 0]
    assert [line.split()[-3] for line in lines[1:]] == ["9", "28.6"]


def test_a_run_that_cannot_be_read_hides_no_other(store_run: Write, tmp_path: Path) -> None:
    store_run("20260101T000000Z-aaa", TOWERS)
    (store_run("20260202T000000Z-bbb") / "results.json").write_text("{")
    assert "20260101T000000Z-aaa" in run("compare", "list", "--output", str(tmp_path / "out"))
