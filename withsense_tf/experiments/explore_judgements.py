"""What the judgements say and what they are worth: the sections of `explore` on people and targets."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.evaluation.page import Section
from withsense_tf.evaluation.plots import BLUE, COLOURS, ORANGE, RED, new_figure, png
from withsense_tf.relevance.agreement import EXPERTS, Agreement, agreement, experts_and_crowd
from withsense_tf.relevance.blend import describe, relevance
from withsense_tf.relevance.foretell import WEIGHTS, as_table, foretell
from withsense_tf.relevance.votes import CROWD_WAYS, EXPERT_WAYS

# What is commonly called good, and what allows tentative conclusions (Krippendorff, "Content Analysis").
ALPHA_GOOD, ALPHA_TENTATIVE = 0.8, 0.667
DEFINITIONS: Final[tuple[dict[str, Any], ...]] = (
    *({"expert": way, "crowd": None} for way in EXPERT_WAYS),
    *({"expert": None, "crowd": way} for way in CROWD_WAYS),
    *({"expert": way, "crowd": "share"} for way in ("mean", "median", "majority")),
    {"expert": "mean", "crowd": "smoothed"},
    {"expert": "mean", "crowd": "share", "expert_weight": "learned"},
)


def scores_section(data: Dataset, found: Agreement) -> Section:
    """Show how often each expert gives each score."""
    scores = data.experts[EXPERTS]
    counts = (
        scores.apply(lambda column: column.value_counts()).reindex([1, 2, 3, 4]).fillna(0).astype("int64")
    )
    figure, axis = new_figure()
    for place, (name, colour) in enumerate(zip(EXPERTS, COLOURS, strict=False)):
        axis.bar(counts.index + (place - 1) * 0.27, counts[name], 0.25, color=colour, label=name)
    axis.set(xlabel="score (1 = no match, 4 = describes the photo)", ylabel="pairs", xticks=[1, 2, 3, 4])
    axis.legend(frameon=False)
    means = scores.mean()
    spread = ", ".join(f"{mean:.2f}" for mean in means)
    lowest, highest = (_percent((scores == score).to_numpy().mean()) for score in (1, 4))
    said = f"{lowest} of all scores are 1 and {highest} are 4. "
    if found.columns_are_persons:
        said += f"{means.idxmax()} is the kindest and {means.idxmin()} the strictest (means {spread})."
    else:
        said += (
            f"In every row the scores rise from left to right, so a column is not one person: the means ({spread}) "
            "are those of the strictest, the middle and the kindest of three."
        )
    table = counts.rename_axis("score").reset_index()
    return Section("expert_scores", "What the experts said", said, png(figure), table)


def crowd_section(data: Dataset) -> Section:
    """Show the shares of yes among the crowd's votes."""
    share, votes = data.crowd["share"].to_numpy(), (data.crowd["yes"] + data.crowd["no"]).to_numpy()
    figure, axis = new_figure()
    axis.hist(share, bins=np.linspace(0, 1, 21), color=BLUE)
    axis.set(
        xlabel="share of the crowd that says the caption fits", ylabel="pairs (logarithmic)", yscale="log"
    )
    usual = int(np.bincount(votes).argmax())
    said = (
        f"{_percent((share == 0).mean())} of the shares are 0 and {_percent((share >= 0.5).mean())} are one half or "
        f"more; {_percent((votes == usual).mean())} of the pairs have {usual} voters."
    )
    table = (
        pd.Series(share.round(3)).value_counts().sort_index().rename_axis("share").reset_index(name="pairs")
    )
    return Section("crowd_shares", "What the crowd said", said, png(figure), table)


def targets_section(data: Dataset) -> Section:
    """Show the distribution of the target under each definition, and what the constant scores on it."""
    targets = {}
    for settings in DEFINITIONS:
        asked = [data.experts if settings["expert"] else None, data.crowd if settings["crowd"] else None]
        if all(table is None or len(table) for table in asked):
            targets[describe(**settings)] = relevance(data, **settings)
    judged = pd.MultiIndex.from_frame(data.experts[["photo", "caption"]])
    table = pd.DataFrame([_constant(name, pairs, judged) for name, pairs in targets.items()])
    rows = -(-len(targets) // 3)
    figure, axes = new_figure(rows, 3, width=10, height=2.1 * rows, sharex=True, squeeze=False)
    for axis, (name, pairs) in zip(axes.flat, targets.items(), strict=False):
        axis.hist(pairs.target, bins=np.linspace(0, 1, 21), color=BLUE)
        axis.set(yscale="log")
        axis.set_title(name, fontsize=9)
    for axis in axes.flat[len(targets) :]:
        axis.set_visible(False)
    figure.supxlabel("target")
    figure.supylabel("pairs (logarithmic)")
    column = "rmse, expert-judged pairs" if len(judged) else "rmse, all pairs"
    # Who asks the crowd alone is left with other pairs, so that is no fair comparison.
    fair = table[~table["definition"].str.startswith("crowd")] if len(judged) else table
    low, high = fair.sort_values(column).iloc[0], fair.sort_values(column).iloc[-1]
    said = (
        f"The definition alone moves the constant's RMSE from {low[column]:.3f} ({low['definition']}) to "
        f"{high[column]:.3f} ({high['definition']}) on the pairs that the experts judged: state the definition "
        "beside every RMSE, or report skill."
    )
    return Section(
        "targets",
        "The target under each definition",
        said,
        png(figure),
        table,
        "The constant is the mean of the very pairs it is measured on, so its RMSE is their standard deviation.",
    )


def agreement_section(found: Agreement) -> Section:
    """Show how far the experts agree, and how well a further person would do."""
    human = found.human
    rows = [("Krippendorff's alpha (interval)", found.alpha)]
    rows += [(f"Kendall's tau_b, experts {i} and {j}", tau) for (i, j), tau in found.tau_b.items()]
    rows += [(f"bias of expert {i}, points of 4", bias) for i, bias in enumerate(found.bias, start=1)]
    rows += [
        ("rows whose scores stand in rising order", found.in_rising_order),
        ("human line, RMSE on [0, 1]", human.rmse),
        (f"human line, tau_b x 100 ({human.pairs:,} x 3, own captions dropped)", 100 * human.tau_b),
        (f"human line, tau_c x 100 ({human.pairs:,} x 3, own captions dropped)", 100 * human.tau_c),
    ]
    taus = {f"{i} and {j}": tau for (i, j), tau in found.tau_b.items()} | {
        "others' mean\nand held out": human.tau_b
    }
    figure, axis = new_figure(height=2.8)
    bars = axis.barh(list(taus), list(taus.values()), color=[*[BLUE] * len(found.tau_b), ORANGE])
    axis.bar_label(bars, fmt="%.3f", padding=3)
    axis.set(xlabel="Kendall's tau_b", ylabel="experts", xlim=(0, 1))
    axis.invert_yaxis()
    grade = "good" if found.alpha >= ALPHA_GOOD else "tentative" if found.alpha >= ALPHA_TENTATIVE else "poor"
    said = (
        f"Agreement is {grade}: alpha {found.alpha:.2f} ({ALPHA_GOOD:g} is called good, {ALPHA_TENTATIVE:g} the "
        "least). "
        f"A further person reaches an RMSE of {human.rmse:.3f}, tau_b {100 * human.tau_b:.1f} and tau_c "
        f"{100 * human.tau_c:.1f}: a model that does better measures these three people, not the match."
    )
    return Section(
        "agreement",
        "How far the experts agree",
        said,
        png(figure),
        pd.DataFrame(rows, columns=["figure", "value"]),
    )


def expert_and_crowd_section(data: Dataset) -> Section | None:
    """Show what the crowd says of pairs that the experts judged too; None where there are no such pairs."""
    found = experts_and_crowd(data)
    if found is None:
        return None
    medians, shares = list(found.share_by_median), list(found.share_by_median.values())
    figure, axis = new_figure()
    bars = axis.bar(medians, shares, 0.6, color=BLUE)
    axis.plot([1, 4], [0, 1], color=RED, linestyle="--", label="if both used the scale alike")
    axis.bar_label(bars, fmt="%.2f")
    axis.set(xlabel="median of the experts", ylabel="mean share of the crowd", xticks=medians, ylim=(0, 1.08))
    axis.legend(frameon=False, loc="upper left")
    said = (
        f"On {found.pairs:,} pairs that both judged, tau_b is {100 * found.tau_b:.1f} and the RMSE between them "
        f"{found.rmse:.3f}."
    )
    middle = [share - (median - 1) / 3 for median, share in found.share_by_median.items() if 1 < median < 4]
    if middle:
        off = float(np.mean(middle))
        said += (
            f" Between the ends of the scale the crowd is {'stricter' if off < 0 else 'kinder'} than the experts by "
            f"{abs(off):.2f} on average."
        )
    table = pd.DataFrame(
        {"median of the experts": [f"{m:g}" for m in medians], "mean share of the crowd": shares}
    )
    return Section("experts_and_crowd", "Experts against the crowd", said, png(figure), table)


def foretell_section(data: Dataset) -> Section | None:
    """Show which weight of the experts foretells a further expert best; None without pairs that both judged."""
    found = foretell(data)
    if not found:
        return None
    fixed, learned = found[: len(WEIGHTS)], found[-1]
    best, usual = min(fixed, key=lambda way: way.rmse), fixed[WEIGHTS.index(0.6)]
    figure, axes = new_figure(1, 2, width=10)
    for axis, name in zip(axes, ("rmse", "tau_b"), strict=True):
        axis.plot(
            WEIGHTS, [getattr(way, name) for way in fixed], marker="o", color=BLUE, label="fixed weight"
        )
        axis.axhline(getattr(learned, name), color=RED, linestyle="--", label="learned")
        axis.set(xlabel="weight of the two experts who are left", ylabel=f"{name} against the third")
        axis.legend(frameon=False)
    said = (
        f"A further expert is foretold best with a weight of {best.way} for the experts (RMSE {best.rmse:.3f}); the "
        f"customary 0.6 reaches {usual.rmse:.3f}, the experts alone {fixed[-1].rmse:.3f}, learned trust "
        f"{learned.rmse:.3f}."
    )
    explanation = (
        f"Each of the three experts is held out in turn, over {learned.pairs:,} pairs that experts and crowd judged. "
        "The best weight is read off these same pairs; 'learned' never sees the expert that is held out."
    )
    return Section(
        "foretelling", "What foretells a further expert", said, png(figure), as_table(found), explanation
    )


def judgement_sections(data: Dataset) -> list[Section]:
    """Make every section on judgements that this data set has the judgements for."""
    sections: list[Section | None] = []
    if len(data.experts):
        found = agreement(data)
        sections += [scores_section(data, found), agreement_section(found)]
    if len(data.crowd):
        sections.append(crowd_section(data))
    if len(data.experts) and len(data.crowd):
        sections += [expert_and_crowd_section(data), foretell_section(data)]
    if len(data.experts) or len(data.crowd):
        sections.append(targets_section(data))
    return [section for section in sections if section is not None]


def _constant(name: str, pairs: Pairs, judged: pd.MultiIndex) -> dict[str, object]:
    target = pairs.target
    by_experts = pd.MultiIndex.from_frame(pairs.table[["photo", "caption"]]).isin(judged)
    row: dict[str, object] = {"definition": name, "pairs": len(target), "mean": float(target.mean())}
    row |= {"share of 0": float((target == 0).mean()), "share from 0.5": float((target >= 0.5).mean())}
    for where, values in (("expert-judged pairs", target[by_experts]), ("all pairs", target)):
        off = values - values.mean() if len(values) else np.array([np.nan])
        row |= {f"rmse, {where}": float(np.sqrt(np.mean(off**2))), f"mae, {where}": float(np.abs(off).mean())}
    return row


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
