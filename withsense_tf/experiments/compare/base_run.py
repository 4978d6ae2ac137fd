"""An earlier run that this one is held against, with what change of a figure is too much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer

from withsense_tf.errors import SettingError
from withsense_tf.evaluation.regression_gate import (
    Base,
    Check,
    Limit,
    Row,
    check_measured,
    check_rules,
    count_comparable,
    load_base,
    parse_rule,
)
from withsense_tf.experiments.compare.against import (
    asked_rows,
    check_comparable,
    check_counterparts,
    check_settings,
)
from withsense_tf.experiments.compare.config import Config
from withsense_tf.experiments.compare.jobs import Job


@dataclass
class BaseRun:
    """The base, the limits, the models that are named, and the rows of the base that they ask for."""

    file: Path
    limits: Sequence[Limit]
    limit_texts: Sequence[str]  # the limits, as a person wrote them
    base: Base
    models: Sequence[str]
    rows: list[Row] = field(default_factory=list)
    left_out: str = ""

    @classmethod
    def of(cls, file: Path | None, limits: Sequence[str], models: Sequence[str]) -> BaseRun | None:
        """Read a base, or return None where none is given; a base without limits, or limits without, is an error."""
        rules = [parse_rule(limit) for limit in limits]
        if bool(rules) != (file is not None):
            raise SettingError(
                "--against and --fail-if belong together: a base, and what change of a figure is too much."
            )
        return None if file is None else cls(file, rules, limits, load_base(file), models)

    def check_settings(self, labels: Sequence[str], settings: Config, **here: Any) -> None:
        """Raise, before data are read, if the base has no row of what is asked for, or those of other settings."""
        check_counterparts(self.base, [(label, split) for label in labels for split in settings.splits])
        check_settings(self.base, settings, **here)

    def check(self, jobs: Sequence[Job], seed: int, machine: str, **here: str) -> None:
        """Raise, before the work starts, if the base's figures cannot be compared with those of these jobs."""
        check_comparable(self.base, jobs, **here, seed=str(seed))
        self.rows, self.left_out = asked_rows(self.base, self.models, jobs)
        check_measured(self.base, self.rows, self.limits, machine)

    def checks(self, rows: Sequence[Row]) -> list[Check]:
        """Hold every limit against every row of the base that is asked for."""
        return check_rules(rows, self.rows, self.limits)

    def judge(self, rows: Sequence[Row]) -> None:
        """Say how this run's rows stand against the base's; end with exit code 1 where one is worse than allowed."""
        if self.left_out:
            typer.echo(self.left_out, err=True)
        checks = self.checks(rows)
        if new := [f"{check.matcher} ({check.split})" for check in checks if check.is_new]:
            typer.echo(f"New, held against nothing: {', '.join(new)}.", err=True)
        if breaches := [check.breach for check in checks if check.breach]:
            typer.echo("\n  ".join([f"Worse than {self.file}:", *breaches]), err=True)
            raise typer.Exit(1)
        count, limits = count_comparable(self.rows, self.limits), " or ".join(self.limit_texts)
        typer.echo(
            f"{count} row{'' if count == 1 else 's'} held against {self.file}: none is worse than {limits} allows."
        )
