"""The folder of one run: results as JSON, CSV and Markdown, and a page to look at."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from withsense_tf.data.dataset import Dataset
from withsense_tf.evaluation.measured_photos import measured_photos
from withsense_tf.evaluation.outcome import Outcome
from withsense_tf.evaluation.page.run_page import Run, write_run_page
from withsense_tf.evaluation.reference_lines import as_tables
from withsense_tf.evaluation.result_table import SHARES, Comparison, Value, append_rows, cell_text
from withsense_tf.evaluation.row_status import legends, was_run
from withsense_tf.experiments.compare.config import Config

LOGS: Final = "tensorboard"  # below the run's folder, where training was logged
IN_MARKDOWN: Final = (
    "matcher",
    "track",
    "split",
    "gallery",
    "rmse",
    "skill",
    "tau_c",
    "r@1",
    "r@5",
    "r@10",
    "ece",
    "best",
    "status",
)


def write_run(
    folder: Path,
    config: Config,
    comparison: Comparison,
    outcomes: Sequence[Outcome],
    data: Dataset,
    measured_on: Mapping[str, str] | None = None,
    machine: str = "",
) -> Path:
    """Write results.json, results.csv, results.md and index.html into the run's folder; return the page.

    `measured_on` names, by split, what was measured on: a later run is held against this one only if it has the same.
    So it is with `machine` and the figures of effort.
    """
    folder.mkdir(parents=True, exist_ok=True)
    photos = measured_photos(outcomes, data)
    results = results_text(asdict(config), comparison, measured_on or {}, machine, photos)
    (folder / "results.json").write_text(results, encoding="utf-8")
    append_rows(folder / "results.csv", comparison)
    (folder / "results.csv.lock").unlink(missing_ok=True)
    (folder / "results.md").write_text(markdown(comparison), encoding="utf-8")
    logs = folder / LOGS
    run = Run(comparison, outcomes, data, asdict(config), logs if logs.is_dir() else None, machine)
    return write_run_page(folder / "index.html", run)


def results_text(
    config: Mapping[str, object],
    comparison: Comparison,
    measured_on: Mapping[str, str],
    machine: str,
    photos: Sequence[str],
) -> str:
    """Return what results.json says of a run; `photos` are digests of some that it was measured on."""
    rows = [{name: _plain(value) for name, value in row.items()} for row in comparison.rows]
    result: dict[str, object] = {"config": config, "notes": [*comparison.notes, *comparison.sources]}
    result |= {"measured_on": dict(measured_on), "machine": machine, "lines": as_tables(comparison.lines)}
    result |= {"photos": list(photos), "rows": rows}
    return json.dumps(result, indent=1, default=str) + "\n"


def markdown(comparison: Comparison) -> str:
    """Return the table as Markdown, with its notes."""
    headings = [f"{name}, %" if name in SHARES else name for name in IN_MARKDOWN]
    lines = [_line(headings), "|" + "---|" * len(headings)]
    for row in comparison.rows:
        # That a row was run is not worth a word.
        cells = {**row, "status": "" if was_run(row) else row["status"]}
        lines.append(_line([cell_text(name, cells.get(name)) for name in IN_MARKDOWN]))
    notes = (*legends(comparison.rows, IN_MARKDOWN), *comparison.notes, *comparison.sources)
    return "\n".join([*lines, "", *(f"- {note}" for note in notes), ""])


def _line(cells: Sequence[str]) -> str:
    # A name may hold the sign that parts the cells, or a line's end.
    return "| " + " | ".join(" ".join(escape(cell).replace("|", "\\|").split()) for cell in cells) + " |"


def escape(text: str) -> str:
    """Return a text that Markdown shows as it is: no sign opens a tag, or makes what follows bold.

    >>> escape("__init__ needs <x>")
    '\\\\_\\\\_init\\\\_\\\\_ needs &lt;x>'
    """
    return text.replace("<", "&lt;").replace("__", "\\_\\_")


def _plain(value: Value | Mapping[str, object]) -> object:
    # JSON has no word for "not a number".
    return None if isinstance(value, float) and not math.isfinite(value) else value
