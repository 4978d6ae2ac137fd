"""One look for all plots: legible, and told apart by people who do not see all colours."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import matplotlib
from matplotlib.figure import Figure

from withsense_tf.common.atomic_files import whole_file
from withsense_tf.errors import SettingError, check_choice, check_kind
from withsense_tf.file_access import path_of

# Okabe and Ito's colours: they stay apart in every common kind of colour blindness.
BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, YELLOW, BLACK = "#CC79A7", "#56B4E9", "#F0E442", "#000000"
COLOURS: Final = (BLUE, ORANGE, GREEN, PURPLE, SKY, RED, YELLOW, BLACK)


def new_figure(
    rows: int = 1, columns: int = 1, width: float = 8.0, height: float = 3.6, **options: Any
) -> tuple[Figure, Any]:
    """Return a figure and its axes (one, or an array of them); nothing global is touched."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(rows, columns, **options)
    for axis in figure.axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.set_axisbelow(True)
        axis.grid(axis="y", color="#dddddd")
    return figure, axes


def png(figure: Figure, scale: int = 1) -> bytes:
    """Return the figure as a PNG file, so many times as fine as usual."""
    stream = io.BytesIO()
    # No time stamp or version: the same figures give the same file.
    figure.savefig(stream, format="png", dpi=110 * scale, metadata={"Software": None})
    return stream.getvalue()


@dataclass(frozen=True)
class Theme:
    """What a picture is drawn on, and with: its ground, its writing, lines that help the eye, and a blue."""

    ground: str
    ink: str
    grid: str
    blue: str


LIGHT: Final = Theme("#ffffff", "#1a1a1a", "#dddddd", BLUE)
DARK: Final = Theme("#16181c", "#e8e8e8", "#3d4148", SKY)  # the darker blue is lost on it
THEMES: Final = {"light": LIGHT, "dark": DARK}


def dress(figure: Figure, theme: Theme) -> Figure:
    """Give all that is not data the colours of a theme; the same figure is returned."""
    figure.set_facecolor(theme.ground)
    legends = [*figure.legends, *filter(None, (axis.get_legend() for axis in figure.axes))]
    texts = [text for legend in legends for text in legend.get_texts()]
    for axis in figure.axes:
        axis.set_facecolor(theme.ground)
        axis.tick_params(colors=theme.ink)
        for spine in axis.spines.values():
            spine.set_color(theme.ink)
        texts += [axis.title, axis.xaxis.label, axis.yaxis.label, *axis.texts]
    for text in texts:
        text.set_color(theme.ink)
    return figure


@dataclass(frozen=True)
class Chart:
    """A picture that is drawn when it is asked for, in light or dark, as PNG or SVG. A notebook shows it.

    `alt` says in words what it shows; `theme` is the one of notebooks, and of files where none is named.
    """

    title: str
    draw: Callable[[Theme], Figure]
    alt: str
    theme: str = "light"

    def __post_init__(self) -> None:
        check_choice("theme", self.theme, THEMES)

    def png(self, theme: str | None = None, scale: int = 1) -> bytes:
        """Return it as a PNG file, so many times as fine as usual."""
        return png(self.figure(theme), scale)

    def svg(self, theme: str | None = None) -> str:
        """Return it as an SVG file; its texts are texts."""
        stream = io.StringIO()  # the same figures give the same file
        with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "withsense_tf"}):
            self.figure(theme).savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
        return stream.getvalue()

    def figure(self, theme: str | None = None) -> Figure:
        """Return the figure of matplotlib, to change it."""
        return self.draw(THEMES[check_choice("theme", theme or self.theme, THEMES)])

    def save(self, file: str | Path, theme: str | None = None) -> Path:
        """Write it to a .png or .svg file."""
        check_kind("save", file, (str, Path), "the name of a picture, such as chart.png")
        path = path_of(file)
        if path.suffix not in (".png", ".svg"):
            raise SettingError(f"A chart is saved as .png or .svg, got {path.name!r}.")
        with whole_file(path) as draft:
            draft.write_bytes(self.png(theme) if path.suffix == ".png" else self.svg(theme).encode())
        return path

    def _repr_png_(self) -> bytes:
        return self.png()

    def __repr__(self) -> str:
        return f"Chart({self.title}: {self.alt})"
