from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from withsense_tf.errors import DataError, SettingError
from withsense_tf.targets.votes import (
    CROWD_WAYS,
    EXPERT_WAYS,
    crowd_number,
    crowd_sureness,
    expert_bias,
    expert_number,
    expert_sureness,
)

SCORES = arrays(np.int64, st.tuples(st.integers(1, 6), st.integers(1, 5)), elements=st.integers(1, 4))
COUNTS = arrays(np.int64, st.tuples(st.integers(1, 6), st.just(2)), elements=st.integers(0, 9)).filter(
    lambda counts: counts.sum(axis=1).min() > 0
)


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("mean", [1 / 3, 4 / 9, 1]),
        ("median", [0, 1 / 3, 1]),
        ("majority", [0, np.nan, 1]),
        ("majority_or_median", [0, 1 / 3, 1]),
    ],
)
def test_three_rows_are_what_one_works_out_by_hand(way: str, expected: list[float]) -> None:
    numbers = expert_number(np.array([[1, 1, 4], [1, 2, 4], [4, 4, 4]]), way)
    np.testing.assert_allclose(numbers, expected)


def test_half_of_the_experts_are_no_majority() -> None:
    assert np.isnan(expert_number(np.array([[1, 1, 4, 4]]), "majority")).all()
    assert np.isnan(expert_number(np.array([[2, 2, 3, 4]]), "majority")).all()


def test_an_expert_who_is_always_kinder_counts_for_no_more() -> None:
    # The third gives one point more than the others: without that, all three agree.
    scores = np.array([[1, 1, 2], [2, 2, 3], [3, 3, 4]])
    np.testing.assert_allclose(expert_bias(scores), [-1 / 3, -1 / 3, 2 / 3])
    np.testing.assert_allclose(expert_number(scores, "unbiased"), (np.array([1, 2, 3]) + 1 / 3 - 1) / 3)


@settings(max_examples=25)
@given(SCORES, st.sampled_from(EXPERT_WAYS))
def test_numbers_of_experts_lie_from_0_to_1_or_are_none(scores: np.ndarray, way: str) -> None:
    numbers = expert_number(scores, way)
    assert numbers.shape == (len(scores),)
    assert ((numbers >= 0) & (numbers <= 1) | np.isnan(numbers)).all()
    assert way == "majority" or not np.isnan(numbers).any()


@settings(max_examples=25)
@given(COUNTS, st.sampled_from(CROWD_WAYS))
def test_more_votes_for_yes_never_lower_the_crowds_number(counts: np.ndarray, way: str) -> None:
    yes, no = counts.T
    numbers = crowd_number(yes, no, way)
    assert ((numbers >= 0) & (numbers <= 1)).all()
    assert (crowd_number(yes + 1, no, way) >= numbers - 1e-12).all()


@settings(max_examples=25)
@given(COUNTS)
def test_yes_and_no_are_sure_alike(counts: np.ndarray) -> None:
    yes, no = counts.T
    sureness = crowd_sureness(yes, no)
    np.testing.assert_allclose(sureness, crowd_sureness(no, yes))
    assert ((sureness > 0) & (sureness < 1)).all()
    # The same shares with twice as many votes are surer.
    assert (crowd_sureness(2 * yes, 2 * no) > sureness).all()


@settings(max_examples=25)
@given(SCORES)
def test_experts_are_as_sure_as_their_widest_difference(scores: np.ndarray) -> None:
    np.testing.assert_allclose(expert_sureness(scores), 1 / (1 + scores.max(axis=1) - scores.min(axis=1)))


@pytest.mark.parametrize("way", EXPERT_WAYS)
def test_no_pairs_have_no_numbers(way: str) -> None:
    assert expert_number(np.zeros((0, 3)), way).shape == (0,)
    assert crowd_number(np.zeros(0), np.zeros(0)).shape == (0,)


def test_what_is_no_vote_is_an_error() -> None:
    with pytest.raises(DataError, match="at least one vote"):
        crowd_number(np.array([1, 0]), np.array([0, 0]))
    with pytest.raises(DataError, match=r"got \(3,\)"):
        expert_number(np.array([1, 2, 3]))
    with pytest.raises(DataError, match=r"got \(2, 0\)"):
        expert_number(np.zeros((2, 0)))
    with pytest.raises(SettingError, match="Did you mean 'median'"):
        expert_number(np.ones((1, 3)), "medain")
    with pytest.raises(SettingError, match="Did you mean 'smoothed'"):
        crowd_number(np.ones(1), np.ones(1), "smooth")
