from __future__ import annotations

import json
from pathlib import Path

import pytest
from table_of_runs import TOWERS, Write

from withsense_tf.errors import SettingError
from withsense_tf.evaluation.regression_gate import Check
from withsense_tf.evaluation.result_table import Comparison
from withsense_tf.experiments.compare.base_run import BaseRun
from withsense_tf.experiments.compare.ci_reports import CiReports, summary_text
from withsense_tf.experiments.runs.stored_runs import read_run

TABLE = Comparison(({"matcher": "towers", "split": "folds", "status": "ok", "rmse": 0.18},), ("A note.",))
WORSE = Check(
    "towers", "folds", "r@5<-0.02", "towers, folds: r@5 0.9 -> 0.8, allowed is a change not < -0.02"
)


def test_a_summary_says_first_whether_anything_is_worse() -> None:
    assert "| towers |" in summary_text(TABLE)
    assert "base" not in summary_text(TABLE)
    assert "No worse than the base (1 checks)." in summary_text(TABLE, [Check("towers", "folds", "rmse>0")])
    text = summary_text(TABLE, [WORSE])
    assert "**Worse than the base: 1 of 1 checks fail.**" in text
    assert "not &lt; -0.02" in text


def test_a_new_row_is_named_in_the_summary_and_is_no_check() -> None:
    text = summary_text(TABLE, [Check("towers", "folds", "rmse>0"), Check("<own>", "folds", "", is_new=True)])
    assert "No worse than the base (1 checks)." in text
    assert "New, held against nothing: &lt;own> (folds)." in text


def test_the_jobs_summary_is_added_to_and_a_file_of_ones_own_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, own = tmp_path / "step.md", tmp_path / "own.md"
    step.write_text("Before.\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(step))
    for _ in range(2):
        CiReports(summary=own).write(tmp_path, TABLE)
    assert own.read_text() == summary_text(TABLE)
    assert step.read_text() == "Before.\n" + 2 * summary_text(TABLE)


def test_what_cannot_be_written_is_said_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    with pytest.raises(SettingError, match=r"GITHUB_STEP_SUMMARY= .* cannot be written \(Is a directory\)"):
        CiReports().check(dry_run=False)
    (step := tmp_path / "step.md").write_text("Before.\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(step))
    CiReports().check(dry_run=False)
    assert step.read_text() == "Before.\n"
    with pytest.raises(SettingError, match=r"--junit .* cannot be written \(Is a directory\)"):
        CiReports(junit=tmp_path).check(dry_run=False)
    with pytest.raises(SettingError, match="a --dry-run measures nothing"):
        CiReports(json=True).check(dry_run=True)
    with pytest.raises(SettingError, match="a --dry-run measures nothing"):
        CiReports(track=f"mlflow:{tmp_path / 'store'}").check(dry_run=True)
    assert not (tmp_path / "store").exists()
    with pytest.raises(SettingError, match="expected mlflow:sqlite"):
        CiReports(track="wandb:team").check(dry_run=False)
    CiReports().check(dry_run=True)
    # A run that ends early leaves no report, and none of the run before.
    old, new = tmp_path / "old.xml", tmp_path / "new.md"
    old.write_text("<testsuites/>")
    CiReports(junit=old, summary=new).check(dry_run=False)
    assert not old.exists()
    assert not new.exists()


def test_a_run_is_tracked_where_it_was_asked_for_and_json_stays_json(
    store_run: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = CiReports(json=True, track=f"mlflow:{tmp_path / 'store'}").check(dry_run=False)
    folder = store_run("20260101T000000Z-aaa", TOWERS)
    reports.publish(folder, read_run(folder / "results.json").comparison, None)
    said = capsys.readouterr()
    assert json.loads(said.out)["run"] == folder.name
    assert "Logged 1 of 1 rows" in said.err


def test_a_mistake_is_told_once_for_all_splits_and_markdown_shows_it_as_it_is(
    store_run: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    status = "not run: a mistake: my:Keyless failed in __init__: RuntimeError: a < b"
    broken = [{"matcher": "keyless", "split": split, "status": status} for split in ("folds", "strict")]
    text = summary_text(Comparison((*TABLE.rows, *broken)))
    assert (
        "- keyless (folds, strict): my:Keyless failed in \\_\\_init\\_\\_: RuntimeError: a &lt; b\n" in text
    )
    assert text.count("__") == 0
    folder = store_run("20260101T000000Z-aaa", TOWERS, *broken)
    CiReports(json=True).write(folder, read_run(folder / "results.json").comparison)
    mistakes = json.loads(capsys.readouterr().out)["mistakes"]
    assert mistakes == ["keyless (folds, strict): my:Keyless failed in __init__: RuntimeError: a < b"]


@pytest.mark.parametrize(("rule", "worse"), [("rmse>0.5", False), ("rmse>0.5", True), ("", False)])
def test_a_program_is_told_what_to_use_and_which_rules_were_held_against_which_rows(
    store_run: Write, capsys: pytest.CaptureFixture[str], rule: str, worse: bool
) -> None:
    folder = store_run("20260101T000000Z-aaa", TOWERS)
    comparison = read_run(folder / "results.json").comparison
    base = BaseRun.of(folder / "results.json", [rule], []) if rule else None
    if base is not None:
        base.rows = [{**row, "rmse": row["rmse"] - worse} for row in base.base.rows]
    CiReports(json=True).write(folder, comparison, base.checks(comparison.rows) if base else ())
    result = json.loads(capsys.readouterr().out)
    assert result["use"] == "towers"
    breaches = [one.pop("breach") for one in result["checks"]]
    # Where nothing was held against anything, there is no check that holds.
    assert result["checks"] == ([{"matcher": "towers", "split": "folds", "rule": rule}] if rule else [])
    assert [one for one in breaches if one] == result["worse"]
    assert bool(result["worse"]) is worse


@pytest.mark.parametrize("worse", [False, True])
def test_where_a_matcher_broke_all_is_written_and_the_end_is_an_error_that_names_it(
    store_run: Write, tmp_path: Path, worse: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = {
        "matcher": "typo",
        "split": "folds",
        "status": "not run: a mistake: my:Typo failed in fit: KeyError: 'txet' (my.py, line 9)",
    }
    folder = store_run("20260101T000000Z-aaa", TOWERS)
    base = BaseRun.of(folder / "results.json", ["rmse>0.5"], [])
    assert base is not None
    base.rows = [{**row, "rmse": row["rmse"] - worse} for row in base.base.rows]
    comparison = Comparison((*read_run(folder / "results.json").comparison.rows, broken))
    with pytest.raises(
        SettingError,
        match=r"^1 of 2 rows was not run for a mistake:\n  typo \(folds\): my:Typo failed in fit: KeyError: 'txet' ",
    ):
        CiReports(summary=tmp_path / "summary.md").publish(folder, comparison, base)
    # What is wrong stands before the table.
    summary = (tmp_path / "summary.md").read_text().split("| matcher |")[0]
    assert "**1 of 2 rows was not run for a mistake:**\n\n- typo (folds): my:Typo failed in fit" in summary
    assert ("Worse than" in capsys.readouterr().err) == worse
