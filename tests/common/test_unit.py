from __future__ import annotations

import numpy as np

from withsense_tf.common.unit import unit


def test_unit_brings_vectors_to_length_1_and_leaves_zeros() -> None:
    np.testing.assert_allclose(unit(np.array([[3.0, 4], [0, 0]])), [[0.6, 0.8], [0, 0]])
