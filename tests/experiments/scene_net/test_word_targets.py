from __future__ import annotations

import numpy as np

from withsense_tf.demo.word_tables import POSITION_PHRASES
from withsense_tf.demo.writer import plan_photos
from withsense_tf.experiments.scene_net.word_targets import OPPOSITE, WordTargets

CAPTIONS = [["A dog on the left", "a brown dog"], ["A cat on the right"]]


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
