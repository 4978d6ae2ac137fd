"""How a network learned: its losses, or how well it ranked, epoch by epoch, as a chart that notebooks show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from withsense_tf.errors import SettingError, check_kind
from withsense_tf.evaluation.page.plots import ORANGE, Chart, Theme, dress, new_figure
from withsense_tf.matchers.base import Matcher

History = Mapping[str, Sequence[float]]

# What histories call a measure, and what a person does; whether its best is its greatest.
TITLES: Final = {
    "loss": ("loss on what is learned from", False),
    "val_loss": ("loss on photos held out", False),
    "validation_mrr": ("mean reciprocal rank on photos held out", True),
}


def training_chart(matcher: Matcher, theme: str = "light") -> Chart:
    """Return how a matcher's network learned; the epoch whose weights were kept is marked. `theme` may be "dark".

    Raise where no network was trained: closed forms have no epochs.
    """
    check_kind("training_chart", matcher, Matcher, "a fitted matcher", "pass ws.ConcatKeras().fit(train)")
    # Two towers may be the mean of several networks.
    histories: Sequence[History] = getattr(matcher, "histories_", None) or [getattr(matcher, "history_", {})]
    if not histories[0]:
        if matcher.trains_network:
            matcher.check_fitted()
        raise SettingError(
            f"{matcher.name} was not trained in epochs, so it has no learning curve: expected a matcher with a "
            "network, such as ConcatKeras, Interaction or TwoTower."
        )
    alt = "; ".join(map(_in_words, histories))
    return Chart(f"How {matcher.name} learned", lambda one: _draw(histories, one), f"{alt}.", theme)


def _in_words(history: History) -> str:
    epochs = len(next(iter(history.values())))
    parts = [f"{TITLES[name][0]} {values[0]:.3f} to {values[-1]:.3f}" for name, values in history.items()]
    return f"{epochs} epochs, best after {best_epoch(history)}: {', '.join(parts)}"


def best_epoch(history: History) -> int:
    """Return the epoch, from 1 up, that was best on photos held out: the last measure of a history is theirs.

    >>> best_epoch({"loss": [0.3, 0.2, 0.1], "val_loss": [0.3, 0.25, 0.26]})
    2
    """
    name, values = list(history.items())[-1]
    return int(np.argmax(values) if TITLES[name][1] else np.argmin(values)) + 1


def _draw(histories: Sequence[History], theme: Theme) -> Figure:
    # Losses share an axis; a rank is a measure of another kind.
    with_ranks = any(TITLES[name][1] for name in histories[0])
    figure, _ = new_figure(1, 1 + with_ranks, width=5.0 + 4.0 * with_ranks, height=3.2)
    for number, history in enumerate(histories):
        for name, values in history.items():
            axis = figure.axes[-1 if TITLES[name][1] else 0]
            colour = theme.blue if name == "loss" else ORANGE
            label = TITLES[name][0] if number == 0 else None
            axis.plot(range(1, len(values) + 1), values, color=colour, marker="o", markersize=3, label=label)
        for axis in figure.axes:
            axis.axvline(best_epoch(history), color=theme.ink, linestyle=":", linewidth=1)
    for axis in figure.axes:
        axis.grid(color=theme.grid)
        axis.set_xlabel("epoch")
        axis.set_ylabel("mean reciprocal rank" if with_ranks and axis is figure.axes[-1] else "loss")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.legend(frameon=False, fontsize=8)
    return dress(figure, theme)
