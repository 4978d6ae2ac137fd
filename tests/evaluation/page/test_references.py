from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from withsense_tf.data.dataset import Dataset
from withsense_tf.evaluation.outcome import Outcome
from withsense_tf.evaluation.page.references import chance, chance_at, of_others, of_this_data


def test_chance_and_people_are_measured_on_the_data_at_hand(tiny: Dataset, run: list[Outcome]) -> None:
    assert chance(np.array([10, 20]), 15) == pytest.approx((1 + 0.75) / 2)
    lines = of_this_data(run, tiny)
    assert lines[0].value == "16.7 / 83.3 / 100.0"
    assert "6 photos" in lines[0].figure
    # All own captions have 4 4 4, all others 1 1 2: two people are off by 1/3, 1/6 and 1/6 for two thirds of the pairs.
    rmse = next(line for line in lines if line.figure.startswith("RMSE"))
    assert float(rmse.value) == pytest.approx(np.sqrt(2 / 3 * (1 / 9 + 2 / 36) / 3), abs=5e-4)


def test_published_figures_say_nothing_of_drawn_scenes(tiny: Dataset) -> None:
    assert "CLIPScore" in {line.what for line in of_others(tiny)}
    assert of_others(replace(tiny, synthetic=True)) == ()


def test_there_is_no_chance_where_nothing_was_ranked(run: list[Outcome]) -> None:
    assert chance_at(run, 1) == pytest.approx(1 / 6)
    assert chance_at([replace(outcome, rankings=None) for outcome in run], 1) is None
