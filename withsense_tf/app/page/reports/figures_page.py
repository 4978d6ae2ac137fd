"""How good is it: what a comparison on this machine measured, with intervals, and where it fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from withsense_tf.app.page.drawing_board import PageReader, page
from withsense_tf.app.page.reports.failed_queries import failures
from withsense_tf.app.page.reports.run_standing import best_run, model_in_use, standings
from withsense_tf.app.page.reports.runs_page import RunName, run_of, runs_here
from withsense_tf.app.routes.common import Service, needs
from withsense_tf.evaluation.reference_lines import ReferenceLine
from withsense_tf.evaluation.row_status import BASELINE, number, was_run
from withsense_tf.targets.which_target import NOBODY_JUDGED, is_by_captions

router = APIRouter(dependencies=[needs("read")], include_in_schema=False)
# How a note begins that says that the data is no photos.
SYNTHETIC: Final = "Synthetic"
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
def how_good(request: Request, service: Service, run: RunName = "") -> Response:
    """Show a comparison, unless another is named a whole one of the photos here, and which others there are."""
    runs = runs_here(service.settings.reports)
    standing = standings(service, runs)
    one = run_of(runs, run) if run else best_run(runs, standing)
    rows = [] if one is None else rows_to_show(one.base.rows)
    use = None if one is None else one.comparison.row_to_use()
    matcher, worst = failures(service, PageReader.of(request).country, rows, use)
    all_rows = [] if one is None else one.base.rows
    by_captions = any(is_by_captions(row.get("target")) for row in all_rows)
    # Where nobody judged, there is no order of pairs to be near to.
    figures = [figure for figure in FIGURES if not (by_captions and figure == "tau_c")]
    plots = {figure: spans(rows, figure) for figure in figures}
    return page(
        request,
        "figures.html",
        active="good",
        run=one,
        verdict="" if one is None else one.comparison.recommendation(),
        use={} if use is None else {figure: spans([use], figure) for figure in figures},
        nobody_judged=NOBODY_JUDGED if by_captions else "",
        notes=[] if one is None else [note for note in one.base.notes if note != NOBODY_JUDGED],
        is_drawn=one is not None and any(note.startswith(SYNTHETIC) for note in one.base.notes),
        standing=None if one is None else standing[one.name],
        in_use=model_in_use(service, rows),
        people=None if one is None else people_of(one.base.lines),
        runs=[other.summary() | {"of_these": standing[other.name].of_these} for other in runs],
        rows=rows,
        gallery=None if use is None else number(use, "gallery"),
        chance=None if one is None else one.comparison.chance(),
        all_rows=all_rows,
        plots={figure: some for figure, some in plots.items() if some},
        failed_matcher=matcher,
        failed_queries=worst,
    )


def rows_to_show(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the rows of the first split that was measured, as the recommendation has it, the best first."""
    from withsense_tf.evaluation.result_table import SPLITS

    for split in SPLITS:
        # A baseline that answers the same to everything says only where zero is.
        some = [
            row for row in rows if was_run(row) and row.get("split") == split and row.get("track") != BASELINE
        ]
        if some:
            # Where nobody judged, there is no order of pairs to be near to.
            return sorted(some, key=lambda row: tuple(-float(_first(row.get(one), -1)) for one in FIGURES))
    return []


def spans(rows: Sequence[Mapping[str, Any]], figure: str) -> list[Span]:
    """Return what to draw of a figure; rows that lack it are left out."""
    known_rows = [row for row in rows if isinstance(row.get(figure), float | int)]
    return [
        Span(
            str(row["matcher"]),
            float(row[figure]),
            *(float(_first(row.get(f"{figure}_{end}"), row[figure])) for end in ("low", "high")),
        )
        for row in known_rows
    ]


def _first(*values: Any) -> Any:
    return next(value for value in values if value is not None)


def people_of(lines: Sequence[ReferenceLine]) -> float | None:
    """Return how well people are put in order by one another, where the comparison measured that on its own data."""
    return next((line.value for line in lines if line.measure == "tau_c" and not line.published), None)
