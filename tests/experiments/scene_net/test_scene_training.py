from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from withsense_tf.demo.word_tables import POSITION_PHRASES
from withsense_tf.demo.writer import TEST_STREAM, plan_photos, write_demo
from withsense_tf.experiments.scene_net.scene_training import Lessons, loss_of_shares, mirrored_batches
from withsense_tf.experiments.scene_net.separate_scenes import (
    demo_scenes,
    render,
    shared_photos,
    sketch_scenes,
)
from withsense_tf.experiments.scene_net.word_targets import OPPOSITE, WordTargets

CAPTIONS = [["A dog on the left", "a brown dog"], ["A cat on the right"]]


def test_demo_scenes_are_those_that_a_demo_set_shows() -> None:
    planned = [photo.scene for photo in plan_photos("test", 3, TEST_STREAM, 100)]
    assert list(demo_scenes(3))[400:500] == planned


def test_the_same_sketches_give_the_same_photos_and_a_demo_photo_is_recognised(tmp_path: Path) -> None:
    sketches = sketch_scenes(3, 1000, 1001)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    first, second = (render(sketches, tmp_path / name, workers=1) for name in ("a", "b"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    demo = write_demo(tmp_path / "demo", seed=4, train=10, test=1)
    streams = {0: 2, TEST_STREAM: 1}
    assert shared_photos(first, [4], 1, streams) == 0
    assert shared_photos([*first, demo / "test_images" / "demo_test_0000.jpg"], [4], 1, streams) == 1


def test_a_photo_has_the_words_of_all_its_captions() -> None:
    targets = WordTargets.of(CAPTIONS, least=1)
    assert targets.vocabulary == ("a", "brown", "cat", "dog", "left", "on", "right", "the")
    np.testing.assert_array_equal(
        targets.encode(CAPTIONS), [[1, 1, 0, 1, 1, 1, 0, 1], [1, 0, 1, 0, 0, 1, 1, 1]]
    )


def test_words_of_few_photos_are_not_told() -> None:
    targets = WordTargets.of(CAPTIONS, least=2)
    assert targets.vocabulary == ("a", "on", "the")
    assert targets.encode([["nothing known"]]).sum() == 0


def test_in_a_mirrored_photo_left_is_right() -> None:
    targets = WordTargets.of(CAPTIONS, least=1)
    mirrored = targets.encode(CAPTIONS)[:, targets.mirror_order()]
    np.testing.assert_array_equal(
        mirrored, targets.encode([["A brown dog on the right"], ["A cat on the left"]])
    )


def test_only_positions_speak_of_left_and_right() -> None:
    said = {text for texts in POSITION_PHRASES.values() for text in texts}
    beside = {"to the left of", "to the right of"}
    for photo in plan_photos("train", 30, 0, 200):
        for text in photo.captions:
            rest = text.lower()
            for phrase in said | beside:
                rest = rest.replace(phrase, "")
            assert not set(OPPOSITE) & set(rest.replace(".", " ").replace(",", " ").split()), text


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
