from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure

from withsense_tf.errors import SettingError
from withsense_tf.evaluation.page.plots import (
    COLOURS,
    DARK,
    THEMES,
    Chart,
    Theme,
    dress,
    new_figure,
    png,
)


def test_a_figure_is_drawn_without_touching_what_is_global() -> None:
    before = plt.get_fignums()
    figure, axes = new_figure(2, 3, squeeze=False)
    assert axes.shape == (2, 3)
    assert len(figure.axes) == 6
    assert plt.get_fignums() == before


def test_the_same_figure_gives_the_same_file() -> None:
    files = []
    for _ in range(2):
        figure, axis = new_figure(width=2, height=1)
        axis.plot([1, 2], color=COLOURS[0])
        files.append(png(figure))
    assert files[0].startswith(b"\x89PNG")
    assert files[0] == files[1]
    assert len(set(COLOURS)) == len(COLOURS)


def test_a_chart_is_written_as_png_and_svg_in_light_and_dark_and_twice_the_same(tmp_path: Path) -> None:
    def draw(theme: Theme) -> Figure:
        figure, axis = new_figure()
        axis.plot([0, 1], [0, 1], label="a line")
        axis.legend()
        axis.set_title("a title")
        return dress(figure, theme)

    chart = Chart("A chart", draw, "a line from 0 to 1")
    files = [chart.save(tmp_path / f"{theme}{kind}", theme) for theme in THEMES for kind in (".png", ".svg")]
    contents = {file.name: file.read_bytes() for file in files}
    assert len(set(contents.values())) == 4
    assert contents["dark.svg"].decode() == chart.svg("dark")
    assert "a title" in chart.svg()  # as a text
    assert DARK.ground in chart.svg("dark")
    assert DARK.ground not in chart.svg("light")
    assert chart._repr_png_() == contents["light.png"]
    assert "a line from 0 to 1" in repr(chart)
    with pytest.raises(SettingError, match=r"as \.png or \.svg, got 'chart.gif'"):
        chart.save(tmp_path / "chart.gif")
    with pytest.raises(SettingError, match="theme"):
        chart.png("grey")
    dark = replace(chart, theme="dark")
    assert dark._repr_png_() == contents["dark.png"]  # what a notebook shows
    assert dark.png("light") == contents["light.png"]
    with pytest.raises(SettingError, match="theme"):
        replace(chart, theme="grey")
