from __future__ import annotations

from pathlib import Path

import numpy as np

from withsense_tf.data.dataset import Dataset
from withsense_tf.experiments.scene_net.demo_difficulty import ranks_of_the_right_photo, thumbnails


def test_photos_that_look_the_same_count_against_the_model(tiny: Dataset) -> None:
    vectors = np.random.default_rng(0).normal(size=(len(tiny.photos), 4))
    ranks = ranks_of_the_right_photo(tiny, vectors)
    assert len(ranks) == len(tiny.queries)
    assert set(ranks) <= {0, 1}
    vectors[tiny.photos["part"] == "test"] = 1.0
    assert set(ranks_of_the_right_photo(tiny, vectors)) == {1}


def test_a_thumbnail_has_three_numbers_a_pixel_from_0_to_1(tiny: Dataset) -> None:
    pixels = thumbnails([Path(path) for path in tiny.photos["path"]], 4)
    assert pixels.shape == (8, 4 * 4 * 3)
    assert 0 <= pixels.min() < pixels.max() <= 1
