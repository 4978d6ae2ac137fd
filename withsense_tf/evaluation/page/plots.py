"""One look for all plots: legible, and told apart by people who do not see all colours."""

from __future__ import annotations

import io
from typing import Any, Final

from matplotlib.figure import Figure

# Okabe and Ito's colours, which stay apart in every common kind of colour blindness.
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


def png(figure: Figure) -> bytes:
    """Return the figure as a PNG file."""
    stream = io.BytesIO()
    # No time stamp or version: the same figures give the same file.
    figure.savefig(stream, format="png", dpi=110, metadata={"Software": None})
    return stream.getvalue()
