"""Has a figure become worse than in an earlier run? Rules such as `r@5<-0.02`, for CI."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from withsense_tf.errors import DataError, SettingError, check_choice
from withsense_tf.evaluation.report import Value

RULE: Final = re.compile(r"\s*([a-z0-9_@]+)\s*([<>])\s*([+-]?\d*\.?\d+)\s*")
MEASURES: Final = (
    *("rmse", "mse", "mae", "skill", "tau_c", "tau_b", "auc", "ece", "r@1", "r@5", "r@10", "mrr"),
    *("median_rank", "ndcg@10", "distinct_top5", "seconds", "peak_mb"),
)


@dataclass(frozen=True)
class Rule:
    """Fail if a figure's change since the base is below (<) or above (>) a limit."""

    measure: str
    sign: str
    limit: float

    def broken(self, change: float) -> bool:
        """Say whether a change is too much; a figure that is no longer there is."""
        return math.isnan(change) or (change < self.limit if self.sign == "<" else change > self.limit)


def parse_rule(text: str) -> Rule:
    """Read a rule.

    >>> parse_rule("r@5<-0.02")
    Rule(measure='r@5', sign='<', limit=-0.02)
    """
    found = RULE.fullmatch(text)
    if not found:
        raise SettingError(
            f"--fail-if {text!r}: expected a figure, < or >, and a change, as 'r@5<-0.02' or 'rmse>0.005'."
        )
    return Rule(check_choice("--fail-if", found[1], MEASURES), found[2], float(found[3]))


@dataclass(frozen=True)
class Base:
    """An earlier run: its file, its rows, and the tables of its models, both in the order of its configuration."""

    file: Path
    rows: Sequence[Mapping[str, Any]]
    models: Sequence[Mapping[str, Any]] = ()


def load_base(file: Path) -> Base:
    """Read an earlier run's results.json."""
    try:
        result = json.loads(file.read_text(encoding="utf-8"))
        rows, models = result["rows"], result.get("config", {}).get("model", [])
        for some in (rows, models):
            if not isinstance(some, list) or not all(isinstance(one, dict) for one in some):
                raise TypeError("its rows and models are no lists of tables")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"--against {file} is no results.json of an earlier run ({error}): expected the file in its run folder."
        ) from error
    return Base(file, rows, models)


def broken_rules(
    rows: Sequence[Mapping[str, Value]], base: Sequence[Mapping[str, Any]], rules: Sequence[Rule]
) -> list[str]:
    """Say, a line each, which rule is broken where; rows of a model and split that the base has not are new.

    A row that the base has and this run has not breaks every rule: a model that is gone must not pass unseen.
    """
    now = {(row.get("matcher"), row.get("split")): row for row in rows}
    broken = []
    for then in base:
        name = (then.get("matcher"), then.get("split"))
        if then.get("status", "ok") != "ok":
            continue
        row = now.get(name, {})
        for rule in rules:
            before = _number(then.get(rule.measure))
            if math.isnan(before):
                continue
            after = _number(row.get(rule.measure))
            if math.isnan(after):
                why = row.get("status", "ok") if row else "this run has no such row"
                said = "not measured" if why == "ok" else why
                broken.append(f"{name[0]}, {name[1]}: {rule.measure} was {before:.4g}; now: {said}")
            elif rule.broken(after - before):
                broken.append(
                    f"{name[0]}, {name[1]}: {rule.measure} {before:.4g} -> {after:.4g}, "
                    f"allowed is a change not {rule.sign} {rule.limit:g}"
                )
    return broken


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else math.nan
