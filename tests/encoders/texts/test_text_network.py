from __future__ import annotations

from copy import deepcopy

import numpy as np
import pytest

from withsense_tf.encoders.texts.text_network import NetworkText


class Letters(NetworkText):
    """Count letters and remember the sizes of the batches."""

    identity = "letters"
    batch_size = 4

    def __init__(self, full: bool = True) -> None:
        self.full_batches = full
        self.sizes: list[int] = []

    def forward(self, texts: list[str]) -> np.ndarray:
        self.sizes.append(len(texts))
        return np.array([[len(text), text.count("a")] for text in texts])


@pytest.mark.parametrize(("full", "sizes"), [(True, [4, 4, 4]), (False, [4, 4, 1])])
def test_texts_keep_their_order_and_a_short_batch_is_filled_up_where_it_must_be(
    full: bool, sizes: list[int]
) -> None:
    encoder = Letters(full)
    vectors = encoder.encode(["a" * count for count in range(9)])
    assert vectors[:, 0].tolist() == vectors[:, 1].tolist() == list(range(9))
    assert vectors.dtype == np.float32
    assert encoder.sizes == sizes


@pytest.mark.parametrize("full", [True, False])
def test_no_texts_give_an_array_of_the_right_width(full: bool) -> None:
    assert Letters(full).encode([]).shape == (0, 2)


def test_it_learns_nothing_and_a_copy_does_not_hold_the_network_again() -> None:
    encoder = Letters()
    assert not encoder.learns
    assert deepcopy(encoder) is encoder
