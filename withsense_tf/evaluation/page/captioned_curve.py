"""Rows that differ by their captioned photos alone -> a picture of how figures grow with them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from typing import Final

from withsense_tf.evaluation.page.plots import COLOURS, new_figure, png
from withsense_tf.evaluation.page.run_plots import Picture
from withsense_tf.evaluation.page.run_tables import Row
from withsense_tf.evaluation.row_status import number, settings_in

COUNT: Final = "captioned_photos"
# What is drawn, and what its axis says.
FIGURES: Final = {"r@5": "R@5, share of queries", "rmse": "RMSE", "tau_c": "tau_c"}


def curves_of(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return the rows of each curve, by its name, fewest captioned photos first; a curve has two points at least.

    They are rows of one split and one configuration, but for the setting `captioned`.
    """
    groups: dict[str, list[Row]] = {}
    for row in rows:
        settings = settings_in(row)
        if "captioned" in settings and number(row, COUNT) is not None:
            settings.pop("captioned")
            key = json.dumps([row.get("split"), settings], sort_keys=True)
            groups.setdefault(key, []).append(row)
    curves = {}
    for group in groups.values():
        points = {number(row, COUNT): row for row in group}
        if len(points) > 1:
            curves[_name(group)] = [points[count] for count in sorted(points, key=lambda count: count or 0)]
    return curves


def curve_picture(rows: Sequence[Row]) -> Picture | None:
    """Draw the figures against the number of captioned photos, with their intervals; None where nothing is a curve."""
    curves = curves_of(rows)
    if not curves:
        return None
    figure, axes = new_figure(1, len(FIGURES), width=10.5, height=3.7)
    counts = sorted({int(number(row, COUNT) or 0) for curve in curves.values() for row in curve})
    texts = []
    for axis, (name, title) in zip(axes, FIGURES.items(), strict=True):
        for at, (label, curve) in enumerate(curves.items()):
            points = [row for row in curve if number(row, name) is not None]
            across, up = ([number(row, one) or 0.0 for row in points] for one in (COUNT, name))
            colour = COLOURS[at % len(COLOURS)]
            axis.plot(across, up, color=colour, marker="o", markersize=4, label=label)
            ends = [(number(row, f"{name}_low"), number(row, f"{name}_high")) for row in points]
            if points and all(low is not None and high is not None for low, high in ends):
                axis.fill_between(across, *zip(*ends, strict=True), color=colour, alpha=0.15)
            shares = ", ".join(
                f"{value:.3f} with {count:,.0f}" for count, value in zip(across, up, strict=True)
            )
            texts.append(f"{name}, {label}: {shares}")
        # Up to so many photos the axis is straight, so that none at all has a place on it.
        axis.set_xscale("symlog", linthresh=100)
        axis.set_xticks(counts, [f"{count:,}" for count in counts], rotation=30)
        axis.minorticks_off()
        axis.set(xlabel="captioned photos", ylabel=title)
    for text in axes[0].legend(frameon=False, fontsize=8).get_texts():
        text.set_parse_math(False)
    return Picture("What captioned photos are worth", png(figure), f"{'; '.join(texts)}.")


def _name(rows: Sequence[Row]) -> str:
    """Return what the names of all rows begin with."""
    names = [str(row.get("matcher")) for row in rows]
    beginning = os.path.commonprefix(names)  # noqa: RUF071  # names are no paths
    return re.sub(r"[ ,(]+\d*$", "", beginning) or names[0]
