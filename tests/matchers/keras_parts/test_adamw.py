from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.matchers.keras_parts.adamw import AdamW


@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_its_steps_are_those_of_keras(decay: float) -> None:
    tf = start_tensorflow()
    import keras

    first = np.array([[1.0, -2.0], [0.5, 3.0]], np.float32)
    own, theirs = keras.Variable(first), keras.Variable(first)
    optimizers = AdamW([own], 0.1, decay), keras.optimizers.AdamW(0.1, weight_decay=decay)
    optimizers[1].build([theirs])
    for step in range(5):
        gradient = tf.constant(np.sin(first + step))
        optimizers[0].apply([gradient])
        optimizers[1].apply([gradient], [theirs])
    np.testing.assert_allclose(own.numpy(), theirs.numpy(), atol=1e-5)
    assert np.abs(own.numpy() - first).min() > 0.01


def test_it_takes_variables_of_tensorflow_inside_a_graph() -> None:
    tf = start_tensorflow()
    x = tf.Variable([3.0, -1.0])
    optimizer = AdamW([x], 0.1, 0.0)

    def step() -> Any:
        with tf.GradientTape() as tape:
            value = tf.reduce_sum(tf.square(x - [1.0, 2.0]))
        optimizer.apply(tape.gradient(value, [x]))

    compiled = tf.function(step)
    for _ in range(200):
        compiled()
    np.testing.assert_allclose(x.numpy(), [1.0, 2.0], atol=0.02)
