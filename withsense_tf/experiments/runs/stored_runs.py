"""The runs below an output folder: which there are, and the one that a person means by a name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from withsense_tf.common.limits import is_dir, is_file
from withsense_tf.errors import DataError, SettingError
from withsense_tf.evaluation.regression_gate import Base, Row, load_base
from withsense_tf.evaluation.result_table import Comparison
from withsense_tf.evaluation.row_status import was_run
from withsense_tf.experiments.runs.latest_run import LATEST, latest_in

RESULTS: Final = "results.json"
# How the note of a smoke run begins, and what rows say of a law that was kept.
SMOKE: Final = "A smoke run"
LAW: Final = "law "
STAMP: Final = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class StoredRun:
    """A run that was made: the name of its folder, or of a copy of its results.json, and what that says."""

    name: str
    base: Base

    @property
    def folder(self) -> Path:
        """Return the folder of the run."""
        return self.base.file.parent

    @property
    def when(self) -> datetime | None:
        """Return when the run began, as its name says; None where it says nothing of it."""
        try:
            return datetime.strptime(self.name.partition("-")[0], STAMP).replace(tzinfo=UTC)
        except ValueError:
            return None

    @property
    def comparison(self) -> Comparison:
        """Return its table."""
        return Comparison(tuple(self.base.rows), tuple(self.base.notes), lines=tuple(self.base.lines))

    def in_all_rows(self, column: str) -> str:
        """Return what its rows say in a column that is the same for all, or the different things that they say."""
        values = (row.get(column) for row in self.base.rows)
        return ", ".join(dict.fromkeys(str(value) for value in values if value not in (None, "")))

    @property
    def code(self) -> str:
        """Return the packages that made its figures, each once: a row names its own beside this one."""
        parts = (part for row in self.base.rows for part in str(row.get("code") or "").split("; "))
        return "; ".join(dict.fromkeys(filter(None, parts)))

    @property
    def is_smoke(self) -> bool:
        """Return whether it says of itself that it took a few photos for a trial."""
        return any(note.startswith(SMOKE) for note in self.base.notes)

    @property
    def keeps_law(self) -> bool:
        """Return whether photos that the law withholds were left out of it; one that does not say so had them."""
        laws = [str(row.get("policy") or "") for row in self.base.rows]
        return bool(laws) and all(law.startswith(LAW) for law in laws)

    def best(self) -> Row | None:
        """Return the row of the first split that is recommended, or None."""
        return self.comparison.row_to_use()

    def summary(self) -> dict[str, Any]:
        """Return what a list says of the run."""
        best = self.best()
        ran = [row for row in self.base.rows if was_run(row)]
        return {
            "run": self.name,
            "when": None if self.when is None else self.when.isoformat(),
            "data": self.in_all_rows("data"),
            "law": self.in_all_rows("policy"),
            "target": self.in_all_rows("target"),
            "smoke": self.is_smoke,
            "models": list(dict.fromkeys(str(row["matcher"]) for row in ran)),
            "code": self.code,
            "rows": len(ran),
            "not_run": len(self.base.rows) - len(ran),
            "best": None if best is None else best["matcher"],
            "r@5": None if best is None else best.get("r@5"),
            "gallery": None if best is None else best.get("gallery"),
            "folder": str(self.folder),
        }


def runs_of(output: Path) -> Iterator[StoredRun | DataError]:
    """Yield the runs of an output folder, the newest first; in the place of one that cannot be read, the error."""
    for file in run_files(output):
        try:
            yield read_run(file)
        except DataError as error:
            yield error


def run_files(output: Path) -> list[Path]:
    """Return the results.json of each run of an output folder, the newest first."""
    return [one / RESULTS for one in reversed(_folders(output / "runs"))]


def find_run(text: str, output: Path) -> StoredRun:
    """Return the run that is meant by `latest`, by its name or how that begins, or by a path to it."""
    runs = output / "runs"
    if text == LATEST and (run := latest_in(runs)) is not None and is_file(run / RESULTS):
        return read_run(run / RESULTS)
    if is_file(path := Path(text)) and path.suffix == ".json":
        return read_run(path)
    if is_file(path / RESULTS):
        return read_run(path / RESULTS)
    names = [one.name for one in _folders(runs)]
    if text == LATEST and names:
        return read_run(runs / names[-1] / RESULTS)
    matches = [name for name in names if name == text] or [name for name in names if text and text in name]
    if len(matches) == 1:
        return read_run(runs / matches[0] / RESULTS)
    if matches:
        raise SettingError(
            f"{text!r} stands for {len(matches)} runs of {runs}: {', '.join(matches[-3:])}. Write more of the name."
        )
    none = "It has none yet" if is_dir(runs) else f"There is no folder {runs if is_dir(output) else output}"
    there = f"It has {', '.join(reversed(names[-3:]))}" if names else none
    raise SettingError(
        f"{text!r} is no run of {runs}: expected {LATEST}, a run's name or a part of it, or the path of its folder. "
        f"{there}{' and others' if len(names) > 3 else ''}."
    )


def find_pair(before: str, after: str, output: Path) -> tuple[StoredRun, StoredRun]:
    """Return two runs by what they are called, the earlier first; a run is not held against itself."""
    pair = find_run(before, output), find_run(after, output)
    if pair[0].base.file.resolve() != pair[1].base.file.resolve():
        return pair
    names = [one.name for one in _folders(output / "runs") if one.name != pair[0].name]
    advice = f", such as {names[-1]}" if names else f"; {output / 'runs'} has no other"
    raise SettingError(
        f"{before!r} and {after!r} are the same run, {pair[0].name}: name an earlier one first{advice}."
    )


def _folders(runs: Path) -> list[Path]:
    """Return the folders of runs, the oldest first; names that do not begin with a day are of no time."""
    folders = [one for one in (runs.iterdir() if is_dir(runs) else ()) if not one.is_symlink()]
    return sorted(
        (one for one in folders if is_file(one / RESULTS)), key=lambda one: (one.name[0].isdigit(), one.name)
    )


def read_run(file: Path) -> StoredRun:
    """Read a run's results.json."""
    base = load_base(file, option="")
    place = file.resolve()
    return StoredRun(place.parent.name if place.name == RESULTS else place.name, base)


def facts_of(run: StoredRun) -> Mapping[str, str]:
    """Return what two runs must have in common if their figures are to be held against each other."""
    return {name: run.in_all_rows(name) for name in ("fingerprint", "policy", "target", "seed")}
