"""What others read of a comparison: a summary in Markdown, a JUnit file, JSON on the standard output, and MLflow."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import typer

from withsense_tf.errors import SettingError, on_disk
from withsense_tf.evaluation.regression_gate import Check
from withsense_tf.evaluation.result_table import Comparison
from withsense_tf.evaluation.row_status import is_broken, mistakes_in
from withsense_tf.experiments.compare.base_run import BaseRun
from withsense_tf.experiments.compare.junit import write_junit
from withsense_tf.experiments.compare.run_folder import escape, markdown
from withsense_tf.experiments.runs.mlflow_tracker import Tracker, track_run
from withsense_tf.experiments.runs.stored_runs import RESULTS, read_run
from withsense_tf.file_access import words_of


@dataclass(frozen=True)
class CiReports:
    """Where what is to be written."""

    json: bool = False
    summary: Path | None = None
    junit: Path | None = None
    track: str | None = None

    def check(self, dry_run: bool) -> Self:
        """Return these reports; raise, before the work starts, where one cannot be written or has nothing to tell."""
        if dry_run and (self.json or self.summary or self.junit or self.track):
            raise SettingError(
                "--json, --summary, --junit and --track tell what was measured; a --dry-run measures nothing."
            )
        step = None if dry_run else os.environ.get("GITHUB_STEP_SUMMARY")
        of_job = Path(step) if step else None
        for option, file in (
            ("--summary", self.summary),
            ("--junit", self.junit),
            ("GITHUB_STEP_SUMMARY=", of_job),
        ):
            if file is None:
                continue
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                with file.open("a", encoding="utf-8"):
                    pass
                # Where a run ends early, there is no report, and none of a run before that is taken for its own.
                if file.is_file() and file is not of_job:
                    file.unlink()
            except OSError as error:
                raise SettingError(
                    f"{option} {file} cannot be written ({words_of(error)}): choose another file."
                ) from error
        if self.track is not None:
            Tracker.of(self.track)
        return self

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Send what is said to people to the error stream where the standard output is for a program."""
        with redirect_stdout(sys.stderr) if self.json else nullcontext():
            yield

    def publish(self, run: Path, comparison: Comparison, base: BaseRun | None) -> None:
        """Write all that was asked for; then say how the run stands against its base, and end with 1 if it is worse.

        Where a matcher has a mistake, that is an error.
        """
        self.write(run, comparison, base.checks(comparison.rows) if base else ())
        if self.track is not None:
            with self.quiet():
                track_run(read_run(run / RESULTS), self.track)
        try:
            if base:
                with self.quiet():
                    base.judge(comparison.rows)
        finally:
            _check_whole(comparison)

    def write(self, run: Path, comparison: Comparison, checks: Sequence[Check] = ()) -> None:
        """Write all that was asked for, and the job's summary where GitHub runs this."""
        text = summary_text(comparison, checks)
        if self.summary is not None:
            with on_disk(self.summary):
                self.summary.write_text(text, encoding="utf-8")
        # GitHub names a file whose Markdown the page of a job shows; several steps append to it.
        if step := os.environ.get("GITHUB_STEP_SUMMARY"):
            with on_disk(step), Path(step).open("a", encoding="utf-8") as stream:
                stream.write(text)
        if self.junit is not None:
            write_junit(self.junit, comparison, checks)
        if self.json:
            typer.echo(json.dumps(self._result(run, comparison, checks), indent=1, ensure_ascii=False))

    def _result(self, run: Path, comparison: Comparison, checks: Sequence[Check]) -> dict[str, Any]:
        results: dict[str, Any] = json.loads((run / RESULTS).read_text(encoding="utf-8"))
        best = comparison.row_to_use()
        return {
            "run": run.name,
            "folder": str(run),
            "page": str(run / "index.html"),
            **results,
            "use": None if best is None else best.get("matcher"),
            # Without it a run that was held against nothing would look like one that is no worse.
            "checks": [
                {"matcher": one.matcher, "split": one.split, "rule": one.rule, "breach": one.breach}
                for one in checks
                if not one.is_new
            ],
            "worse": [check.breach for check in checks if check.breach],
            "mistakes": mistakes_in(results["rows"]),
            "new": [{"matcher": check.matcher, "split": check.split} for check in checks if check.is_new],
        }


def _check_whole(comparison: Comparison) -> None:
    if mistakes := mistakes_in(comparison):
        lines = "\n  ".join([f"{_rows_with_mistakes(comparison)}:", *mistakes])
        raise SettingError(
            f"{lines}\nMend it, or leave it out (--models); all other rows are measured and written."
        )


def _rows_with_mistakes(comparison: Comparison) -> str:
    count = sum(map(is_broken, comparison))
    return f"{count} of {len(comparison.rows)} rows {'was' if count == 1 else 'were'} not run for a mistake"


def summary_text(comparison: Comparison, checks: Sequence[Check] = ()) -> str:
    """Return the summary of a job: whether it is no worse than its base, and the table."""
    lines = ["## Which matcher is best?", ""]
    if mistakes := mistakes_in(comparison):
        listing = [f"- {escape(one)}" for one in mistakes]
        lines += [f"**{_rows_with_mistakes(comparison)}:**", "", *listing, ""]
    lines += [*comparison.answer(), ""]
    new = [f"{check.matcher} ({check.split})" for check in checks if check.is_new]
    if checks := [check for check in checks if not check.is_new]:
        breaches = [check.breach for check in checks if check.breach]
        verdict = f"**Worse than the base: {len(breaches)} of {len(checks)} checks fail.**"
        lines += [verdict if breaches else f"No worse than the base ({len(checks)} checks).", ""]
        lines += [*(f"- {escape(breach)}" for breach in breaches), *([""] if breaches else [])]
        lines += [f"New, held against nothing: {escape(', '.join(new))}.", ""] if new else []
    return "\n".join([*lines, markdown(comparison), ""])
