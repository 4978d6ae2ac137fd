from __future__ import annotations

import numpy as np

from withsense_tf.matchers.towers.landmark_ridge import LandmarkRidge

RNG = np.random.default_rng(0)
ROWS, TARGETS = RNG.normal(size=(60, 3)), RNG.normal(size=(60, 2))
NEW = RNG.normal(size=(20, 3))
PENALTY = 0.3


def likeness(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.exp(-0.5 * ((left[:, None] - right[None]) ** 2).sum(axis=2))


def exact(rows: np.ndarray, targets: np.ndarray, asked: np.ndarray) -> np.ndarray:
    inside = likeness(rows, rows) + PENALTY * np.eye(len(rows))
    return likeness(asked, rows) @ np.linalg.solve(inside, targets)


def ridge(landmarks: np.ndarray, rows: np.ndarray = ROWS, targets: np.ndarray = TARGETS) -> LandmarkRidge:
    made = LandmarkRidge(landmarks, likeness, targets.shape[1])
    made.add(rows, targets)
    return made


def test_with_every_row_a_landmark_it_says_what_the_exact_regression_says() -> None:
    portions = LandmarkRidge(ROWS, likeness, 2)
    for start in range(0, len(ROWS), 7):
        portions.add(ROWS[start : start + 7], TARGETS[start : start + 7])
    answers = likeness(NEW, ROWS) @ portions.solve(PENALTY).coefficients
    np.testing.assert_allclose(answers, exact(ROWS, TARGETS, NEW), atol=1e-5)


def test_more_landmarks_come_closer_to_the_exact_answer() -> None:
    def distance(count: int) -> float:
        answers = likeness(NEW, ROWS[:count]) @ ridge(ROWS[:count]).solve(PENALTY).coefficients
        return float(np.abs(answers - exact(ROWS, TARGETS, NEW)).mean())

    assert distance(60) < distance(30) < distance(5)


def test_a_row_that_is_left_out_gets_what_a_regression_without_it_says() -> None:
    landmarks = ROWS[:15]
    left_out = ridge(landmarks).solve(PENALTY).left_out(ROWS, TARGETS)
    for row in (0, 20, 59):
        others = np.arange(60) != row
        without = ridge(landmarks, ROWS[others], TARGETS[others]).solve(PENALTY)
        np.testing.assert_allclose(
            left_out[row], (likeness(ROWS[[row]], landmarks) @ without.coefficients)[0], atol=1e-6
        )


def test_rows_may_come_in_any_portions() -> None:
    parts = LandmarkRidge(ROWS[:15], likeness, 2)
    parts.add(ROWS[:11], TARGETS[:11])
    parts.add(ROWS[11:], TARGETS[11:])
    np.testing.assert_allclose(
        parts.solve(PENALTY).coefficients, ridge(ROWS[:15]).solve(PENALTY).coefficients, atol=1e-8
    )
