from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from withsense_tf.experiments.bench.bench_captioned import (
    WIDTH,
    MadeUpVectors,
    made_up_pairs,
    share_of_first_five,
)
from withsense_tf.matchers.towers.closed_form import ClosedFormTowers


def vectors(*numbers: int) -> np.ndarray:
    content = [str(number) for number in numbers]
    # The encoder is not asked: the store makes the vectors up.
    return MadeUpVectors().vectors_of(None, content, [Path(one) for one in content])  # type: ignore[arg-type]


def test_a_made_up_vector_is_the_same_whichever_photos_are_asked_for() -> None:
    np.testing.assert_array_equal(vectors(5, 3)[1], vectors(3)[0])
    assert vectors().shape == (0, WIDTH)


def test_made_up_photos_that_were_not_trained_on_are_found_more_often_than_by_chance() -> None:
    towers = ClosedFormTowers("scene_net", penalties=[0.4], store=MadeUpVectors()).fit(made_up_pairs(250))
    assert share_of_first_five(towers, 250, gallery=100) > 0.3  # by chance 0.05


def test_each_made_up_photo_stands_beside_its_own_caption_and_another_ones() -> None:
    pairs = made_up_pairs(20)
    assert pairs.target.mean() == pytest.approx(0.5)
    own = pairs.data.own(pairs.table)
    np.testing.assert_array_equal(own, pairs.target == 1)
