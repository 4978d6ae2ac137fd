from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from withsense_tf.encoders.base import TextEncoder
from withsense_tf.matchers.chance.familiarity import FEWEST, Familiarity

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


def test_words_that_are_as_frequent_are_learned_in_one_order_whatever_python_hashes_by() -> None:
    words = ["boat", "lake", "wood", "road", "hill", "snow", "rock", "wall", "door", "tree"]
    listening = Listening()
    Familiarity(listening).fit([" ".join(words)] * FEWEST, [f"{at}.jpg" for at in range(FEWEST)])
    assert sorted(words) in listening.groups


def test_words_of_texts_that_were_made_ready_came_in_the_company_of_one_text_after_the_other() -> None:
    texts = ["a submarine and a vessel", "the dogs", "a submarine and a hound", "a камилавка", "a hound"]
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


def test_russian_words_are_read_as_english_ones_where_captions_are_english(by_topics: Familiarity) -> None:
    assert not by_topics.reads_words("собака")
    assert by_topics.readings("Собаки бегут рядом с подводной лодкой") == {
        "собака": "dog",
        "бежать": "run",
        "подводный": "submarine",
        "лодка": "submarine",
    }
    assert by_topics.forms("на пляже собака и пёс") == ("beach", "dog")
    assert by_topics.strangeness("собаки и подводная лодка") == {"dog": 0.0, "submarine": 1.0}
    assert by_topics.unknown("собаки и подводная лодка") == ("подводный", "лодка")


def test_of_several_english_words_the_one_is_taken_that_captions_have_most() -> None:
    for known in ("carpet", "rug"):
        familiarity = Familiarity(Topics()).fit([f"a {known}", f"a {known} on a floor"], ["a", "b"])
        assert familiarity.forms("на ковре") == (known,)


def test_a_russian_word_is_read_as_the_english_one_where_captions_in_both_languages_have_that_more_often() -> (
    None
):
    # A few Russian captions among English ones had every Russian query read as it stands, and refused.
    mixed = Familiarity(Topics()).fit(
        [*TEXTS, "Лебедь на снегу .", "Белый лебедь ."], [*PHOTOS, "d.jpg", "e.jpg"]
    )
    assert mixed.readings("собака и лебедь на пляже") == {
        "собака": "dog",
        "лебедь": "лебедь",
        "пляж": "beach",
    }


def test_a_russian_word_that_captions_have_is_not_read_as_a_wider_one() -> None:
    texts = ["A woman .", "A woman sits .", "Бабушка на фоне леса ."]
    mixed = Familiarity(Topics()).fit([*TEXTS, *texts], [*PHOTOS, *"def"])
    assert mixed.readings("бабушка на фоне пляжа") == {"бабушка": "бабушка", "пляж": "beach"}


def test_a_russian_word_is_read_as_its_usual_one_where_captions_have_a_wider_one_alone() -> None:
    english = Familiarity(Topics()).fit([*TEXTS, "A man .", "A man sits ."], [*PHOTOS, *"de"])
    assert english.forms("дедушка") == ("grandfather",)


def test_a_russian_word_of_no_pair_is_judged_by_its_vector(by_topics: Familiarity) -> None:
    assert by_topics.forms("собака и камилавка") == ("dog", "камилавка")
    assert by_topics.unread("собака и камилавка") == ["камилавка"]
    assert by_topics.strangeness("собака и камилавка") == {"dog": 0.0}
    assert by_topics.translates("собака на пляже и камилавка")
    assert not by_topics.translates("собака и камилавка")


def test_words_of_russian_captions_are_read_as_they_stand() -> None:
    familiarity = Familiarity(Topics()).fit(["Собака на пляже .", "Собака спит ."], ["a", "b"])
    assert familiarity.forms("собаки на ковре") == ("собака", "ковёр")


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


@pytest.mark.parametrize(
    "text", ["a new dog", "an ordinary dog upon a beach", "новый dog", "dog через beach"]
)
def test_a_word_that_tells_nothing_and_that_captions_lack_makes_no_text_strange(
    by_words: Familiarity, text: str
) -> None:
    assert by_words.unknown(text) == ()
    assert set(by_words.readings(text)) <= {"dog", "beach"}


@pytest.mark.parametrize("text", ["gigantic", "other several next big", "very unusual and really beautiful"])
def test_where_no_word_tells_anything_all_are_strange(by_words: Familiarity, text: str) -> None:
    assert by_words.readings(text)
    assert by_words.word_features(text)[0] == pytest.approx(1)


def test_a_word_that_tells_nothing_counts_where_captions_have_it() -> None:
    by_words = Familiarity().fit(["A new dog .", "A new cat ."], PHOTOS[:2])
    assert "new" in by_words.readings("a new horse")
