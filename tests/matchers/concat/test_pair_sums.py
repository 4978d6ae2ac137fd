from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from withsense_tf.matchers.concat.pair_sums import PairSums


@pytest.mark.parametrize("penalty", [1e-8, 0.1, 100.0])
def test_the_line_is_that_of_ridge_regression_on_the_pairs(penalty: float) -> None:
    rng = np.random.default_rng(0)
    photos, texts = rng.normal(size=(9, 4)) + 3, rng.normal(size=(7, 3)) - 1
    photo, text = rng.integers(0, 9, 60), rng.integers(0, 7, 60)
    target, weight = rng.uniform(size=60), rng.uniform(0.2, 5, 60)
    line = PairSums.of(photos, texts, photo, text, target, weight).line(penalty)
    expected = Ridge(penalty).fit(np.hstack([photos[photo], texts[text]]), target, weight)
    np.testing.assert_allclose(line.weights, expected.coef_, atol=1e-9)
    assert line.intercept == pytest.approx(expected.intercept_, abs=1e-9)


def test_vectors_that_say_the_same_twice_leave_a_line_of_least_error() -> None:
    rng = np.random.default_rng(1)
    photos = rng.normal(size=(6, 2)) @ np.ones((2, 5))
    photo, target = np.arange(6), rng.uniform(size=6)
    line = PairSums.of(photos, np.zeros((1, 1)), photo, np.zeros(6, int), target, np.ones(6)).line(0.0)
    features = np.hstack([photos, np.zeros((6, 1))])
    expected = np.polynomial.Polynomial.fit(photos[:, 0], target, 1)(photos[:, 0])
    np.testing.assert_allclose(line.apply(features), expected, atol=1e-9)
