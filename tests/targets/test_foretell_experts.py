from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from withsense_tf.data.dataset import Dataset
from withsense_tf.targets.foretell_experts import WEIGHTS, foretell


def judged(sort: bool, crowd_knows: bool) -> Dataset:
    """Return a set of 3,000 pairs with noisy experts and a crowd that knows the truth or guesses."""
    rng = np.random.default_rng(0)
    truth = rng.choice([1, 2, 3, 4], 3000, p=[0.5, 0.3, 0.12, 0.08])
    scores = np.clip(truth[:, None] + rng.integers(-1, 2, (3000, 3)), 1, 4)
    scores = np.sort(scores, axis=1) if sort else scores
    rate = (truth - 1) / 3 if crowd_knows else np.full(3000, 0.5)
    yes = rng.binomial(30, rate)
    pairs = pd.DataFrame({"photo": [f"{i}.jpg" for i in range(3000)], "caption": "x.jpg#0"})
    experts = pairs.assign(**{f"expert{i + 1}": scores[:, i] for i in range(3)})
    crowd = pairs.assign(share=yes / 30, yes=yes, no=30 - yes)
    return Dataset("made", Path(), False, "", {"experts": experts, "crowd": crowd})


def test_a_crowd_that_knows_gets_weight_and_one_that_guesses_gets_none() -> None:
    def best(data: Dataset) -> float:
        fixed = foretell(data)[: len(WEIGHTS)]
        return float(min(fixed, key=lambda way: way.rmse).way)

    assert best(judged(sort=False, crowd_knows=True)) <= 0.3
    assert best(judged(sort=False, crowd_knows=False)) >= 0.8


@pytest.mark.parametrize("crowd_knows", [True, False])
def test_sorting_the_rows_changes_no_verdict(crowd_knows: bool) -> None:
    plain, sorted_ = (foretell(judged(sort, crowd_knows)) for sort in (False, True))
    for a, b in zip(plain, sorted_, strict=True):
        assert a.rmse == pytest.approx(b.rmse, abs=0.01), a.way
        assert a.tau_b == pytest.approx(b.tau_b, abs=0.03), a.way


def test_without_pairs_that_both_judged_there_is_nothing_to_say(tiny: Dataset) -> None:
    apart = Dataset(
        "made", Path(), False, "", {"experts": tiny.experts.iloc[:9], "crowd": tiny.crowd.iloc[9:]}
    )
    assert foretell(apart) == []
