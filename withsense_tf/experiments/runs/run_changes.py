"""Two runs -> what changed from the one to the other: figures row by row, and whether they may be compared at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from withsense_tf.errors import some_of
from withsense_tf.evaluation.regression_gate import Row, number_of
from withsense_tf.evaluation.result_table import cell_text
from withsense_tf.evaluation.row_status import sees_at_random, settings_in, status_of, was_run
from withsense_tf.experiments.runs.stored_runs import StoredRun, facts_of

MEASURES: Final = ("rmse", "skill", "tau_c", "r@1", "r@5", "r@10", "ece", "seconds")
# It differs from run to run and says nothing of how good a model is.
SECONDS: Final = "seconds"
# What a setting of a run means where it is not set, and one word says it.
USUAL: Final = {"quality": "good"}
MOST_ROWS: Final = 3
ONLY_SECONDS: Final = "No figure of quality differs, only the seconds."
TITLES: Final = {"fingerprint": "data", "policy": "policy", "target": "target", "seed": "seed"}


@dataclass(frozen=True)
class Change:
    """A figure before and after; `apart` says that the two intervals do not touch, None where there are none."""

    matcher: str
    split: str
    measure: str
    before: float
    after: float
    apart: bool | None

    @property
    def cells(self) -> tuple[str, str, str]:
        """Return the figure before, after, and by how much it changed, as a table has them."""
        scale = 100 if self.measure.startswith("r@") else 1
        digits = 1 if scale == 100 or self.measure == SECONDS else 3
        difference = scale * (self.after - self.before)
        change = f"{difference:+z.{digits}f}"
        # What fell by less than is shown did not rise by nothing.
        if not float(change) and not self.looks_same:
            change = f"{difference:+.1g}"
        return cell_text(self.measure, self.before), cell_text(self.measure, self.after), change

    @property
    def looks_same(self) -> bool:
        """Return whether both are written alike."""
        return cell_text(self.measure, self.before) == cell_text(self.measure, self.after)

    @property
    def text(self) -> str:
        """Return the change as a line of a report."""
        before, after, change = self.cells
        return f"{self.measure} {before} -> {after} ({change}{', intervals apart' if self.apart else ''})"

    @property
    def side_by_side(self) -> str:
        """Return both, and no change."""
        before, after, _ = self.cells
        return f"{self.measure} {before} there, {after} here"


@dataclass(frozen=True)
class Changes:
    """What changed from one run to another; `unlike` says why figures may not be compared, empty where they may."""

    before: str
    after: str
    unlike: tuple[str, ...]
    figures: tuple[Change, ...]
    only: tuple[str, ...]
    settings: tuple[str, ...] = ()

    @property
    def quality(self) -> list[Change]:
        """Return the figures that say how good a model is."""
        return [one for one in self.figures if one.measure != SECONDS]

    @property
    def effort(self) -> list[Change]:
        """Return the seconds that models took."""
        return [one for one in self.figures if one.measure == SECONDS]

    @property
    def same_quality(self) -> bool:
        """Return whether both runs have the same rows, which may be compared, with the same figures of quality."""
        return not self.quality and not self.only and not self.unlike

    @property
    def only_in_short(self) -> list[str]:
        """Return the rows that only one of the two has: where they are many, a line a run."""
        lines, rest = [], list(self.only)
        for run in dict.fromkeys((self.before, self.after)):
            end = f": only in {run}"
            rows = [line.removesuffix(end) for line in rest if line.endswith(end)]
            if len(rows) > MOST_ROWS:
                lines.append(f"{len(rows)} rows only in {run}: {some_of(rows, MOST_ROWS)}")
                rest = [line for line in rest if not line.endswith(end)]
        return [*lines, *rest]

    def as_dict(self) -> dict[str, Any]:
        """Return it for a program."""
        return asdict(self) | {"comparable": not self.unlike}

    def as_text(self) -> str:
        """Return it for a person."""
        lines = [f"{self.before} -> {self.after}"]
        if self.settings:
            lines.append(f"Settings that differ: {'; '.join(self.settings)}.")
        if self.unlike:
            lines.append(f"Not to be compared: {'; '.join(self.unlike)}. Figures stand without changes.")
        for matcher, split in dict.fromkeys((one.matcher, one.split) for one in self.figures):
            of_row = [one for one in self.figures if (one.matcher, one.split) == (matcher, split)]
            texts = [one.side_by_side if self.unlike else one.text for one in of_row]
            lines.append(f"{matcher} ({split}): {'; '.join(texts)}")
        lines += self.only_in_short
        if self.same_quality:
            lines.insert(1, ONLY_SECONDS if self.effort else "No figure differs.")
        return "\n".join(lines)


def _with_names_apart(before: StoredRun, after: StoredRun) -> tuple[StoredRun, StoredRun]:
    """Return two runs by their paths where their folders have one name."""
    files = [one.base.file for one in (before, after)]
    if before.name != after.name or files[0].resolve() == files[1].resolve():
        return before, after
    return replace(before, name=str(files[0])), replace(after, name=str(files[1]))


def changes_between(before: StoredRun, after: StoredRun) -> Changes:
    """Hold a run against an earlier one."""
    before, after = _with_names_apart(before, after)
    return Changes(
        before.name,
        after.name,
        tuple(unlike(before, after)),
        tuple(_figures(before.base.rows, after.base.rows)),
        tuple(_only(before, after)),
        tuple(_settings(before, after)),
    )


def _settings(before: StoredRun, after: StoredRun) -> Iterator[str]:
    there, here = before.base.config, after.base.config
    if not there or not here:
        return  # one of them does not say
    for key in dict.fromkeys([*there, *here]):
        if key not in ("name", "model") and there.get(key) != here.get(key):
            yield f"{key} {_was_and_is(key, there.get(key), here.get(key))}"
    rows_by_name = [{(row["matcher"], row["split"]): row for row in one.base.rows} for one in (before, after)]
    of_models: dict[str, None] = {}
    for matcher, split in rows_by_name[0].keys() & rows_by_name[1].keys():
        then, now = (settings_in(rows[matcher, split]) for rows in rows_by_name)
        for key in dict.fromkeys([*then, *now]):
            if then.get(key) != now.get(key):
                of_models[f"{matcher}: {key} {_was_and_is(key, then.get(key), now.get(key))}"] = None
    yield from sorted(of_models)


def _was_and_is(key: str, before: object, now: object) -> str:
    """Say what a setting was and is.

    >>> _was_and_is("quality", "", "fast")
    'was not set (which is good), is now fast'
    """
    return f"was {_text_of(key, before)}, is now {_text_of(key, now)}"


def _text_of(key: str, value: object) -> str:
    if value in (None, "", []):
        return f"not set (which is {USUAL[key]})" if key in USUAL else "not set"
    return " + ".join(map(str, value)) if isinstance(value, list) else str(value)


def unlike(before: StoredRun, after: StoredRun) -> Iterator[str]:
    """Say in what two runs differ that must be the same; what one does not say counts as another thing."""
    there, here = facts_of(before), facts_of(after)
    for name, title in TITLES.items():
        if there[name] != here[name] or not here[name]:
            yield f"{title} {there[name] or 'not said'} there, {here[name] or 'not said'} here"
    splits = {str(row.get("split")) for row in before.base.rows} & {
        str(row.get("split")) for row in after.base.rows
    }
    for split in sorted(splits):
        what = [one.base.measured_on.get(split) for one in (before, after)]
        if not all(what) or what[0] != what[1]:
            yield f"other photos, pairs or queries of {split}, or it is not said which"


def _figures(before: Sequence[Row], after: Sequence[Row]) -> Iterator[Change]:
    now = {(row["matcher"], row["split"]): row for row in after if was_run(row)}
    for then in before:
        row = now.get((then["matcher"], then["split"]))
        if row is None or not was_run(then):
            continue
        for measure in MEASURES:
            was, is_now = number_of(then.get(measure)), number_of(row.get(measure))
            if was != was or is_now != is_now or was == is_now:
                continue
            change = Change(then["matcher"], then["split"], measure, was, is_now, _apart(then, row, measure))
            if not change.looks_same:
                yield change


def _apart(then: Row, now: Row, measure: str) -> bool | None:
    ends = [number_of(row.get(f"{measure}_{end}")) for row in (then, now) for end in ("low", "high")]
    if any(end != end for end in ends):
        return None
    return ends[1] < ends[2] or ends[3] < ends[0]


def _only(before: StoredRun, after: StoredRun) -> Iterator[str]:
    there, here = ({(row["matcher"], row["split"]): row for row in one.base.rows} for one in (before, after))
    for name in dict.fromkeys([*there, *here]):
        then, now = there.get(name), here.get(name)
        title = f"{name[0]} ({name[1]})"
        if then is None or now is None:
            yield f"{title}: only in {after.name if then is None else before.name}"
        elif was_run(then) != was_run(now):
            yield f"{title}: {status_of(then)} -> {status_of(now)}"
        elif sees_at_random(then.get("weights")) != sees_at_random(now.get("weights")):
            yield f"{title}: one of the two sees with random weights"
