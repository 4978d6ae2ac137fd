from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from withsense_tf.encoders.base import TextEncoder
from withsense_tf.matchers.chance.familiarity import Familiarity, english_nouns, strange_words

TEXTS = ["A dog runs on a beach .", "A dog and a cat sleep .", "Three dogs play on the beach ."]
PHOTOS = ["a.jpg", "b.jpg", "c.jpg"]
# What the words of a made-up encoder are about: beasts, or things at sea.
BEASTS, SEA = ("dog", "hound", "собака", "cat"), ("submarine", "vessel", "лодка")


class Topics(TextEncoder):
    """Put a text where its words' topics are; words of none lie apart from all."""

    @property
    def identity(self) -> str:
        return "topics"

    @property
    def languages(self) -> tuple[str, ...]:
        return ("English", "Russian")

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        rows = [[any(w in t.lower() for w in BEASTS), any(w in t.lower() for w in SEA), 0.1] for t in texts]
        return np.array(rows, np.float32)


@pytest.fixture(scope="module")
def by_words() -> Familiarity:
    return Familiarity().fit(TEXTS, PHOTOS)


@pytest.fixture(scope="module")
def by_topics() -> Familiarity:
    familiarity = Familiarity(Topics()).fit(TEXTS, PHOTOS)
    # A list of words from books is long; two are enough here.
    familiarity.strange_vectors_ = familiarity._vectors(["submarine", "vessel"])
    return familiarity


class Listening(Topics):
    """Write down which texts came together."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.groups.append(list(texts))
        return super().encode(texts)


def test_words_of_texts_that_were_made_ready_came_in_the_company_of_one_text_after_the_other() -> None:
    texts = ["a submarine and a vessel", "the dogs", "a submarine and a hound", "a лодка", "a hound"]
    heard = []
    for at_once in (True, False):
        familiarity = Familiarity(Listening()).fit(TEXTS, PHOTOS)
        familiarity.strange_vectors_ = familiarity._vectors(["submarine", "vessel"])
        assert isinstance(familiarity.vectors, Listening)
        familiarity.vectors.groups.clear()
        if at_once:
            familiarity.make_ready(texts)
            asked = list(familiarity.vectors.groups)
        features = [familiarity.word_features(text) for text in texts]
        if at_once:
            assert familiarity.vectors.groups == asked
        heard.append((familiarity.vectors.groups, features))
    assert heard[0] == heard[1]
    assert heard[0][0] == [["submarine", "vessel"], ["hound"]]


def test_words_that_captions_of_several_photos_have_are_known(by_words: Familiarity) -> None:
    assert by_words.unknown("the dogs on beaches and a submarine") == ("submarine",)


def test_a_word_of_one_photo_alone_may_be_a_slip(by_words: Familiarity) -> None:
    assert by_words.unknown("a cat") == ("cat",)


def test_small_numbers_count_as_the_words_that_captions_have_for_them() -> None:
    familiarity = Familiarity().fit(["Three dogs .", "Three cats ."], ["a", "b"])
    assert familiarity.unknown("3 dogs") == ("dog",)
    assert familiarity.unknown("7 dogs") == ("7", "dog")


def test_the_share_of_strange_words_grows_with_how_rare_they_are(by_words: Familiarity) -> None:
    share, *_ = by_words.word_features("a dog and a submarine")
    assert by_words.word_features("a dog")[0] == 0 < share < 1
    assert share > 0.5  # all photos show a dog
    assert by_words.word_features("a submarine")[0] == 1


def test_a_text_without_telling_words_has_no_strange_ones(by_words: Familiarity) -> None:
    assert by_words.word_features("on the") == [0, 0, 0, 0, 0]


def test_a_word_near_to_words_of_captions_is_less_strange_than_one_that_is_not(
    by_topics: Familiarity,
) -> None:
    assert by_topics.unknown("a hound") == ()
    assert by_topics.unknown("a submarine") == ("submarine",)


def test_words_in_letters_of_no_caption_are_judged_by_vectors_and_not_by_the_captions_words(
    by_topics: Familiarity,
) -> None:
    assert not by_topics.reads_words("собака")
    assert by_topics.strangeness("собака") == {}
    assert by_topics.unknown("собака и лодка") == ("лодка",)


def test_without_an_encoder_that_reads_them_other_letters_are_unknown(by_words: Familiarity) -> None:
    assert by_words.reads_words("собака")
    assert by_words.unknown("собака") == ("собака",)


def test_a_whole_text_lies_nearer_to_captions_if_it_speaks_of_what_they_do(by_topics: Familiarity) -> None:
    known, strange, russian = by_topics.sentence_features(["a dog", "a submarine", "собака"])
    assert known[1] > 0 > strange[1]
    # Another language lies farther from captions, and is given that back.
    assert russian[1] > known[1]
    assert np.array_equal(by_topics.sentence_features(["a dog"])[0], known)


def test_captions_of_the_photos_apart_give_words_and_are_not_what_texts_come_near_to() -> None:
    familiarity = Familiarity(Topics()).fit(TEXTS, PHOTOS, apart=["a.jpg", "b.jpg"])
    assert len(familiarity.caption_vectors_) == 1
    assert familiarity.photos_with_["cat"] == 1


def test_strange_words_are_common_nouns_that_no_caption_has() -> None:
    words = strange_words({"computer": 3})
    assert "computer" not in words
    assert words.index("office") < words.index("submarine")
    assert {"dog", "submarine"} <= english_nouns()
    assert "quickly" not in english_nouns()


def test_what_the_law_takes_out_of_captions_is_nothing_that_photos_do_not_show() -> None:
    nouns = strange_words({"dog": 3})
    assert {"submarine", "iceberg"} <= set(nouns)
    # Captions that the law lets be learned from have none of these, whatever photos show.
    assert {"girl", "boy", "child", "kid", "dog"}.isdisjoint(nouns)
