"""How good is it: what the last comparison on this machine measured, with intervals, and where it fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from withsense_tf.app.page.drawing_board import PageReader, page
from withsense_tf.app.page.reports.failed_queries import failures
from withsense_tf.app.routes.common import Service, needs
from withsense_tf.common.limits import parse_json, read_bytes
from withsense_tf.errors import WithSenseError
from withsense_tf.evaluation.row_status import BASELINE

router = APIRouter(dependencies=[needs("read")], include_in_schema=False)
RESULTS: Final = "results.json"
# The first of these that the comparison has: photos that no model had seen, asked in turn.
SPLITS: Final = ("folds", "captioned", "strict", "test")
FIGURES: Final = ("tau_c", "r@5")


@dataclass(frozen=True)
class Span:
    """A figure of a matcher as a plot has it: its dot and interval in hundredths of the width."""

    label: str
    value: float
    low: float
    high: float

    @property
    def is_known(self) -> bool:
        """Return whether an interval was measured."""
        return self.low < self.high


@router.get("/how-good")
def how_good(request: Request, service: Service) -> Response:
    """Show the newest comparison."""
    results = newest_results(service.settings.reports)
    rows = rows_to_show(results)
    matcher, worst = failures(service, PageReader.of(request).country, rows)
    plots = {figure: spans(rows, figure) for figure in FIGURES}
    return page(
        request,
        "figures.html",
        active="good",
        rows=rows,
        plots={figure: some for figure, some in plots.items() if some},
        day=None if results is None else results["day"],
        machine="" if results is None else str(results.get("machine", "")),
        notes=[] if results is None else [str(note) for note in results.get("notes", [])],
        split=rows[0]["split"] if rows else "",
        failed_matcher=matcher,
        failed_queries=worst,
    )


def newest_results(folder: Path | None) -> dict[str, Any] | None:
    """Return what the newest comparison wrote that can be read, or None."""
    files = [] if folder is None else sorted(folder.glob(f"runs/*/{RESULTS}"), reverse=True)
    # `runs/latest` is one of the others under a second name; names of runs begin with their day.
    for file in (file for file in files if file.parent.name[0].isdigit()):
        with suppress(WithSenseError, OSError, ValueError):
            results = parse_json(read_bytes(file))
            if isinstance(results, dict) and isinstance(results.get("rows"), list):
                day = file.parent.name[:8]
                return results | {"day": f"{day[:4]}-{day[4:6]}-{day[6:]}"}
    return None


def rows_to_show(results: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the rows of the first split that was measured, the best first."""
    rows = (
        [] if results is None else [row for row in results["rows"] if row.get("status") in ("ok", "", None)]
    )
    for split in SPLITS:
        # A baseline that answers the same to everything says only where zero is.
        some = [row for row in rows if row.get("split") == split and row.get("track") != BASELINE]
        if some:
            return sorted(some, key=lambda row: -float(row.get("tau_c") or -1))
    return []


def spans(rows: Sequence[Mapping[str, Any]], figure: str) -> list[Span]:
    """Return what to draw of a figure; rows that lack it are left out."""
    known_rows = [row for row in rows if isinstance(row.get(figure), float | int)]
    return [
        Span(
            str(row["matcher"]),
            float(row[figure]),
            *(float(row.get(f"{figure}_{end}") or row[figure]) for end in ("low", "high")),
        )
        for row in known_rows
    ]
