from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from withsense_tf.errors import DataError
from withsense_tf.evaluation.figures.regression import regression_figures


def test_figures_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    target, prediction = rng.random(50), rng.random(50)
    figures = regression_figures(target, prediction, float(target.mean()))
    assert figures.rmse == pytest.approx(root_mean_squared_error(target, prediction))
    assert figures.mae == pytest.approx(mean_absolute_error(target, prediction))
    # With the mean of the same pairs as the constant, skill is R squared.
    assert figures.skill == pytest.approx(r2_score(target, prediction))


def test_the_constant_has_no_skill_and_perfection_has_skill_1() -> None:
    target = np.array([0.0, 0.5, 1.0])
    assert regression_figures(target, np.full(3, 0.2), 0.2).skill == 0
    assert regression_figures(target, target, 0.2).skill == 1


def test_skill_is_no_number_where_the_constant_is_always_right() -> None:
    for same in (1.0, 0.1, 1 / 9, 4 / 9):
        target = np.full(18, same)
        assert np.isnan(regression_figures(target, target, float(target.mean())).skill)


@pytest.mark.parametrize(
    ("target", "prediction", "message"),
    [
        (np.zeros(2), np.zeros(3), "as many predictions"),
        (np.zeros((2, 1)), np.zeros((2, 1)), "as many predictions"),
        (np.zeros(0), np.zeros(0), "no pairs"),
        (np.zeros(2), np.array([0, np.nan]), "finite"),
    ],
)
def test_what_cannot_be_measured_is_an_error(
    target: np.ndarray, prediction: np.ndarray, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        regression_figures(target, prediction, 0.0)


@pytest.mark.closed
def test_small_whole_numbers_do_not_wrap_around() -> None:
    far = regression_figures(np.array([0, 1], np.uint8), np.array([1, 0], np.uint8), 0.5)
    assert (far.rmse, far.mae, far.skill) == (1, 1, -3)
    assert regression_figures(np.array([False, True]), np.array([True, False]), 0.5) == far
