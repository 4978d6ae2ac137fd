from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from withsense_tf.data.dataset import Dataset
from withsense_tf.encoders.photos.scene_network import SIDE
from withsense_tf.errors import SettingError
from withsense_tf.experiments.scene_net import train_scene_net
from withsense_tf.experiments.scene_net.word_targets import WordTargets


def test_lessons_have_the_photos_and_their_words_in_the_same_order(tiny: Dataset) -> None:
    paths, captions = train_scene_net._paths(tiny), train_scene_net._captions(tiny)
    targets = WordTargets.of(captions, least=1)
    lessons = train_scene_net._lessons(paths, captions, targets)
    assert lessons.pixels.shape == (8, SIDE, SIDE, 3)
    for row, photo in enumerate(tiny.photos["photo"]):
        animal = targets.vocabulary.index(photo.removesuffix(".jpg"))
        assert np.flatnonzero(lessons.words[:, animal]).tolist() == [row]


def test_a_seed_of_a_demo_set_that_is_measured_on_is_refused_before_anything_is_drawn(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="are for measuring: choose a seed above 20, got 20"):
        train_scene_net.main(tmp_path / "scene_net.npz", scenes=10, seed=20)
    assert list(tmp_path.iterdir()) == []
