from __future__ import annotations

import numpy as np
import pytest

from withsense_tf.matchers.judges.soft_labels import SoftLogistic


def test_the_chance_is_the_share_and_not_a_yes_or_no() -> None:
    rows = np.repeat([[0.0], [1.0]], 200, axis=0)
    share = np.repeat([0.2, 0.6], 200)
    line = SoftLogistic(100.0).fit(rows, share)
    assert line.chance(np.array([[0.0], [1.0]])) == pytest.approx([0.2, 0.6], abs=0.02)


def test_a_number_that_never_changes_counts_for_nothing() -> None:
    share = np.linspace(0, 1, 50)
    alone = SoftLogistic().fit(share[:, None], share)
    beside = SoftLogistic().fit(np.stack([share, np.full(50, 0.3)], axis=1), share)
    rows = np.array([[0.1, 0.3], [0.9, 0.3], [0.9, 7.0]])
    assert beside.chance(rows) == pytest.approx(alone.chance(rows[:, :1]), abs=1e-4)
