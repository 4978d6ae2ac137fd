from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from withsense_tf.common.fingerprints import LastMade, shared_in
from withsense_tf.matchers.towers import kernel_ridge
from withsense_tf.matchers.towers.kernel_ridge import BaseRows, base_rows

RNG = np.random.default_rng(0)
ROWS, OTHERS = RNG.normal(size=(30, 4)), RNG.normal(size=(12, 4))
TARGETS, OTHER_TARGETS = RNG.normal(size=(30, 3)), RNG.normal(size=(12, 3))
PENALTY = 0.3


def likeness(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.exp(-0.5 * ((left[:, None] - right[None]) ** 2).sum(axis=2))


def plain_ridge(rows: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return np.linalg.solve(likeness(rows, rows) + PENALTY * np.eye(len(rows)), targets)


@pytest.mark.parametrize(
    "own", [np.arange(12), np.array([7, 2, 5]), np.array([0])], ids=["all", "some", "one"]
)
@pytest.mark.parametrize("base", [30, 0], ids=["with a base", "without one"])
def test_a_base_and_own_rows_give_what_one_regression_on_all_rows_gives(base: int, own: np.ndarray) -> None:
    solution = BaseRows(ROWS[:base], OTHERS, likeness).solve(PENALTY, TARGETS[:base], own, OTHER_TARGETS[own])
    every = plain_ridge(
        np.vstack([ROWS[:base], OTHERS[own]]), np.vstack([TARGETS[:base], OTHER_TARGETS[own]])
    )
    np.testing.assert_allclose(solution.base, every[:base], atol=1e-10)
    np.testing.assert_allclose(solution.own, every[base:], atol=1e-10)


def test_an_own_row_that_is_left_out_gets_what_a_regression_without_it_says() -> None:
    own = np.array([7, 2, 5])
    solution = BaseRows(ROWS, OTHERS, likeness).solve(PENALTY, TARGETS, own, OTHER_TARGETS[own])
    for at, row in enumerate(own):
        rest = np.delete(own, at)
        rows = np.vstack([ROWS, OTHERS[rest]])
        without = plain_ridge(rows, np.vstack([TARGETS, OTHER_TARGETS[rest]]))
        np.testing.assert_allclose(
            solution.left_out[at], (likeness(OTHERS[[row]], rows) @ without)[0], atol=1e-10
        )


def test_other_targets_or_another_penalty_are_solved_for_anew() -> None:
    rows = BaseRows(ROWS, OTHERS, likeness)
    own = np.arange(12)
    first = rows.solve(PENALTY, TARGETS, own, OTHER_TARGETS).base
    assert not np.allclose(rows.solve(PENALTY, TARGETS + 1, own, OTHER_TARGETS).base, first)
    assert not np.allclose(rows.solve(2 * PENALTY, TARGETS, own, OTHER_TARGETS).base, first)
    np.testing.assert_array_equal(rows.solve(PENALTY, TARGETS, own, OTHER_TARGETS).base, first)


def test_a_base_is_made_once_and_few_are_kept() -> None:
    first = base_rows(ROWS, OTHERS, likeness, (0.5,))
    assert base_rows(ROWS.copy(), OTHERS.copy(), likeness, (0.5,)) is first
    assert base_rows(ROWS, OTHERS[:5], likeness, (0.5,)) is not first
    for count in range(1, kernel_ridge.BASES + 2):
        base_rows(ROWS[:count], OTHERS, likeness, (0.5,))
    assert base_rows(ROWS, OTHERS, likeness, (0.5,)) is not first


def test_a_base_that_another_process_solved_is_not_solved_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = np.arange(12)
    with shared_in(tmp_path):
        first = base_rows(ROWS, OTHERS, likeness, (0.5,)).solve(PENALTY, TARGETS, own, OTHER_TARGETS)
        assert len(list(tmp_path.iterdir())) == 1
        # As in another process: nothing is in its memory.
        monkeypatch.setattr(kernel_ridge, "_bases_made", LastMade(kernel_ridge.BASES))
        again = base_rows(ROWS, OTHERS, likeness, (0.5,))
        with monkeypatch.context() as without:
            without.setattr(BaseRows, "_solved_base", None)
            np.testing.assert_array_equal(again.solve(PENALTY, TARGETS, own, OTHER_TARGETS).base, first.base)
        again.solve(2 * PENALTY, TARGETS, own, OTHER_TARGETS)
        base_rows(ROWS, OTHERS[:7], likeness, (0.5,)).solve(PENALTY, TARGETS, own[:7], OTHER_TARGETS[:7])
    assert len(list(tmp_path.iterdir())) == 3
