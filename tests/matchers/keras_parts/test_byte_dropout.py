from __future__ import annotations

import numpy as np
import pytest

from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.matchers.keras_parts.byte_dropout import byte_dropout


def test_it_leaves_answers_alone_and_drops_its_share_in_training() -> None:
    tf = start_tensorflow()
    numbers = tf.ones([400, 251])  # no multiple of the four bytes that are drawn at once
    layer = byte_dropout(0.3, seed=4)
    np.testing.assert_array_equal(layer(numbers, training=False), numbers)
    after = layer(numbers, training=True).numpy()
    assert (after == 0).mean() == pytest.approx(77 / 256, abs=0.005)
    assert after.max() == pytest.approx(256 / 179)
    assert after.mean() == pytest.approx(1, abs=0.01)
    # No row and no column goes together.
    assert np.ptp((after == 0).mean(axis=0)) < 0.25
    assert np.ptp((after == 0).mean(axis=1)) < 0.25


def test_the_seed_tells_the_lots_and_each_step_has_others() -> None:
    tf = start_tensorflow()
    numbers = tf.ones([64, 64])
    first, again, other = byte_dropout(0.3, seed=4), byte_dropout(0.3, seed=4), byte_dropout(0.3, seed=5)
    lots = [first(numbers, training=True).numpy() for _ in range(2)]
    np.testing.assert_array_equal(again(numbers, training=True), lots[0])
    assert (lots[0] != lots[1]).mean() > 0.3
    assert (other(numbers, training=True).numpy() != lots[0]).mean() > 0.3


def test_a_graph_draws_anew_at_each_step_and_its_gradient_passes_what_stays() -> None:
    tf = start_tensorflow()
    layer = byte_dropout(0.5, seed=0)
    numbers = tf.ones([32, 8])

    def step() -> tuple[object, object]:
        with tf.GradientTape() as tape:
            tape.watch(numbers)
            after = layer(numbers, training=True)
        return after, tape.gradient(after, numbers)

    graph = tf.function(step)
    (after, gradient), (later, _) = graph(), graph()
    np.testing.assert_array_equal(after, gradient)
    assert (np.asarray(after) != np.asarray(later)).mean() > 0.2
