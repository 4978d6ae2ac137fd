from __future__ import annotations

import numpy as np
import pytest

from withsense_tf.matchers.judges.judge_figures import area, at_precision, at_recall, point_at

CHANCES = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2])
CHILD = np.array([True, True, False, True, False, False, True, False])


def test_area_is_how_often_the_right_one_of_two_is_higher() -> None:
    assert area(CHANCES, CHILD) == pytest.approx(12 / 16)


def test_from_a_threshold_on_recall_and_precision_are_counted() -> None:
    point = point_at(CHANCES, CHILD, 0.6)
    assert (point.recall, point.precision) == (0.75, 0.75)


def test_the_highest_threshold_that_finds_enough_is_taken() -> None:
    assert at_recall(CHANCES, CHILD, 0.75).threshold == 0.6
    assert at_recall(CHANCES, CHILD, 0.76).threshold == 0.3


def test_the_lowest_threshold_that_is_precise_is_taken_and_the_highest_where_none_is() -> None:
    assert at_precision(CHANCES, CHILD, 0.75).threshold == 0.6
    assert at_precision(CHANCES, CHILD, 1.0).threshold == 0.8
    assert at_precision(CHANCES, ~CHILD, 0.99).threshold == 0.9
