from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pytest

from withsense_tf.encoders.base import TextEncoder
from withsense_tf.encoders.texts import near_words
from withsense_tf.encoders.texts.near_words import NearWords, vocabulary_vectors, without_shares
from withsense_tf.encoders.texts.word_weights import WordWeights

VOCABULARY = {"cat": 1, "dog": 0, "car": 2}


class Angles(TextEncoder):
    """Know words as angles: a hound is nearly a dog, and a wolf is between dog and cat."""

    ANGLES: ClassVar = {"dog": 0, "cat": 60, "car": 150, "hound": 5, "wolf": 30, "собака": 0, "moon": 270}

    def __init__(self) -> None:
        self.texts: list[str] = []

    @property
    def weights(self) -> str:
        return ""

    @property
    def identity(self) -> str:
        return "angles"

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.texts += texts
        angles = np.deg2rad([self.ANGLES.get(text, 250) for text in texts])
        return np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)


@pytest.fixture
def near() -> NearWords:
    encoder = Angles()
    return NearWords(encoder, vocabulary_vectors(encoder, VOCABULARY), ["with", "через"])


def test_a_word_counts_as_the_nearest_word_of_the_vocabulary(near: NearWords) -> None:
    shares = near.shares(["hound", "собака"])
    assert shares["собака"][0] > 0.99
    assert shares["hound"][0] > 0.99
    assert sum(shares["hound"].values()) == pytest.approx(1)


def test_a_word_between_two_counts_half_as_each(near: NearWords) -> None:
    assert near.shares(["wolf"])["wolf"] == pytest.approx({0: 0.5, 1: 0.5}, abs=0.01)


def test_words_that_are_far_from_all_numbers_and_common_words_count_as_none(near: NearWords) -> None:
    assert near.shares(["moon", "7", "with", "через"]) == {"moon": {}, "7": {}, "with": {}, "через": {}}


def test_a_word_is_encoded_once(near: NearWords) -> None:
    near.shares(["wolf", "hound"])
    before = len(near.encoder.texts)  # type: ignore[attr-defined]  # the encoder of this test
    near.shares(["hound", "wolf"])
    assert len(near.encoder.texts) == before  # type: ignore[attr-defined]


def test_common_words_of_both_languages_get_no_shares() -> None:
    assert {"with", "the", "через", "на"} <= set(without_shares())
    assert not {"dog", "собака"} & set(without_shares())


def test_a_text_whose_words_no_caption_has_is_weighed_like_the_caption_that_is_near(near: NearWords) -> None:
    words = WordWeights(lemmas=True).fit(["dog", "cat", "car", "dog"])
    order = sorted(words.vocabulary_, key=words.vocabulary_.__getitem__)
    encoder = Angles()
    own = NearWords(encoder, vocabulary_vectors(encoder, words.vocabulary_), [])
    assert order == ["car", "cat", "dog"]
    asked, expected = words.transform(["собака"], own.shares), words.transform(["dog"])
    np.testing.assert_allclose(asked.toarray(), expected.toarray(), atol=0.02)
    assert words.transform(["собака"]).nnz == 0


def test_a_russian_word_counts_as_the_english_one_that_a_table_has_for_it_wherever_the_encoder_puts_it() -> (
    None
):
    words = WordWeights(lemmas=True).fit(["a dog", "a cat", "a car", "a dog"])
    encoder = Angles()
    own = NearWords(encoder, vocabulary_vectors(encoder, words.vocabulary_), [], words)
    encoder.texts.clear()
    # The encoder puts "кошка" near to nothing that is here.
    assert own.shares(["кошка"]) == {"кошка": {words.vocabulary_["cat"]: 1.0}}
    assert encoder.texts == []
    assert own.shares(["hound"])["hound"][words.vocabulary_["dog"]] > 0.99


def test_a_russian_word_of_several_english_ones_counts_as_each_by_how_many_captions_and_how_usual() -> None:
    words = WordWeights(lemmas=True).fit(["a jersey", "a shirt", "a shirt", "a shirt", "a car"])
    own = NearWords(Angles(), np.zeros((len(words.vocabulary_), 2)), [], words)
    shares = own.shares(["майка"])["майка"]
    assert set(shares) == {words.vocabulary_["jersey"], words.vocabulary_["shirt"]}
    assert sum(shares.values()) == pytest.approx(1)
    # Rarity counts one text more than there is; a shirt is a рубашка and a футболка before it is a майка.
    assert shares[words.vocabulary_["shirt"]] == pytest.approx(4 / 3 / (4 / 3 + 2))


@pytest.mark.parametrize(
    ("typed", "english", "other"),
    [
        ("лев", "lion", "leave"),
        ("велик", "bike", "big"),
        ("пень", "stump", "froth"),
        ("горе", "mountain", "bike"),
    ],
)
def test_a_russian_word_counts_as_what_it_is_as_it_stands_where_captions_have_that(
    typed: str, english: str, other: str
) -> None:
    words = WordWeights(lemmas=True).fit(["a lion", "leave it", "a big bike", "a stump, froth", "a mountain"])
    own = NearWords(Angles(), np.zeros((len(words.vocabulary_), 2)), ["большой"], words)
    shares = {column: round(share, 2) for column, share in own.shares([typed])[typed].items()}
    assert shares[words.vocabulary_[english]] > 0.95
    assert shares.get(words.vocabulary_[other], 0) < 0.05


@pytest.mark.parametrize("captions", [["собака бежит", "кошка спит", "a cat"], ["a car", "a moon"]])
def test_the_encoder_places_russian_words_that_no_english_caption_has(captions: list[str]) -> None:
    words = WordWeights(lemmas=True).fit(captions)
    encoder = Angles()
    vectors = vocabulary_vectors(encoder, words.vocabulary_)
    by_encoder = NearWords(encoder, vectors, []).shares(["кот"])
    assert NearWords(encoder, vectors, [], words).shares(["кот"]) == by_encoder


def test_who_asks_while_another_forgets_all_words_is_answered(
    near: NearWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near_words, "MOST_REMEMBERED", 0)
    encode = near.encoder.encode

    def encode_between(texts: Sequence[str]) -> np.ndarray:
        vectors = encode(texts)
        if "wolf" in texts:
            near.shares(["hound"])
            near.shares(["moon"])
        return vectors

    monkeypatch.setattr(near.encoder, "encode", encode_between)
    # A number is answered before anything is encoded, and was forgotten then.
    assert near.shares(["7", "wolf"])["7"] == {}
