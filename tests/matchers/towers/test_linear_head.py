from __future__ import annotations

import numpy as np
import pytest

from withsense_tf.errors import DataError
from withsense_tf.matchers.towers.linear_head import learn_move, no_move


@pytest.fixture
def points() -> np.ndarray:
    return np.random.default_rng(0).normal(0.3, 1, (30, 6))


@pytest.fixture
def targets(points: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(1)
    return points @ rng.normal(0, 0.5, (6, 6)) + rng.normal(0, 0.3, points.shape) + 2


def test_a_head_learns_what_is_linear() -> None:
    rng = np.random.default_rng(2)
    points, slope = rng.normal(size=(40, 5)), rng.normal(size=(5, 5))
    targets = points @ slope + 7
    move, _ = learn_move(points, targets, 1e-9)
    other = rng.normal(size=(4, 5))
    np.testing.assert_allclose(move.apply(other), other @ slope + 7, atol=1e-5)


def test_the_move_is_that_of_ridge_regression(points: np.ndarray, targets: np.ndarray) -> None:
    from sklearn.linear_model import Ridge

    spread = np.square(np.linalg.svd(points - points.mean(axis=0), compute_uv=False)).mean()
    expected = points + Ridge(alpha=0.3 * spread).fit(points, targets - points).predict(points)
    np.testing.assert_allclose(learn_move(points, targets, 0.3)[0].apply(points), expected, atol=1e-8)


def test_where_a_left_out_photo_goes_is_what_learning_without_it_gives(
    points: np.ndarray, targets: np.ndarray
) -> None:
    from sklearn.linear_model import Ridge

    spread = np.square(np.linalg.svd(points - points.mean(axis=0), compute_uv=False)).mean()
    for penalty in (0.03, 1.0):
        _, left_out = learn_move(points, targets, penalty)
        for row in (0, 11, 29):
            others = np.arange(30) != row
            ridge = Ridge(alpha=penalty * spread).fit(points[others], (targets - points)[others])
            np.testing.assert_allclose(
                left_out[row], points[row] + ridge.predict(points[[row]])[0], atol=1e-8
            )


def test_more_directions_than_photos_do_no_harm() -> None:
    points = np.random.default_rng(0).normal(size=(5, 50))
    move, left_out = learn_move(points, points + 1, 0.1)
    np.testing.assert_allclose(move.apply(points), points + 1, atol=1e-9)
    np.testing.assert_allclose(left_out, points + 1, atol=1e-9)


def test_with_an_endless_penalty_all_photos_move_alike(points: np.ndarray, targets: np.ndarray) -> None:
    move, left_out = learn_move(points, targets, float("inf"))
    np.testing.assert_allclose(move.apply(points) - points, np.tile((targets - points).mean(axis=0), (30, 1)))
    assert np.isfinite(left_out).all()


def test_no_move_leaves_points_where_they_are(points: np.ndarray) -> None:
    np.testing.assert_array_equal(no_move(6).apply(points), points)


def test_one_photo_teaches_nothing(points: np.ndarray) -> None:
    with pytest.raises(DataError, match="at least two"):
        learn_move(points[:1], points[:1], 1.0)
