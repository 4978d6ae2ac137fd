from __future__ import annotations

import numpy as np
import pytest

from withsense_tf.experiments.scene_net.scene_training import Lessons, loss_of_shares, mirrored_batches


def test_batches_mirror_half_of_the_photos_together_with_their_words() -> None:
    pixels = np.zeros((200, 2, 2, 3), np.uint8)
    pixels[:, :, 0] = 9  # the left half is bright
    words = np.tile(np.array([[1, 0]], np.float32), (200, 1))
    batches = mirrored_batches(Lessons(pixels, words), np.array([1, 0]), seed=0)
    bright, told = (np.concatenate(parts) for parts in zip(*(next(batches) for _ in range(4)), strict=True))
    assert len(bright) == 200  # each photo once in an epoch
    np.testing.assert_array_equal(bright[:, 0, 0, 0] == 9, told[:, 0] == 1)
    assert 60 < told[:, 0].sum() < 140


def test_the_loss_of_shares_is_the_entropy_of_the_words() -> None:
    words = np.array([[1, 0], [0, 0]], np.float32)
    assert loss_of_shares(np.repeat(words, 50, axis=0), words) == pytest.approx(np.log(2), abs=2e-3)
