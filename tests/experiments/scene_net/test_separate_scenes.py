from __future__ import annotations

import pytest

from withsense_tf.errors import SettingError
from withsense_tf.experiments.scene_net.separate_scenes import (
    demo_scenes,
    sketch_scenes,
)


def test_training_scenes_are_in_no_demo_set_that_is_measured_on() -> None:
    sketches = sketch_scenes(300, 1000, 1001)
    scenes = {sketch.scene for sketch in sketches}
    for seed in (0, 1, 2, 20, 1001):
        assert scenes.isdisjoint(demo_scenes(seed))
    assert len({sketch.seeds for sketch in sketches}) == 300
    assert sketch_scenes(10, 1000, 1001) == sketches[:10]


def test_other_seeds_alone_would_share_scenes() -> None:
    assert not set(demo_scenes(1000)).isdisjoint(scene for seed in range(21) for scene in demo_scenes(seed))


def test_seeds_of_measured_demo_sets_are_refused() -> None:
    with pytest.raises(SettingError, match="above 20, got 20"):
        sketch_scenes(10, 20, 21)
