"""One kind of judgement -> a number from 0 to 1 for each pair, and how sure it is.

Everything here is a pure function on arrays. A number that a definition does not give is NaN: a tie has no majority.
Of a crowd, as many yes as no are one half, or drawn towards the share of all. Captions that vote on a child are another
matter: `policy/photo_decisions`.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from withsense_tf.errors import DataError, check_choice

EXPERT_WAYS: Final = ("mean", "median", "majority", "majority_or_median", "unbiased")
CROWD_WAYS: Final = ("share", "smoothed")
LOWEST, HIGHEST = 1, 4
# `smoothed` adds this many votes that are split like all votes together: with fewer, three votes for yes count
# nearly as much as ten; with many more, no vote of three could ever show a match.
PRIOR_VOTES: Final = 1.0
# Half as sure with three votes as with a great many; three is what nearly every pair has.
HALF_SURE_VOTES: Final = 3.0


def to_unit(scores: np.ndarray) -> np.ndarray:
    """Scale scores from 1 to 4 to 0 to 1.

    >>> to_unit(np.array([1, 2, 4])).round(3).tolist()
    [0.0, 0.333, 1.0]
    """
    return (scores - LOWEST) / (HIGHEST - LOWEST)


def expert_number(scores: np.ndarray, way: str = "mean") -> np.ndarray:
    """Condense the experts' scores, (pairs, experts), into a number from 0 to 1, (pairs,).

    - `mean`: of scores 1, 1, 4 it is 2, so 1/3
    - `median`: of 1, 1, 4 it is 1, so 0
    - `majority`: what more than half of the experts say; NaN where they do not agree so far
    - `majority_or_median`: the median where there is no majority
    - `unbiased`: the median after taking from each expert's scores how much kinder that expert is than all
      together. (The mean would not change: what one expert loses, the others gain.) It is of use only where a
      column is one person: see `agreement`, which looks for that.

    >>> expert_number(np.array([[1, 1, 4], [1, 2, 4]]), "majority").tolist()
    [0.0, nan]
    """
    check_choice("expert", way, EXPERT_WAYS)
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 2 or not values.shape[1]:
        raise DataError(f"Expected scores of the shape (pairs, experts), got {values.shape}.")
    if way == "mean":
        return to_unit(values.mean(axis=1))
    if way == "median":
        return to_unit(np.median(values, axis=1))
    if way.startswith("majority"):
        median = np.median(values, axis=1)
        # More than half of the scores can only agree on the one in the middle.
        agree = (values == median[:, None]).sum(axis=1) > values.shape[1] / 2
        return to_unit(np.where(agree | (way == "majority_or_median"), median, np.nan))
    if not len(values):
        return np.zeros(0)
    return np.asarray(np.clip(to_unit(np.median(values - expert_bias(values), axis=1)), 0.0, 1.0))


def expert_bias(scores: np.ndarray) -> np.ndarray:
    """Return the bias of each expert: how much kinder than all together, in points of the scale, (experts,).

    >>> expert_bias(np.array([[1, 2, 3], [2, 3, 4]])).tolist()
    [-1.0, 0.0, 1.0]
    """
    bias: np.ndarray = scores.mean(axis=0) - scores.mean()
    return bias


def crowd_number(yes: np.ndarray, no: np.ndarray, way: str = "share") -> np.ndarray:
    """Condense counts of yes and no, both (pairs,), into a number from 0 to 1, (pairs,).

    - `share`: yes / (yes + no)
    - `smoothed`: as if one more person had voted as all people together did. It trusts three votes less
      than ten: where all people say yes half of the time, 3 of 3 becomes 3.5/4 and 10 of 10 becomes 10.5/11.

    >>> crowd_number(np.array([3, 0]), np.array([0, 3]), "smoothed").tolist()
    [0.875, 0.125]
    """
    check_choice("crowd", way, CROWD_WAYS)
    votes = yes + no
    if not len(votes):
        return np.zeros(0)
    if votes.min() < 1:
        raise DataError("Every pair needs at least one vote of the crowd.")
    if way == "share":
        return np.asarray(yes / votes, dtype=np.float64)
    overall = yes.sum() / votes.sum()
    return np.asarray((yes + PRIOR_VOTES * overall) / (votes + PRIOR_VOTES), dtype=np.float64)


def expert_sureness(scores: np.ndarray) -> np.ndarray:
    """Return the sureness of the experts' scores, 0 to 1, (pairs,): 1 / (1 + the widest difference).

    >>> expert_sureness(np.array([[2, 2, 2], [1, 2, 2], [1, 2, 4]])).tolist()
    [1.0, 0.5, 0.25]
    """
    return np.asarray(1.0 / (1.0 + np.ptp(scores, axis=1)), dtype=np.float64)


def crowd_sureness(yes: np.ndarray, no: np.ndarray) -> np.ndarray:
    """Return the sureness of the crowd's votes, 0 to 1, (pairs,): more votes and more agreement are surer.

    >>> crowd_sureness(np.array([3, 2, 9]), np.array([0, 1, 0])).round(3).tolist()
    [0.5, 0.333, 0.75]
    """
    votes = yes + no
    agreeing = np.maximum(yes, no) / votes
    return np.asarray(agreeing * votes / (votes + HALF_SURE_VOTES), dtype=np.float64)
