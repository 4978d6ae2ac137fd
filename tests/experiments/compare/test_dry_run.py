from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from withsense_tf.evaluation.outcome import Outcome, outcome_file
from withsense_tf.experiments.compare.dry_run import say_jobs, say_on_demo
from withsense_tf.experiments.compare.jobs import FETCH, Plan, jobs_of
from withsense_tf.experiments.lawful import Lawful


def test_every_job_is_named_with_its_trainings_and_its_key(
    plan: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs = jobs_of(plan)
    say_jobs(jobs, plan, Lawful(plan.pairs.data, "The law is kept.", "law 1", ""))
    first, *lines, last = capsys.readouterr().out.splitlines()
    assert first == "The law is kept. Policy: law 1."
    assert [line.split(" | ")[-1] for line in lines] == [job.key for job in jobs]
    assert lines[0].startswith("concat ridge | folds | 3 trainings | ")
    assert last == "8 trainings on 18 pairs. Nothing was run."


def test_rows_of_an_earlier_run_are_no_trainings(
    plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs = jobs_of(plan)
    Outcome(jobs[0].label, "folds", {}, key=jobs[0].key).save(outcome_file(tmp_path, jobs[0].key))
    say_jobs(jobs, plan, Lawful(plan.pairs.data, "", "law 1", ""), tmp_path)
    said, told = capsys.readouterr()
    assert "1 of 4 rows are taken over" in told
    assert f"concat ridge | folds | taken over | {jobs[0].key}" in said
    assert "5 trainings on 18 pairs. Nothing was run." in said


def test_of_a_demo_set_that_is_not_there_the_trainings_are_counted_without_its_pairs(
    plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    say_on_demo(replace(plan.config, splits=("test", "folds")), plan.around, tmp_path / "demo", False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["concat ridge | folds | 3 trainings", "concat ridge | test | 1 training"]
    assert (
        lines[-1]
        == f"The demo set would be rendered to {tmp_path / 'demo'}. 8 trainings in all. Nothing was run."
    )


@pytest.mark.slow
def test_a_model_whose_weights_are_not_here_is_not_counted_as_a_run_does_not_train_it(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path / "none"))
    clip = {"matcher": "pretrained", "preset": "clip_vit_base_patch32"}
    plan = replace(plan, config=replace(plan.config, model=(*plan.config.model, clip)))
    say_jobs(jobs_of(plan), plan, Lawful(plan.pairs.data, "The law is kept.", "law 1", ""))
    *lines, last = capsys.readouterr().out.splitlines()
    assert last == "8 trainings on 18 pairs. Nothing was run."
    reason = f"not run: weights not available: clip_vit_base_patch32 is not on this machine ({FETCH})"
    assert f"clip_vit_base_patch32, zero-shot | folds | {reason} | " in "\n".join(lines)
    say_on_demo(plan.config, plan.around, tmp_path / "demo", False)
    assert "8 trainings in all" in capsys.readouterr().out
    # A run that fetches them trains it.
    say_jobs(jobs_of(plan), replace(plan, download=True), Lawful(plan.pairs.data, "", "law 1", ""))
    assert "12 trainings on" in capsys.readouterr().out
