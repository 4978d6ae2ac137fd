"""What the target is under each definition, and which one foretells a further person: sections of `explore`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.evaluation.page.plots import BLUE, RED, new_figure
from withsense_tf.evaluation.page.sections import Section
from withsense_tf.targets.blend import describe, relevance
from withsense_tf.targets.foretell_experts import WEIGHTS, Foretold, as_table, foretell
from withsense_tf.targets.votes import CROWD_WAYS, EXPERT_WAYS

DEFINITIONS: Final[tuple[dict[str, Any], ...]] = (
    *({"expert": way, "crowd": None} for way in EXPERT_WAYS),
    *({"expert": None, "crowd": way} for way in CROWD_WAYS),
    *({"expert": way, "crowd": "share"} for way in ("mean", "median", "majority")),
    {"expert": "mean", "crowd": "smoothed"},
    {"expert": "mean", "crowd": "share", "expert_weight": "learned"},
)
CUSTOMARY = 0.6
SAME_RMSE = 0.0005  # three decimals are shown


def targets_section(data: Dataset) -> Section:
    """Show the distribution of the target under each definition, and what the constant scores on it."""
    targets = _targets(data)
    common = common_pairs(data, targets)
    table = pd.DataFrame([_constant(name, pairs, common) for name, pairs in targets.items()])
    rows = -(-len(targets) // 3)

    def draw() -> Figure:
        figure, axes = new_figure(
            rows, 3, width=11, height=2.1 * rows, sharex=True, sharey=True, squeeze=False
        )
        for axis, (name, pairs) in zip(axes.flat, targets.items(), strict=False):
            axis.hist(pairs.target, bins=np.linspace(0, 1, 21), color=BLUE)
            axis.set_yscale("log")
            axis.set_title(name, fontsize=8)
        # From a half on, so that a single pair is a visible bar; set once all are drawn, so that the tallest one fits.
        axes.flat[0].set_ylim(bottom=0.5)
        for axis in axes.flat[len(targets) :]:
            axis.set_visible(False)
        figure.supxlabel("target")
        figure.supylabel("pairs (logarithmic)")
        return figure

    which = "every definition with experts" if len(data.experts) else "every definition"
    explanation = (
        f"Common pairs are the {len(common):,} for which {which} has a number; on those alone the figures can be "
        "compared. The constant is the mean of the very pairs that it is measured on, so its RMSE is their standard "
        "deviation."
    )
    return Section("targets", "The target under each definition", say_spread(table), draw, table, explanation)


def say_spread(table: pd.DataFrame) -> str:
    """Conclude how far the definition alone moves the constant's RMSE on the common pairs."""
    column = "rmse, common pairs"
    comparable = table[table[column].notna()].sort_values(column)
    if len(comparable) < 2:
        return "There are too few pairs that several definitions have a number for to compare them."
    low, high = comparable.iloc[0], comparable.iloc[-1]
    if high[column] - low[column] < SAME_RMSE:
        return f"The definition does not move the constant's RMSE: it is {low[column]:.3f} under all of them."
    return (
        f"The definition alone moves the constant's RMSE from {low[column]:.3f} ({low['definition']}) to "
        f"{high[column]:.3f} ({high['definition']}) on the same pairs: state the definition beside every RMSE, or "
        "report skill."
    )


def foretell_section(data: Dataset) -> Section | None:
    """Show which weight of the experts foretells a further expert best; None without pairs that both judged."""
    ways = foretell(data)
    if not ways:
        return None
    fixed_ways, learned_way = ways[: len(WEIGHTS)], ways[-1]

    def draw() -> Figure:
        figure, axes = new_figure(1, 2, width=10)
        for axis, name in zip(axes, ("rmse", "tau_b"), strict=True):
            axis.plot(
                WEIGHTS,
                [getattr(way, name) for way in fixed_ways],
                marker="o",
                color=BLUE,
                label="fixed weight",
            )
            axis.axhline(getattr(learned_way, name), color=RED, linestyle="--", label="learned")
            axis.set(xlabel="weight of the two experts who are left", ylabel=f"{name} against the third")
            axis.legend(frameon=False)
        return figure

    explanation = (
        f"Each of the three experts is held out in turn, over {learned_way.pairs:,} pairs that experts and crowd "
        "judged. The best weight is read off these same pairs; 'learned' never sees the expert that is held out."
    )
    conclusion = say_foretold(fixed_ways, learned_way)
    return Section(
        "foretelling", "What foretells a further expert", conclusion, draw, as_table(ways), explanation
    )


def say_foretold(fixed_ways: list[Foretold], learned_way: Foretold) -> str:
    """Conclude which weight foretells best, where the weight makes a difference."""
    errors = [way.rmse for way in fixed_ways]
    if max(errors) - min(errors) < SAME_RMSE:
        return (
            f"The weight makes no difference: a further expert is foretold with an RMSE of {errors[0]:.3f}."
        )
    best = min(fixed_ways, key=lambda way: way.rmse)
    return (
        f"A further expert is foretold best with a weight of {best.way} for the experts (RMSE {best.rmse:.3f}); the "
        f"customary {CUSTOMARY:g} reaches {fixed_ways[WEIGHTS.index(CUSTOMARY)].rmse:.3f}, the experts alone "
        f"{fixed_ways[-1].rmse:.3f}, learned trust {learned_way.rmse:.3f}."
    )


def common_pairs(data: Dataset, targets: Mapping[str, Pairs]) -> pd.MultiIndex:
    """Return the pairs that can be compared: those of all definitions with experts, or of all where there are none."""
    comparable = [
        pairs for name, pairs in targets.items() if not (len(data.experts) and name.startswith("crowd"))
    ]
    table = data.experts if len(data.experts) else data.crowd
    common = pd.MultiIndex.from_frame(table[["photo", "caption"]])
    for pairs in comparable:
        common = common[common.isin(_index(pairs))]
    return common


def _targets(data: Dataset) -> dict[str, Pairs]:
    targets = {}
    for settings in DEFINITIONS:
        tables = [data.experts if settings["expert"] else None, data.crowd if settings["crowd"] else None]
        if all(table is None or len(table) for table in tables):
            targets[describe(**settings)] = relevance(data, **settings)
    return targets


def _constant(name: str, pairs: Pairs, common: pd.MultiIndex) -> dict[str, object]:
    target, index = pairs.target, _index(pairs)
    # The crowd alone has a number for some of the common pairs only: no figure is better than an unlike one.
    common_target = target[index.isin(common)] if common.isin(index).all() else np.zeros(0)
    row: dict[str, object] = {"definition": name, "pairs": len(target)}
    row |= {"mean": _mean(target), "share of 0": _mean(target == 0), "share from 0.5": _mean(target >= 0.5)}
    for where, values in (("common pairs", common_target), ("all pairs", target)):
        off = values - values.mean() if len(values) else values
        row |= {f"rmse, {where}": _mean(off**2) ** 0.5, f"mae, {where}": _mean(np.abs(off))}
    return row


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _index(pairs: Pairs) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(pairs.table[["photo", "caption"]])
