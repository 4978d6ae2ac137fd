"""What people said, and how far they agree: the sections of `explore` on experts and crowd."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from withsense_tf.data.dataset import Dataset
from withsense_tf.evaluation.page.plots import BLUE, COLOURS, RED, new_figure
from withsense_tf.evaluation.page.sections import Section
from withsense_tf.experiments.explore.target_section import foretell_section, targets_section
from withsense_tf.targets.agreement import EXPERTS, Agreement, agreement, experts_and_crowd

# What is commonly called good, and what allows tentative conclusions (Krippendorff, "Content Analysis").
ALPHA_GOOD, ALPHA_TENTATIVE = 0.8, 0.667
SAME_MEAN = 0.01  # points of the scale; less is no difference worth naming


def scores_section(data: Dataset, of_experts: Agreement) -> Section:
    """Show how often each expert gives each score."""
    scores = data.experts[EXPERTS]
    counts = (
        scores.apply(lambda column: column.value_counts()).reindex([1, 2, 3, 4]).fillna(0).astype("int64")
    )

    def draw() -> Figure:
        figure, axis = new_figure()
        for place, (name, colour) in enumerate(zip(EXPERTS, COLOURS, strict=False)):
            axis.bar(counts.index + (place - 1) * 0.27, counts[name], 0.25, color=colour, label=name)
        axis.set(xlabel="score (1 = no match, 4 = describes the photo)", ylabel="pairs", xticks=[1, 2, 3, 4])
        axis.legend(frameon=False)
        return figure

    lowest, highest = (_percent((scores == score).to_numpy().mean()) for score in (1, 4))
    kind = say_who_is_kind(scores.mean(), of_experts.columns_are_persons)
    conclusion = f"{lowest} of all scores are 1 and {highest} are 4. {kind}"
    table = counts.rename_axis("score").reset_index()
    return Section("expert_scores", "What the experts said", conclusion, draw, table)


def crowd_section(data: Dataset) -> Section:
    """Show the shares of yes among the crowd's votes."""
    share, votes = data.crowd["share"].to_numpy(), (data.crowd["yes"] + data.crowd["no"]).to_numpy()

    def draw() -> Figure:
        figure, axis = new_figure()
        axis.hist(share, bins=np.linspace(0, 1, 21), color=BLUE)
        axis.set(
            xlabel="share of the crowd that says the caption fits", ylabel="pairs (logarithmic)", yscale="log"
        )
        return figure

    numbers, times = np.unique(votes, return_counts=True)
    usual = int(numbers[times.argmax()])
    conclusion = (
        f"{_percent((share == 0).mean())} of the shares are 0 and {_percent((share >= 0.5).mean())} are one half or "
        f"more; {_percent((votes == usual).mean())} of the pairs have {usual} voters."
    )
    table = (
        pd.Series(share.round(3)).value_counts().sort_index().rename_axis("share").reset_index(name="pairs")
    )
    return Section("crowd_shares", "What the crowd said", conclusion, draw, table)


def agreement_section(of_experts: Agreement) -> Section:
    """Show how far the experts agree, and how well a further person would do."""
    human = of_experts.human
    rows = [("Krippendorff's alpha (interval)", of_experts.alpha)]
    rows += [(f"Kendall's tau_b, experts {i} and {j}", tau) for (i, j), tau in of_experts.tau_b.items()]
    rows += [(f"bias of expert {i}, points of 4", bias) for i, bias in enumerate(of_experts.bias, start=1)]
    rows += [
        ("rows whose scores stand in rising order", of_experts.in_rising_order),
        ("human line, RMSE on [0, 1]", human.rmse),
        (f"human line, tau_b x 100 ({human.pairs:,} x 3, own captions dropped)", 100 * human.tau_b),
        (f"human line, tau_c x 100 ({human.pairs:,} x 3, own captions dropped)", 100 * human.tau_c),
    ]
    taus = {f"{i} and {j}": tau for (i, j), tau in of_experts.tau_b.items()}

    def draw() -> Figure:
        figure, axis = new_figure(height=2.4)
        bars = axis.barh(list(taus), list(taus.values()), color=BLUE)
        axis.bar_label(bars, fmt="%.3f", padding=3)
        axis.set(xlabel="Kendall's tau_b, all pairs", ylabel="experts", xlim=(0, 1))
        axis.invert_yaxis()
        return figure

    explanation = (
        "The human line is the mean of two experts against the third. It is no ceiling: a perfect model has less noise "
        "than two people. Against the mean of all three experts even that would be off by "
        f"{of_experts.noise_of_mean:.3f}."
    )
    if of_experts.columns_are_persons is False:
        explanation += (
            " The scores of every row stand in order, so 'expert 1' is the strictest of three people and not one "
            "person: the biases and the taus between two experts are those of the order, not of people."
        )
    table = pd.DataFrame(rows, columns=["figure", "value"])
    return Section(
        "agreement", "How far the experts agree", say_agreement(of_experts), draw, table, explanation
    )


def say_who_is_kind(means: pd.Series[float], persons: bool | None) -> str:
    """Conclude which expert is kind, where a column is one person and there is a difference."""
    spread = ", ".join(f"{mean:.2f}" for mean in means)
    if persons is None:
        return f"Means {spread}; there are too few rows to tell whether a column is one person."
    if not persons:
        return (
            f"In every row the scores rise from left to right, so a column is not one person: the means ({spread}) "
            "are those of the strictest, the middle and the kindest of three."
        )
    if means.max() - means.min() < SAME_MEAN:
        return f"No expert is kinder than another (means {spread})."
    return f"{means.idxmax()} is the kindest and {means.idxmin()} the strictest (means {spread})."


def say_agreement(of_experts: Agreement) -> str:
    """Conclude how good the agreement is, where there is any to measure."""
    if np.isnan(of_experts.alpha):
        return "All scores are the same, so there is no agreement to measure."
    grade = "tentative" if of_experts.alpha >= ALPHA_TENTATIVE else "poor"
    grade = "good" if of_experts.alpha >= ALPHA_GOOD else grade
    human = of_experts.human
    conclusion = (
        f"Agreement is {grade}: alpha {of_experts.alpha:.2f} ({ALPHA_GOOD:g} is called good, {ALPHA_TENTATIVE:g} the "
        f"least). Two people foretell a third with an RMSE of {human.rmse:.3f}"
    )
    if np.isnan(human.tau_b):
        return f"{conclusion}."
    return f"{conclusion}, tau_b {100 * human.tau_b:.1f} and tau_c {100 * human.tau_c:.1f}."


def expert_and_crowd_section(data: Dataset) -> Section | None:
    """Show what the crowd says of pairs that the experts judged too; None where there are no such pairs."""
    comparison = experts_and_crowd(data)
    if comparison is None:
        return None
    medians, shares = list(comparison.share_by_median), list(comparison.share_by_median.values())

    def draw() -> Figure:
        figure, axis = new_figure()
        bars = axis.bar(medians, shares, 0.6, color=BLUE)
        axis.plot([1, 4], [0, 1], color=RED, linestyle="--", label="if both used the scale alike")
        axis.bar_label(bars, fmt="%.2f", backgroundcolor="white", padding=2)
        axis.set(xlabel="median of the experts (pairs)", ylabel="mean share of the crowd", ylim=(0, 1.12))
        axis.set_xticks(
            medians,
            [f"{m:g}\n({n:,})" for m, n in zip(medians, comparison.pairs_by_median.values(), strict=True)],
        )
        axis.legend(frameon=False, loc="upper left")
        return figure

    conclusion = (
        f"On {comparison.pairs:,} pairs that both judged, the RMSE between them is {comparison.rmse:.3f}"
    )
    conclusion += "." if np.isnan(comparison.tau_b) else f" and tau_b {100 * comparison.tau_b:.1f}."
    middle = [
        share - (median - 1) / 3 for median, share in comparison.share_by_median.items() if 1 < median < 4
    ]
    if middle:
        off = float(np.mean(middle))
        conclusion += (
            f" Between the ends of the scale the crowd is {'stricter' if off < 0 else 'kinder'} than the experts by "
            f"{abs(off):.2f} on average."
        )
    table = pd.DataFrame(
        {
            "median of the experts": [f"{m:g}" for m in medians],
            "pairs": list(comparison.pairs_by_median.values()),
            "mean share of the crowd": shares,
        }
    )
    return Section("experts_and_crowd", "Experts against the crowd", conclusion, draw, table)


def judgement_sections(data: Dataset) -> list[Section]:
    """Make every section on judgements that this data set has the judgements for."""
    sections: list[Section | None] = []
    if len(data.experts):
        of_experts = agreement(data)
        sections += [scores_section(data, of_experts), agreement_section(of_experts)]
    if len(data.crowd):
        sections.append(crowd_section(data))
    if len(data.experts) and len(data.crowd):
        sections += [expert_and_crowd_section(data), foretell_section(data)]
    if len(data.experts) or len(data.crowd):
        sections.append(targets_section(data))
    return [section for section in sections if section is not None]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
