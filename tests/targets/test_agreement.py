from __future__ import annotations

from itertools import combinations
from pathlib import Path

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.errors import DataError, DataWarning
from withsense_tf.targets.agreement import (
    agreement,
    experts_and_crowd,
    human_line,
    kendall,
    krippendorff_alpha,
    noise_of_mean,
    rising_order,
)

SCORES = arrays.arrays(np.int64, st.tuples(st.integers(2, 25), st.integers(2, 4)), elements=st.integers(1, 4))


@given(SCORES)
def test_alpha_is_that_of_an_outside_library(scores: np.ndarray) -> None:
    if np.ptp(scores) == 0:
        assert np.isnan(krippendorff_alpha(scores))
        return
    outside = krippendorff.alpha(reliability_data=scores.T, level_of_measurement="interval")
    assert krippendorff_alpha(scores) == pytest.approx(outside)


def test_alpha_can_be_worked_out_by_hand() -> None:
    # Variances within the rows 0, 1/3, 1, 4/3, so 2/3 on average; over all twelve scores 17/11.
    scores = np.array([[4, 4, 4], [1, 1, 2], [1, 2, 3], [2, 2, 4]])
    assert krippendorff_alpha(scores) == pytest.approx(1 - (2 / 3) / (17 / 11))


def slow_tau(x: np.ndarray, y: np.ndarray, variant: str) -> float:
    """Count pairs one by one."""
    signs = [(np.sign(x[i] - x[j]), np.sign(y[i] - y[j])) for i, j in combinations(range(len(x)), 2)]
    difference = sum(a * b for a, b in signs)
    if variant == "b":
        return difference / np.sqrt(sum(a != 0 for a, _ in signs) * sum(b != 0 for _, b in signs))
    fewer = min(len(np.unique(x)), len(np.unique(y)))
    return 2 * difference / (len(x) ** 2 * (fewer - 1) / fewer)


@given(arrays.arrays(np.int64, st.tuples(st.integers(4, 20), st.just(2)), elements=st.integers(1, 4)))
def test_tau_is_what_counting_pairs_gives(xy: np.ndarray) -> None:
    x, y = xy.T
    if min(len(np.unique(x)), len(np.unique(y))) < 2:
        return
    for variant in "bc":
        assert kendall(x, y, variant) == pytest.approx(slow_tau(x, y, variant))


def test_the_human_line_holds_each_expert_out_in_turn() -> None:
    scores = np.array([[4, 4, 4], [1, 1, 1], [1, 1, 4]])
    line = human_line(scores, np.array([True, False, False]))
    # The third row: 2.5 against 1 (twice) and 1 against 4, in thirds of the scale.
    assert line.rmse == pytest.approx(np.sqrt((0.5**2 + 0.5**2 + 1) / 9))
    assert (line.pairs, line.own_pairs_dropped) == (2, 1)
    others, held = np.array([1, 1, 1, 2.5, 2.5, 1]), np.array([1, 1, 1, 1, 1, 4])
    assert line.tau_b == pytest.approx(slow_tau(others, held, "b"))
    assert line.tau_c == pytest.approx(slow_tau(others, held, "c"))


def test_sorted_rows_are_noticed_and_those_of_real_persons_are_not() -> None:
    scores = np.random.default_rng(0).integers(1, 5, (1000, 3))
    assert rising_order(np.sort(scores, axis=1)) == 1
    assert 0.2 < rising_order(scores) < 0.5
    assert np.isnan(rising_order(scores[:100]))


def test_bias_and_persons_are_reported(tiny: Dataset) -> None:
    result = agreement(tiny)
    # 6 rows of 4 4 4 and 12 of 1 1 2: the third is 2/3 of a point kinder than the others.
    assert result.bias == pytest.approx((-2 / 9, -2 / 9, 4 / 9))
    assert result.tau_b[1, 2] == pytest.approx(1)
    # Twelve rows in order may be chance.
    assert np.isnan(result.in_rising_order)
    assert result.columns_are_persons is None


def test_it_prints_as_lines_with_short_figures_and_a_notebook_shows_them_as_a_table(tiny: Dataset) -> None:
    result = agreement(tiny)
    lines = str(result).splitlines()
    assert lines[0] == f"pairs with three experts each: {result.pairs}"
    assert f"{result.alpha:.3f}" in lines[1]
    assert lines[-2].endswith(f"{result.human.rmse:.3f}")
    assert max(map(len, lines)) < 100
    assert repr(result) == f"Agreement({result.pairs} pairs, alpha {result.alpha:.3f})"
    assert f"<td>{result.alpha:.3f}</td>" in result._repr_html_()
    assert result._repr_html_().count("<tr>") == len(lines)


def test_experts_and_crowd_are_compared_where_both_judged(tiny: Dataset) -> None:
    result = experts_and_crowd(tiny)
    assert result is not None
    assert result.pairs == 18
    assert result.share_by_median == pytest.approx({1.0: 1 / 3, 4.0: 1.0})
    assert result.pairs_by_median == {1.0: 12, 4.0: 6}
    assert result.rmse == pytest.approx(np.sqrt(12 / 18) * (1 / 3 - 1 / 9))


def test_without_one_kind_of_judge_there_is_nothing_to_compare(folder: Path) -> None:
    (folder / "CrowdAnnotations.tsv").unlink()
    with pytest.warns(DataWarning):
        assert experts_and_crowd(load_dataset(folder)) is None
    (folder / "ExpertAnnotations.tsv").unlink()
    with pytest.warns(DataWarning), pytest.raises(DataError, match="no expert scores"):
        agreement(load_dataset(folder))


def test_one_judge_alone_cannot_agree() -> None:
    with pytest.raises(DataError, match="two judges"):
        krippendorff_alpha(np.ones((3, 1)))


@pytest.mark.slow
def test_the_figures_of_the_real_folder_are_the_known_ones(real_data: Dataset) -> None:
    result = agreement(real_data)
    assert result.pairs == 5822
    assert round(result.alpha, 2) == 0.79
    assert {pair: round(tau, 3) for pair, tau in result.tau_b.items()} == {
        (1, 2): 0.795,
        (1, 3): 0.684,
        (2, 3): 0.796,
    }
    assert round(100 * result.human.tau_b, 1) == 65.7
    assert round(100 * result.human.tau_c, 1) == 55.4
    assert (result.human.pairs, result.human.own_pairs_dropped) == (5664, 158)
    # Each row of the file is sorted, so its columns are no persons and "expert 3 is kinder" says nothing.
    assert result.columns_are_persons is False
    assert round(result.noise_of_mean, 3) == 0.077


def test_a_perfect_model_is_as_far_from_the_mean_of_three_as_the_noise_says() -> None:
    rng = np.random.default_rng(0)
    truth = rng.uniform(1, 4, 20_000)
    scores = truth[:, None] + rng.normal(0, 0.6, (20_000, 3))
    off = (scores.mean(axis=1) - truth) / 3
    assert noise_of_mean(scores) == pytest.approx(np.sqrt(np.mean(off**2)), rel=0.02)
