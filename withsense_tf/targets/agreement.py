"""How far people agree: what the judgements are worth, and how well a further person would do.

Every figure but `bias` treats the experts alike, so it holds even where a column of the file is not one person.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from withsense_tf.common.cell_texts import html_table
from withsense_tf.data.dataset import Dataset, check_dataset
from withsense_tf.errors import DataError
from withsense_tf.targets.votes import expert_bias, to_unit

EXPERTS = ["expert1", "expert2", "expert3"]
# Persons with steady habits leave few rows out of order (the demo set's judges one in a hundred), so that it takes
# this many different rows to tell them from sorted ones: 500 such rows are all in order once in 150 times.
ROWS_TO_TELL = 500


@dataclass(frozen=True)
class HumanLine:
    """How well the mean of the other experts foretells one expert, each held out in turn.

    It is no ceiling: a perfect model has less noise than two people, and the mean of all experts less than one.

    `rmse` is on [0, 1] and over all pairs. The taus follow the published protocol (Kendall's tau of a figure
    against each expert's score, flattened): pairs of a photo with its own caption are dropped.
    """

    rmse: float
    tau_b: float
    tau_c: float
    pairs: int
    own_pairs_dropped: int


@dataclass(frozen=True, repr=False)
class Agreement:
    """How far the judges of a data set agree, and what that means for a model."""

    pairs: int
    alpha: float
    tau_b: dict[tuple[int, int], float]
    bias: tuple[float, ...]
    in_rising_order: float
    noise_of_mean: float
    human: HumanLine

    @property
    def columns_are_persons(self) -> bool | None:
        """Return whether a column can be one person; None where there are too few rows to tell.

        It cannot where the scores of very many rows all stand in order.
        """
        return None if np.isnan(self.in_rising_order) else self.in_rising_order < 1.0

    def __str__(self) -> str:
        return "\n".join(f"{what}: {value}" for what, value in self._rows())

    def __repr__(self) -> str:
        return f"Agreement({self.pairs:,} pairs, alpha {self.alpha:.3f})"

    def _repr_html_(self) -> str:
        return html_table(self._rows())

    def _rows(self) -> list[tuple[str, str]]:
        foretold = "one expert foretold by the mean of the others"
        return [
            ("pairs with three experts each", f"{self.pairs:,}"),
            ("alpha (Krippendorff's: 1 where all agree, 0 by chance)", f"{self.alpha:.3f}"),
            *((f"tau_b of experts {one} and {two}", f"{tau:.3f}") for (one, two), tau in self.tau_b.items()),
            (f"{foretold}, RMSE (from 0 to 1, less is better)", f"{self.human.rmse:.3f}"),
            (f"{foretold}, tau_c (1 is the same order)", f"{self.human.tau_c:.3f}"),
        ]


@dataclass(frozen=True)
class ExpertsAndCrowd:
    """How experts and crowd go together on the pairs that both judged."""

    pairs: int
    tau_b: float
    rmse: float
    share_by_median: dict[float, float]
    pairs_by_median: dict[float, int]


def agreement(data: Dataset) -> Agreement:
    """Measure how far the experts of a data set agree."""
    check_dataset("agreement", data)
    experts = data.experts
    if experts.empty:
        raise DataError(f"{data.name!r} has no expert scores, so there is no agreement to measure.")
    scores = experts[EXPERTS].to_numpy(np.float64)
    return Agreement(
        pairs=len(scores),
        alpha=krippendorff_alpha(scores),
        tau_b={
            (i + 1, j + 1): kendall(scores[:, i], scores[:, j], "b") for i, j in combinations(range(3), 2)
        },
        bias=tuple(float(bias) for bias in expert_bias(scores)),
        in_rising_order=rising_order(scores),
        noise_of_mean=noise_of_mean(scores),
        human=human_line(scores, data.own(experts)),
    )


def krippendorff_alpha(scores: np.ndarray) -> float:
    """Return Krippendorff's alpha for interval scores without gaps, (pairs, judges).

    1 is perfect agreement, 0 is what chance gives. Not a number where all scores are the same.

    >>> krippendorff_alpha(np.array([[1, 1], [4, 4]]))
    1.0
    """
    pairs, judges = scores.shape
    if judges < 2 or not pairs:
        raise DataError(f"Agreement needs at least two judges and one pair, got {judges} and {pairs}.")
    # The mean squared difference of two judges of a pair, and of any two of all scores.
    within = 2 * scores.var(axis=1, ddof=1).mean()
    overall = 2 * scores.var(ddof=1)
    return float(1 - within / overall) if overall > 0 else float("nan")


def noise_of_mean(scores: np.ndarray) -> float:
    """Return the RMSE, on [0, 1], that a perfect model would still have against the mean of so many experts.

    Experts differ about a pair with some variance; the mean of n of them has an n-th of it.

    >>> round(noise_of_mean(np.array([[1, 4], [1, 4]])), 3)
    0.5
    """
    return float(np.sqrt(to_unit(scores).var(axis=1, ddof=1).mean() / scores.shape[1]))


def kendall(x: np.ndarray, y: np.ndarray, variant: str) -> float:
    """Return Kendall's tau b or c; not a number where one side is all the same."""
    from scipy.stats import kendalltau

    return float(kendalltau(x, y, variant=variant).statistic)


def rising_order(scores: np.ndarray) -> float:
    """Return the share of rows that stand in rising order, among those with at least two different scores.

    In Flickr8k's expert file it is 1: its authors sorted each row, so the "third expert" is the kindest of
    three people, a different one from row to row. Not a number where there are too few rows to tell.
    """
    different = scores[np.ptp(scores, axis=1) > 0]
    if len(different) < ROWS_TO_TELL:
        return float("nan")
    return float((np.diff(different, axis=1) >= 0).all(axis=1).mean())


def human_line(scores: np.ndarray, own: np.ndarray) -> HumanLine:
    """Foretell each expert by the mean of the others; `own` marks photos beside their own caption, (pairs,)."""
    others = (scores.sum(axis=1, keepdims=True) - scores) / (scores.shape[1] - 1)
    error = to_unit(others) - to_unit(scores)
    x, y = others[~own].ravel(), scores[~own].ravel()
    return HumanLine(
        rmse=float(np.sqrt(np.mean(error**2))),
        tau_b=kendall(x, y, "b"),
        tau_c=kendall(x, y, "c"),
        pairs=int((~own).sum()),
        own_pairs_dropped=int(own.sum()),
    )


def experts_and_crowd(data: Dataset) -> ExpertsAndCrowd | None:
    """Compare the experts' mean with the crowd's share on the pairs that both judged; None if there are none."""
    both = data.experts.merge(data.crowd, on=["photo", "caption"])
    if both.empty:
        return None
    scores, share = both[EXPERTS].to_numpy(np.float64), both["share"].to_numpy(np.float64)
    mean = to_unit(scores.mean(axis=1))
    by_median = pd.Series(share).groupby(np.median(scores, axis=1))
    return ExpertsAndCrowd(
        pairs=len(both),
        tau_b=kendall(mean, share, "b"),
        rmse=float(np.sqrt(np.mean((mean - share) ** 2))),
        share_by_median={float(score): float(some.mean()) for score, some in by_median},
        pairs_by_median={float(score): len(some) for score, some in by_median},
    )
