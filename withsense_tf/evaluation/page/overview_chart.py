"""One picture of a comparison: what each matcher finds and how well it orders pairs, with intervals and lines."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, Final

from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from withsense_tf.evaluation.page.plots import ORANGE, Chart, Theme, dress, new_figure
from withsense_tf.evaluation.reference_lines import ReferenceLine
from withsense_tf.evaluation.row_status import BASELINE, CAPTION_ASSISTED, number, was_run

Row = Mapping[str, Any]
# What is drawn of each row, by preference: its title, and how a value is written.
PANELS: Final = {
    "r@5": ("Right photo among the first five, % of queries (R@5)", 100, "{:.0f}"),
    "tau_c": ("Pairs in the experts' order (tau c)", 1, "{:.2f}"),
    "rmse": ("Error of the numbers, lower is better (RMSE)", 1, "{:.2f}"),
}
MOST_PANELS: Final = 2
# A telephone's width: inches of a figure whose writing is as large there as it should be, and signs of its lines.
NARROW: Final = 4.2
SIGNS_IF_NARROW: Final = 26
LINE: Final = 0.18  # of writing, in inches
IMAGE_ONLY: Final = "image-only"
GREY: Final = "#767676"  # of baselines: it stands out from white and from black
# Track -> what the legend says, colour and mark: the mark tells it, too, whoever sees no colours.
TRACKS: Final = {
    CAPTION_ASSISTED: ("reads the photos' captions too", ORANGE, "s"),
    IMAGE_ONLY: ("pixels alone", "", "o"),  # the theme's blue
    BASELINE: ("baseline", GREY, "D"),
}
DASHES: Final = (":", "--", "-.", (0, (5, 1, 1, 1, 1, 1)))


def overview(
    rows: Sequence[Row], lines: Sequence[ReferenceLine] = (), title: str = "", is_narrow: bool = False
) -> Chart | None:
    """Draw the rows of one split, the best last-mentioned first; None where no row has a figure.

    `is_narrow` puts the panels below each other, for a telephone.
    """
    ran = [row for row in rows if was_run(row)]
    measures = [one for one in PANELS if any(number(row, one) is not None for row in ran)][:MOST_PANELS]
    if not measures:
        return None
    in_order = sorted(ran, key=lambda row: _merit(row, measures[0]))
    name = title or "How good is each matcher"
    alt = _words(in_order, lines, measures)
    return Chart(name, lambda theme: _draw(in_order, lines, measures, theme, is_narrow), alt)


def _merit(row: Row, measure: str) -> float:
    value = number(row, measure)
    value = float("-inf") if value is None else value
    return -value if measure == "rmse" else value


def _draw(
    rows: Sequence[Row],
    lines: Sequence[ReferenceLine],
    measures: Sequence[str],
    theme: Theme,
    is_narrow: bool,
) -> Figure:
    most_lines = max(sum(line.measure == measure for line in lines) for measure in measures)
    height, count = 1.5 + 0.34 * len(rows) + 0.24 * most_lines, len(measures)
    shape, width, height = (
        ((count, 1), NARROW, (height + 0.4) * count) if is_narrow else ((1, count), 5.6 * count + 1.2, height)
    )
    figure, axes = new_figure(*shape, width=width, height=height, squeeze=False, sharey=True)
    signs = SIGNS_IF_NARROW if is_narrow else None
    for axis, measure in zip(axes.flat, measures, strict=True):
        _panel(axis, rows, [line for line in lines if line.measure == measure], measure, theme, signs)
    first = axes[0, 0]
    names = [_in_lines(str(row.get("matcher")), signs) for row in rows]
    for axis in axes[:, 0]:
        axis.set_yticks(range(len(rows)), names, parse_math=False)
    first.set_ylim(-0.7, len(rows) - 0.3)
    tracks = [track for track in TRACKS if any(_track(row) == track for row in rows)]
    handles = []
    for track in tracks:
        name, colour, mark = TRACKS[track]
        handles += first.plot([], [], linestyle="", marker=mark, color=colour or theme.blue, label=name)
    figure.legend(
        handles=handles, loc="outside upper left", ncols=1 if is_narrow else len(handles), frameon=False
    )
    return dress(figure, theme)


def _panel(
    axis: Any,
    rows: Sequence[Row],
    lines: Sequence[ReferenceLine],
    measure: str,
    theme: Theme,
    signs: int | None,
) -> None:
    title, scale, form = PANELS[measure]
    for at, row in enumerate(rows):
        value = number(row, measure)
        if value is None:
            continue
        _, colour, mark = TRACKS[_track(row)]
        colour = colour or theme.blue
        ends = [number(row, f"{measure}_{end}") for end in ("low", "high")]
        known = [scale * end for end in ends if end is not None]
        if len(known) == 2:
            axis.plot(known, [at, at], color=colour, linewidth=2.5, solid_capstyle="butt", alpha=0.7)
        axis.plot([scale * value], [at], marker=mark, markersize=7, color=colour)
        axis.annotate(
            _value_text(value, scale, form), (max([scale * value, *known]), at), (8, 0),
            textcoords="offset points", va="center", fontsize=9,
            # No line goes through the figure.
            bbox={"facecolor": theme.ground, "edgecolor": "none", "pad": 0.5},
        )  # fmt: skip
    for at, line in enumerate(lines):
        axis.axvline(
            scale * line.value, color=theme.ink, linewidth=1.2, linestyle=DASHES[at % len(DASHES)], zorder=0,
            label=_in_lines(_line_text(line, scale), signs),
        )  # fmt: skip
    axis.set_xlabel(_in_lines(title, signs))
    axis.grid(axis="y", visible=False)
    axis.grid(axis="x", color=theme.grid)
    axis.margins(x=0.12)
    if lines:
        # So far below the axis in inches, however many rows there are.
        far = 0.5 + LINE * axis.get_xlabel().count("\n")
        below = axis.transAxes + ScaledTranslation(0, -far, axis.figure.dpi_scale_trans)
        axis.legend(
            loc="upper center", bbox_to_anchor=(0.5, 0), bbox_transform=below, frameon=False, fontsize=9
        )


def _in_lines(text: str, signs: int | None) -> str:
    return text if signs is None else textwrap.fill(text, signs)


def _value_text(value: float, scale: int, form: str) -> str:
    """Write a value; a share that is not all, or not none, is not written so."""
    text = form.format(scale * value)
    return f"{scale * value:.1f}" if text in ("0", "100") and 0 < value < 1 else text


def _line_text(line: ReferenceLine, scale: int) -> str:
    return f"{line.label}: {scale * line.value:.3g}"


def _track(row: Row) -> str:
    track = str(row.get("track"))
    return track if track in TRACKS else IMAGE_ONLY


def _words(rows: Sequence[Row], lines: Sequence[ReferenceLine], measures: Sequence[str]) -> str:
    parts = []
    for measure in measures:
        title, scale, form = PANELS[measure]
        known = [(row, value) for row in reversed(rows) if (value := number(row, measure)) is not None]
        values = [f"{row.get('matcher')} {_value_text(value, scale, form)}" for row, value in known]
        values += [_line_text(line, scale) for line in lines if line.measure == measure]
        parts.append(f"{title}: {', '.join(values)}.")
    return " ".join(parts)
