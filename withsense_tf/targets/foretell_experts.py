"""How well each way to put judgements together foretells a further person.

Each expert is held out in turn; the others and the crowd are put together and compared with the one held out,
on [0, 1], over the pairs that both kinds judged. Where columns may not be persons, the scores of each row are shuffled
first: of a sorted row, the ones left would tell whether the highest or the lowest was held out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from withsense_tf.data.dataset import Dataset
from withsense_tf.targets.agreement import EXPERTS, kendall, rising_order
from withsense_tf.targets.learned_judges import learn_judges
from withsense_tf.targets.votes import crowd_number, to_unit

WEIGHTS = tuple(round(float(w), 1) for w in np.arange(0, 1.05, 0.1))
SHUFFLES = 3  # their mean moves by less than .001 from one three to another
# Scores with 0 for the one held out -> a number for each pair.
Way = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Foretold:
    """How well one way foretells a further expert, on pairs judged by experts and crowd."""

    way: str
    rmse: float
    tau_b: float
    pairs: int


def foretell(data: Dataset) -> list[Foretold]:
    """Measure the fixed weights from 0 (crowd alone) to 1 (experts alone), and learned trust in each judge."""
    table = data.experts.merge(data.crowd, on=["photo", "caption"], how="outer")
    counts = table[[*EXPERTS, "yes", "no"]].fillna(0).astype("int64")
    scores, yes, no = counts[EXPERTS].to_numpy(), counts["yes"].to_numpy(), counts["no"].to_numpy()
    both = (scores > 0).all(axis=1) & (yes + no > 0)
    if not both.any():
        return []
    share = np.zeros(len(table))
    share[both] = crowd_number(yes[both], no[both])
    persons = rising_order(scores[(scores > 0).all(axis=1)]) < 1.0
    rng = np.random.default_rng(0)
    orders = [scores] if persons else [rng.permuted(scores, axis=1) for _ in range(SHUFFLES)]

    def blend(weight: float) -> Way:
        experts = scores.shape[1] - 1
        return lambda others: weight * to_unit(others.sum(axis=1) / experts) + (1 - weight) * share

    def trust(others: np.ndarray) -> np.ndarray:
        # The one held out gives no vote, neither here nor in what is learned.
        return learn_judges(others, yes, no, persons).number(others, yes, no)

    ways: dict[str, Way] = {f"{weight:g}": blend(weight) for weight in WEIGHTS}
    return [_measure(name, way, orders, both) for name, way in {**ways, "learned": trust}.items()]


def as_table(figures: list[Foretold]) -> pd.DataFrame:
    """Return the figures as a table."""
    return pd.DataFrame([vars(row) for row in figures]).rename(columns={"way": "expert_weight"})


def _measure(name: str, way: Way, orders: list[np.ndarray], both: np.ndarray) -> Foretold:
    errors, taus = [], []
    for scores in orders:
        foretold, targets = [], []
        for expert in range(scores.shape[1]):
            others = scores.copy()
            others[:, expert] = 0
            foretold.append(way(others)[both])
            targets.append(to_unit(scores[both, expert]))
        x, y = np.concatenate(foretold), np.concatenate(targets)
        errors.append(np.mean((x - y) ** 2))
        taus.append(kendall(x, y, "b"))
    return Foretold(name, float(np.sqrt(np.mean(errors))), float(np.mean(taus)), int(both.sum()))
