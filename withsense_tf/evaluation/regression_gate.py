"""Has a figure become worse than in an earlier run? Rules such as `r@5<-0.02`, for CI."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from withsense_tf.common.limits import read_json
from withsense_tf.errors import DataError, SettingError, check_choice
from withsense_tf.evaluation.reference_lines import ReferenceLine, lines_in
from withsense_tf.evaluation.result_table import Value
from withsense_tf.evaluation.row_status import RUN, is_broken, status_of, was_run
from withsense_tf.file_access import words_of

Row = Mapping[str, Any]

RULE: Final = re.compile(r"\s*([a-z0-9_@]+)\s*([<>])\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+))\s*", re.ASCII)
MEASURES: Final = (
    *("rmse", "mse", "mae", "skill", "tau_c", "tau_b", "auc", "ece", "r@1", "r@5", "r@10", "mrr"),
    *("median_rank", "ndcg@10", "distinct_top5", "seconds", "peak_mb"),
)
EFFORT: Final = ("seconds", "peak_mb")
# What tells one row of a run from another.
NAMES: Final = ("matcher", "split")
# No change of these is as large: they lie from 0 to 1, tau from -1 to 1.
WIDEST: Final = dict.fromkeys(
    ("rmse", "mse", "mae", "auc", "ece", "r@1", "r@5", "r@10", "mrr", "ndcg@10"), 1.0
) | {"tau_c": 2.0, "tau_b": 2.0}
FAR: Final = 1e300  # no figure is as large
# More of these is better, of all others less.
MORE_IS_BETTER: Final = frozenset(
    ("skill", "tau_c", "tau_b", "auc", "r@1", "r@5", "r@10", "mrr", "ndcg@10", "distinct_top5")
)


@dataclass(frozen=True)
class Limit:
    """Fail if a figure's change since the base is below (<) or above (>) a limit."""

    measure: str
    sign: str
    limit: float

    @property
    def text(self) -> str:
        """Return the rule as a person writes it."""
        return f"{self.measure}{self.sign}{self.limit:g}"

    def broken(self, change: float) -> bool:
        """Return whether a change is too much; that of a figure that is no longer there is."""
        return math.isnan(change) or (change < self.limit if self.sign == "<" else change > self.limit)


def parse_rule(text: str) -> Limit:
    """Read a rule.

    >>> parse_rule("r@5<-0.02")
    Limit(measure='r@5', sign='<', limit=-0.02)
    """
    match = RULE.fullmatch(text)
    if not match:
        raise SettingError(
            f"--fail-if {text!r}: expected a figure, < or >, and a change, as 'r@5<-0.02' or 'rmse>0.005'."
        )
    rule = Limit(check_choice("--fail-if", match[1], MEASURES), match[2], float(match[3]))
    widest = WIDEST.get(rule.measure, FAR)
    if not rule.broken(-widest if rule.sign == "<" else widest):
        raise SettingError(
            f"--fail-if {text!r}: no change of {rule.measure} is as large, so nothing could ever break this rule. "
            "Figures are numbers, not per cent: two points of R@5 are 'r@5<-0.02'."
        )
    if rule.broken(0.0):
        sign, minus = ("<", "-") if rule.measure in MORE_IS_BETTER else (">", "")
        raise SettingError(
            f"--fail-if {text!r}: a run in which nothing changed would break this rule. If {rule.measure} may "
            f"become worse by {abs(rule.limit):g} and no more, write '{rule.measure}{sign}{minus}{abs(rule.limit):g}'."
        )
    return rule


@dataclass(frozen=True)
class Base:
    """An earlier run: its file, its rows, and the tables of its models, both in the order of its configuration.

    `measured_on` names, by split, what it was measured on (`evaluation.protocol.measured_on`), and `machine` where it
    ran and in how many processes. `config` is what was asked for. `photos` are digests of some that it was measured
    on; runs of older versions do not say them.
    """

    file: Path
    rows: Sequence[Row]
    models: Sequence[Mapping[str, Any]] = ()
    measured_on: Mapping[str, str] = field(default_factory=dict)
    machine: str = ""
    notes: Sequence[str] = ()
    lines: Sequence[ReferenceLine] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    photos: Sequence[str] = ()


def load_base(file: Path, option: str = "--against ") -> Base:
    """Read an earlier run's results.json, which `option` names."""
    try:
        result = read_json(file)
        if not isinstance(result, dict):
            raise TypeError(f"it is a JSON {type(result).__name__}, no object")
        rows, models = result["rows"], result.get("config", {}).get("model", [])
        for some in (rows, models):
            if not isinstance(some, list) or not all(isinstance(one, dict) for one in some):
                raise TypeError("its rows and models are no lists of tables")
        measured_on = result.get("measured_on", {})
        if not isinstance(measured_on, dict):
            raise TypeError("its measured_on is no table")
        for row in rows:
            if not all(isinstance(row.get(name), str) for name in NAMES):
                raise ValueError(f"a row does not say its {' and '.join(NAMES)}")
        names = [tuple(row[name] for name in NAMES) for row in rows]
        if len(set(names)) < len(names):
            raise ValueError(f"two rows have the same {' and '.join(NAMES)}")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        why = f"it has no {error}" if isinstance(error, KeyError) else words_of(error)
        raise DataError(
            f"{option}{file} is no results.json of an earlier run ({why}): expected the file in its run folder."
        ) from error
    notes = [str(note) for note in result.get("notes") or ()]
    lines = lines_in(result.get("lines"))
    return Base(
        file,
        rows,
        models,
        measured_on,
        str(result.get("machine", "")),
        notes,
        lines,
        result.get("config", {}),
        [str(photo) for photo in photos] if isinstance(photos := result.get("photos"), list) else (),
    )


def check_measured(base: Base, rows: Sequence[Row], rules: Sequence[Limit], machine: str) -> None:
    """Raise, before the work starts, if a rule asks for a figure that none of the base's rows has.

    Or for the effort of another machine than `machine`, the one at hand.
    """
    for rule in rules:
        if rule.measure in EFFORT and base.machine != machine:
            raise SettingError(
                f"--fail-if {rule.measure}: {base.file} was measured on {base.machine or 'what it does not say'}, "
                f"and this is {machine}: their effort cannot be compared. Take a base of this machine."
            )
        if all(math.isnan(number_of(row.get(rule.measure))) for row in rows):
            measures = [
                name for name in MEASURES if any(not math.isnan(number_of(row.get(name))) for row in rows)
            ]
            raise SettingError(
                f"--fail-if {rule.measure}: {base.file} has no such figure in the rows that are compared. "
                f"It has {', '.join(measures) or 'no figure at all'}."
            )


@dataclass(frozen=True)
class Check:
    """A rule held against one row of the base; `breach` says how it is broken, and is empty where it holds.

    `is_new` says that the base has no such row: it is held against nothing.
    """

    matcher: str
    split: str
    rule: str
    breach: str = ""
    is_new: bool = False


def check_rules(
    rows: Sequence[Mapping[str, Value]], base: Sequence[Row], rules: Sequence[Limit]
) -> list[Check]:
    """Hold each rule against each row of the base; rows of a model and split that the base has not are new.

    A row that the base has and this run has not breaks every rule: a model that is gone must not pass unseen. So does
    a figure that is no number on one side alone: nothing says that it is no worse.
    """
    now = {(row.get("matcher"), row.get("split")): row for row in rows}
    checks = []
    for then in base:
        matcher, split = str(then.get("matcher")), str(then.get("split"))
        row = now.get((matcher, split), {})
        if not was_run(then):
            if row and was_run(row):
                why = f"the base has no figures ({then['status']}): make a new base"
                checks.append(Check(matcher, split, "", f"{matcher}, {split}: {why}"))
            continue
        for rule in rules:
            why = _breach(rule, number_of(then.get(rule.measure)), number_of(row.get(rule.measure)), row)
            checks.append(Check(matcher, split, rule.text, f"{matcher}, {split}: {why}" if why else ""))
    names = {(row.get("matcher"), row.get("split")) for row in base}
    # One that has a mistake has nothing that a base could be held against, and is an error.
    whole_names = [name for name, row in now.items() if name not in names and not is_broken(row)]
    new = [Check(str(one[0]), str(one[1]), "", is_new=True) for one in whole_names]
    return [*checks, *new]


def _breach(rule: Limit, before: float, after: float, row: Mapping[str, Value]) -> str:
    """Say how a figure breaks a rule; nothing where it does not, or where neither run has it."""
    if math.isnan(before):
        return "" if math.isnan(after) else f"{rule.measure} is {after:.4g}; the base has no number for it"
    if math.isnan(after):
        why = status_of(row) if row else "this run has no such row"
        return f"{rule.measure} was {before:.4g}; now: {'not measured' if why == RUN else why}"
    if rule.broken(after - before):
        bound = f"allowed is a change not {rule.sign} {rule.limit:g}"
        return f"{rule.measure} {before:.4g} -> {after:.4g}, {bound}"
    return ""


def count_comparable(base: Sequence[Row], rules: Sequence[Limit]) -> int:
    """Count the base's rows that have a figure that some rule asks for."""
    return sum(any(not math.isnan(number_of(row.get(rule.measure))) for rule in rules) for row in base)


def number_of(value: object) -> float:
    """Return a figure; what is none, or has no end, is not a number: it cannot be held against another one."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -FAR < value < FAR:
        return math.nan
    return float(value)
