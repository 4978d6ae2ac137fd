"""The demo set knows what its scenes show, so ownership can be held against the truth."""

from __future__ import annotations

from pathlib import Path

import pytest

from withsense_tf.demo.demo_dataset import demo_dataset
from withsense_tf.demo.writer import TEST_STREAM, TRAIN_STREAM, plan_photos
from withsense_tf.policy.current_policy import Policy


@pytest.mark.slow
def test_photos_of_drawn_children_are_restricted_and_few_others(tmp_path: Path) -> None:
    data = demo_dataset(seed=11, train=70, test=20, folder=tmp_path / "demo", captioned=0)
    scenes = [*plan_photos("train", 11, TRAIN_STREAM, 70), *plan_photos("test", 11, TEST_STREAM, 20)]
    truth = {photo.name: any(one.is_child for one in photo.scene.subjects) for photo in scenes}
    decisions = Policy.default().gate(data, "RU").decisions
    by_captions = {photo for photo in truth if decisions[photo].restricted and decisions[photo].votes}
    children = {photo for photo, child in truth.items() if child}
    assert len(children) > 20
    assert len(by_captions & children) / len(children) >= 0.99
    assert len(by_captions & children) / len(by_captions) >= 0.95
