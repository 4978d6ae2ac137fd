from __future__ import annotations

from pathlib import Path

import pytest

from withsense_tf.demo.writer import TEST_STREAM, plan_photos, write_demo
from withsense_tf.errors import SettingError
from withsense_tf.experiments.scene_net.separate_scenes import (
    demo_scenes,
    render,
    shared_photos,
    sketch_scenes,
)


@pytest.mark.slow
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


def test_demo_scenes_are_those_that_a_demo_set_shows() -> None:
    planned = [photo.scene for photo in plan_photos("test", 3, TEST_STREAM, 100)]
    assert list(demo_scenes(3))[400:500] == planned


@pytest.mark.slow
def test_the_same_sketches_give_the_same_photos_and_a_demo_photo_is_recognised(tmp_path: Path) -> None:
    sketches = sketch_scenes(3, 1000, 1001)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    first, second = (render(sketches, tmp_path / name, workers=1) for name in ("a", "b"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    demo = write_demo(tmp_path / "demo", seed=4, train=10, test=1, captioned=0)
    streams = {0: 2, TEST_STREAM: 1}
    assert shared_photos(first, [4], 1, streams) == 0
    assert shared_photos([*first, demo / "test_images" / "demo_test_0000.jpg"], [4], 1, streams) == 1
