from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from withsense_tf.errors import DataError, NotFittedError, SettingError
from withsense_tf.matchers.calibration import FEWEST, KINDS, Calibration


def drawn(count: int, steep: float = 2.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return scores and 0-or-1 targets whose mean is a logistic curve of the score."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(0.3, 0.2, count)
    return scores, (rng.random(count) < 1 / (1 + np.exp(-steep * (scores - 0.3) / 0.2))).astype(float)


def test_isotonic_is_scikit_learns_on_new_scores() -> None:
    scores, targets = drawn(200)
    weights = np.random.default_rng(1).uniform(0.1, 2, 200)
    line = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(scores, targets, weights)
    new = np.linspace(-1, 2, 500)
    numbers = Calibration("isotonic").fit(scores, targets, weights).apply(new)
    np.testing.assert_allclose(numbers, line.predict(new), atol=1e-12)


@pytest.mark.parametrize("steep", [0.5, 2.0, 12.0])
def test_platt_is_close_to_a_logistic_fit(steep: float) -> None:
    scores, targets = drawn(1500, steep)
    weights = np.random.default_rng(1).uniform(0.1, 2, 1500)
    line = LogisticRegression(C=1e9, tol=1e-8).fit(scores[:, None] / 0.2, targets, weights)
    new = np.linspace(scores.min(), scores.max(), 300)
    numbers = Calibration("platt").fit(scores, targets, weights).apply(new)
    np.testing.assert_allclose(numbers, line.predict_proba(new[:, None] / 0.2)[:, 1], atol=0.02)


def test_a_steep_platt_curve_has_no_corners() -> None:
    # Two groups far apart and a mixed one between them: the curve rises within a hundredth of the spread.
    rng = np.random.default_rng(0)
    scores = np.concatenate([rng.normal(at, 0.01, 500) for at in (-1, 0, 1)])
    targets = (rng.random(len(scores)) < 1 / (1 + np.exp(-scores / 0.01))).astype(float)
    numbers = Calibration("platt").fit(scores, targets).apply(np.linspace(-0.03, 0.03, 50))
    steps = np.diff(np.log(numbers / (1 - numbers)))
    np.testing.assert_allclose(steps, steps.mean(), rtol=0.05)


@pytest.mark.parametrize("kind", KINDS)
@given(
    rows=st.lists(st.tuples(st.floats(-3, 3), st.floats(0, 1), st.floats(0.01, 5)), min_size=1, max_size=30),
    new=st.lists(st.floats(-10, 10), min_size=2, max_size=10),
)
@pytest.mark.slow
def test_numbers_lie_from_0_to_1_and_never_change_the_order(
    kind: str, rows: list[tuple[float, float, float]], new: list[float]
) -> None:
    scores, targets, weights = np.array(rows).T
    numbers = Calibration(kind).fit(scores, targets, weights).apply(np.sort(new))
    assert (numbers >= 0).all()
    assert (numbers <= 1).all()
    assert (np.diff(numbers) >= 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_of_pairs_with_a_number_the_mean_target_is_that_number(kind: str) -> None:
    calibration = Calibration(kind).fit(*drawn(3000))
    scores, targets = drawn(20_000, seed=1)
    numbers = calibration.apply(scores)
    bins = np.minimum((numbers * 10).astype(int), 9)
    error = sum(
        abs(numbers[bins == at].mean() - targets[bins == at].mean()) * np.mean(bins == at)
        for at in np.unique(bins)
    )
    assert error < 0.03


def test_few_pairs_get_a_logistic_curve_in_place_of_steps() -> None:
    scores, targets = drawn(FEWEST - 1)
    new = np.linspace(0, 0.6, 30)
    few = Calibration("isotonic").fit(scores, targets).apply(new)
    np.testing.assert_array_equal(few, Calibration("platt").fit(scores, targets).apply(new))


def test_enough_pairs_get_steps() -> None:
    scores, targets = drawn(FEWEST)
    new = np.linspace(0, 0.6, 30)
    assert not np.allclose(
        Calibration("isotonic").fit(scores, targets).apply(new),
        Calibration("platt").fit(scores, targets).apply(new),
    )


@pytest.mark.parametrize("kind", KINDS)
def test_heavier_pairs_pull_harder(kind: str) -> None:
    scores, targets = np.tile(np.linspace(0, 1, 20), 2), np.repeat([0.0, 1.0], 20)
    weights = np.repeat([1.0, 3.0], 20)
    number = Calibration(kind).fit(scores, targets, weights).apply(np.array([0.5]))
    np.testing.assert_allclose(number, 0.75, atol=0.02)


@pytest.mark.parametrize("kind", KINDS)
def test_equal_scores_stand_for_the_mean_target(kind: str) -> None:
    calibration = Calibration(kind).fit(np.full(20, 0.3), np.repeat([0.0, 1.0], [15, 5]))
    np.testing.assert_allclose(calibration.apply(np.array([0.3])), 0.25, atol=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_scores_that_run_the_wrong_way_all_stand_for_the_mean(kind: str) -> None:
    scores = np.linspace(0, 1, 40)
    numbers = Calibration(kind).fit(scores, (scores < 0.5).astype(float)).apply(scores)
    np.testing.assert_allclose(numbers, 0.5, atol=0.05)


@pytest.mark.parametrize("kind", KINDS)
def test_any_shape_keeps_its_shape(kind: str) -> None:
    numbers = Calibration(kind).fit(*drawn(50)).apply(np.zeros((2, 3, 4)))
    assert numbers.shape == (2, 3, 4)
    assert numbers.dtype == np.float64


def test_applying_before_fitting_is_an_error() -> None:
    with pytest.raises(NotFittedError, match="call fit"):
        Calibration().apply(np.zeros(1))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "rows",
    [
        (np.zeros(0), np.zeros(0)),
        (np.zeros(12), np.zeros(11)),
        (np.r_[np.zeros(11), np.nan], np.zeros(12)),
        (np.r_[np.zeros(11), np.inf], np.zeros(12)),
        (np.arange(12.0), np.r_[np.zeros(11), np.nan]),
        (np.arange(12.0), np.zeros(12), np.ones(11)),
    ],
    ids=["none", "too few targets", "score nan", "score inf", "target nan", "too few weights"],
)
def test_what_cannot_be_learned_from_is_an_error(kind: str, rows: tuple[Any, ...]) -> None:
    with pytest.raises(DataError, match="Calibration needs"):
        Calibration(kind).fit(*rows)


def test_an_unknown_kind_gets_a_hint() -> None:
    with pytest.raises(SettingError, match="Did you mean 'isotonic'"):
        Calibration("isotonik")


def test_numbers_that_are_to_be_no_rarer_than_others_rise_and_are_so() -> None:
    rng = np.random.default_rng(0)
    scores, weights = rng.normal(size=2_000), rng.uniform(0.5, 2, 2_000)
    own = (scores > 1.8).astype(float)
    numbers = rng.beta(0.4, 1.6, 2_000)
    narrow = Calibration().fit(scores, own, weights)
    wide = narrow.at_least_like(scores, numbers, weights)
    assert (np.diff(wide.number_) >= 0).all()
    assert (wide.apply(scores) >= narrow.apply(scores)).all()
    shares = np.linspace(0.02, 0.98, 49)
    reached = np.quantile(wide.apply(scores), shares)
    assert (reached >= np.quantile(numbers, shares) - 0.03).all()
    assert (np.quantile(narrow.apply(scores), shares) < np.quantile(numbers, shares) - 0.03).any()
