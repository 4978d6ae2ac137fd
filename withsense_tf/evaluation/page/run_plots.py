"""Outcomes -> the pictures of a run's page: fit and calibration, how soon the right photo comes, training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import matplotlib
import numpy as np
from matplotlib.colors import ListedColormap, LogNorm

from withsense_tf.evaluation.figures.human import expected_calibration_error, reliability
from withsense_tf.evaluation.figures.ranking import chance
from withsense_tf.evaluation.outcome import Answers, Outcome
from withsense_tf.evaluation.page.plots import BLACK, BLUE, GREEN, ORANGE, PURPLE, RED, SKY, new_figure, png
from withsense_tf.evaluation.page.run_tables import LOOKING, READING
from withsense_tf.evaluation.row_status import CAPTION_ASSISTED

BINS: Final = 25
# Without the palest: one pair must be seen on white, too.
SHADES: Final = ListedColormap(matplotlib.colormaps["viridis_r"](np.linspace(0.25, 1, 200)))
LINE_COLOURS: Final = (BLUE, ORANGE, GREEN, PURPLE, RED, SKY)
LINES: Final = ("-", "--", "-.", ":")


@dataclass(frozen=True)
class Picture:
    """A PNG file and what it shows, in words."""

    title: str
    png: bytes
    alt: str


def fit_pictures(outcomes: Sequence[Outcome]) -> list[Picture]:
    """Draw, for each outcome with answers, predicted against target, and how well the predictions are calibrated."""
    return [
        _fit(outcome.label, outcome.answers)
        for outcome in outcomes
        if outcome.answers is not None and len(outcome.answers)
    ]


def recall_picture(outcomes: Sequence[Outcome]) -> Picture | None:
    """Draw the share of queries whose right photo is among the first k, for every k; None without queries.

    Matchers that read the photos' captions have a panel of their own.
    """
    ranking = [outcome for outcome in outcomes if outcome.rankings is not None and len(outcome.rankings.text)]
    looking = [outcome for outcome in ranking if outcome.about.get("track") != CAPTION_ASSISTED]
    reading = [outcome for outcome in ranking if outcome.about.get("track") == CAPTION_ASSISTED]
    panels = [(title, some) for title, some in ((LOOKING, looking), (READING, reading)) if some]
    if not panels:
        return None
    figure, axes = new_figure(len(panels), 1, width=10.5, height=0.6 + 3.7 * len(panels), squeeze=False)
    texts = []
    for axis, (title, some) in zip(axes[:, 0], panels, strict=True):
        texts.append(f"{title}: {_recall_panel(axis, title, some)}")
    return Picture("How soon the right photo comes", png(figure), " ".join(texts))


def training_pictures(outcomes: Sequence[Outcome]) -> list[Picture]:
    """Draw how losses and figures went from epoch to epoch, for the outcomes that have kept it."""
    pictures = []
    for outcome in outcomes:
        history = {name: values for name, values in outcome.history.items() if len(values)}
        if history:
            pictures.append(_training(outcome.label, history))
    return pictures


def _fit(label: str, answers: Answers) -> Picture:
    target, prediction = answers.target, answers.prediction
    low, high = min(0.0, float(prediction.min())), max(1.0, float(prediction.max()))
    figure, (parity, calibration) = new_figure(1, 2, width=7.6, height=3.7)
    counts, across, up = np.histogram2d(target, prediction, BINS, range=((0, 1), (low, high)))
    some = np.ma.masked_equal(counts.T, 0)
    most = max(2, int(counts.max()))
    mesh = parity.pcolormesh(across, up, some, cmap=SHADES, norm=LogNorm(1, most))
    ticks = [tick for tick in (1, 10, 100, 1000, 10000) if tick <= most]
    bar = figure.colorbar(mesh, ax=parity, label="pairs", shrink=0.8)
    bar.set_ticks(ticks, labels=[f"{tick:,}" for tick in ticks])
    bar.minorticks_off()
    parity.set(xlabel="target", ylabel="predicted", title="Predicted against target")
    points = reliability(target, prediction)
    ece = expected_calibration_error(target, prediction)
    calibration.scatter(
        points.prediction,
        points.target,
        s=15 + 150 * points.count / points.count.sum(),
        color=BLUE,
        alpha=0.8,
    )
    calibration.set(xlabel="predicted (mean of a bin)", ylabel="target (mean of a bin)")
    calibration.set(title=f"Reliability, ECE {ece:.3f}", xlim=(low - 0.04, high + 0.04), ylim=(-0.04, 1.04))
    for axis in (parity, calibration):
        axis.plot([0, 1], [0, 1], color=BLACK, linewidth=1, linestyle=":")
        axis.set_box_aspect(1)
        axis.grid(color="#dddddd")
    alt = (
        f"{label}: {len(target):,} pairs. Predictions go from {prediction.min():.2f} to {prediction.max():.2f}, "
        f"targets from {target.min():.2f} to {target.max():.2f}; expected calibration error {ece:.3f}."
    )
    return Picture(label, png(figure), alt)


def _recall_panel(axis, title: str, outcomes: Sequence[Outcome]) -> str:  # type: ignore[no-untyped-def]  # an axis of matplotlib
    sizes = np.concatenate(
        [outcome.rankings.per_query.size for outcome in outcomes if outcome.rankings is not None]
    )
    first = np.arange(1, int(sizes.max()) + 1)
    curves = []
    for outcome in outcomes:
        if outcome.rankings is not None:
            rank = np.sort(outcome.rankings.per_query.rank)
            curves.append((outcome.label, np.searchsorted(rank, first) / len(rank)))
    # The colour stays with the place in the table, so that both panels and two runs look alike.
    styles = {
        label: (LINE_COLOURS[at % len(LINE_COLOURS)], LINES[at // len(LINE_COLOURS) % len(LINES)])
        for at, (label, _) in enumerate(curves)
    }
    curves.sort(key=lambda curve: -float(curve[1][: min(5, len(first))][-1]))
    for label, curve in curves:
        colour, line = styles[label]
        axis.plot(first, curve, color=colour, linestyle=line, drawstyle="steps-post", label=label)
    by_chance = [chance(sizes, int(k)) for k in first]
    axis.plot(first, by_chance, color=BLACK, linewidth=1, linestyle=(0, (1, 3)), label="chance")
    ticks = [k for k in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000) if k <= first[-1]]
    axis.set(xscale="log", title=title, xlabel="k: so many photos are looked at", ylim=(-0.02, 1.02))
    axis.set_ylabel("share of queries that\nfind the right photo")
    axis.set_xticks(ticks, [str(k) for k in ticks])
    axis.minorticks_off()
    axis.grid(color="#dddddd")
    legend = axis.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.01, 1.02), fontsize=9)
    for text in legend.get_texts():
        # A name is no formula, whatever signs it holds.
        text.set_parse_math(False)
    five = min(5, len(first))
    shares = ", ".join(f"{label} {curve[five - 1]:.3f}" for label, curve in curves)
    return f"share of queries with the right photo among the first {five}: {shares}; chance {by_chance[five - 1]:.3f}."


def _training(label: str, history: dict[str, list[float]]) -> Picture:
    names = list(dict.fromkeys(name.removeprefix("val_") for name in history))
    figure, axes = new_figure(1, len(names), width=max(7.6, 3.8 * len(names)), height=3.4, squeeze=False)
    texts = []
    for axis, name in zip(axes[0], names, strict=True):
        for key, what, colour in ((name, "training", BLUE), (f"val_{name}", "held out", ORANGE)):
            if key in history:
                values = history[key]
                epochs = np.arange(1, len(values) + 1)
                axis.plot(epochs, values, color=colour, label=what, marker="o", markersize=3)
                texts.append(
                    f"{name}, {what}, from {values[0]:.3f} to {values[-1]:.3f} in {len(values)} epochs"
                )
        axis.set_ylabel(name, parse_math=False)
        axis.set_xlabel("epoch")
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.legend(frameon=False)
    return Picture(label, png(figure), f"{label}: {'; '.join(texts)}.")
