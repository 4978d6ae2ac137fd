from __future__ import annotations

import pytest

from withsense_tf.evaluation.page.overview_chart import SIGNS_IF_NARROW, overview
from withsense_tf.evaluation.page.plots import Chart
from withsense_tf.evaluation.reference_lines import ReferenceLine

ROWS = [
    {"matcher": "constant $x$", "track": "baseline", "status": "ok", "r@5": 0.0, "tau_c": 0.0},
    {"matcher": "towers", "track": "image-only", "status": "ok", "r@5": 0.8, "r@5_low": 0.7, "r@5_high": 0.9},
    {"matcher": "hybrid", "track": "caption-assisted", "status": "ok", "r@5": 0.98, "tau_c": 0.5},
    {"matcher": "clip", "track": "image-only", "status": "not run: no weights"},
]
LINES = (
    ReferenceLine("r@5", 0.172, "chance"),
    ReferenceLine("tau_c", 0.543, "PAC-S, published", published=True),
)


@pytest.fixture(scope="module")
def chart() -> Chart:
    made = overview(ROWS, LINES)
    assert made is not None
    return made


def test_the_chart_says_in_words_what_it_shows_best_first(chart: Chart) -> None:
    assert chart.alt == (
        "Right photo among the first five, % of queries (R@5): hybrid 98, towers 80, constant $x$ 0, chance: 17.2. "
        "Pairs in the experts' order (tau c): hybrid 0.50, constant $x$ 0.00, PAC-S, published: 0.543."
    )


def test_a_share_that_misses_a_few_is_not_drawn_as_all() -> None:
    rows = [
        ROWS[1] | {"matcher": name, "r@5": share} for name, share in (("a", 0.9977), ("b", 0.001), ("c", 1.0))
    ]
    made = overview(rows)
    assert made is not None
    assert made.alt.endswith("c 100, a 99.8, b 0.1.")


def test_every_row_that_was_run_has_a_place_and_every_interval_a_bar(chart: Chart) -> None:
    left, right = chart.figure().axes
    assert [text.get_text() for text in left.get_yticklabels()] == ["constant $x$", "towers", "hybrid"]
    bars = [list(line.get_xdata()) for line in left.lines if len(line.get_xdata()) == 2]
    assert pytest.approx([70, 90]) in [sorted(bar) for bar in bars]
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["PAC-S, published: 0.543"]


def test_for_a_telephone_the_panels_stand_below_each_other_and_each_names_its_rows(chart: Chart) -> None:
    narrow = overview(ROWS, LINES, is_narrow=True)
    assert narrow is not None
    assert narrow.alt == chart.alt
    upper, lower = narrow.figure().axes
    assert upper.get_position().y0 > lower.get_position().y1
    for axis in (upper, lower):
        assert [text.get_text() for text in axis.get_yticklabels()] == ["constant $x$", "towers", "hybrid"]
    wide_figure, narrow_figure = chart.figure(), narrow.figure()
    # Its writing is as large, so the figure fills a telephone with it.
    assert narrow_figure.get_figwidth() < wide_figure.get_figwidth() / 2
    assert max(map(len, upper.get_xlabel().splitlines())) <= SIGNS_IF_NARROW


def test_tracks_are_told_apart_without_colours(chart: Chart) -> None:
    (legend,) = chart.figure().legends
    marks = {
        text.get_text(): handle.get_marker()
        for text, handle in zip(legend.get_texts(), legend.legend_handles, strict=True)
    }
    assert len(set(marks.values())) == len(marks) == 3


def test_without_figures_there_is_no_chart() -> None:
    assert overview(ROWS[3:]) is None
    only_error = overview([{"matcher": "a", "track": "image-only", "rmse": 0.2}])
    assert only_error is not None
    assert only_error.alt == "Error of the numbers, lower is better (RMSE): a 0.20."


def test_no_line_goes_through_a_figure(chart: Chart) -> None:
    for theme in ("light", "dark"):
        texts = [text for axis in chart.figure(theme).axes for text in axis.texts]
        boxes = [text.get_bbox_patch() for text in texts]
        assert len(boxes) > 3
        assert all(box is not None and box.get_facecolor() == axis_ground(chart, theme) for box in boxes)


def axis_ground(chart: Chart, theme: str) -> object:
    return chart.figure(theme).axes[0].get_facecolor()
