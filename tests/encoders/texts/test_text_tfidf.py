from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from withsense_tf.encoders.texts.text_tfidf import Tfidf
from withsense_tf.errors import DataError, NotFittedError, SettingError

TEXTS = ["a dog runs", "a cat sleeps", "two dogs play with a red ball", "the red car", "a man on a bike"]


def test_tfidf_learns_words_from_training_texts_only() -> None:
    encoder = Tfidf().fit(["a dog runs", "a cat sleeps"])
    assert set(encoder.vectorizer_.vocabulary_) == {"a", "dog", "runs", "cat", "sleeps"}
    assert encoder.encode(["zebra"]).sum() == 0


@pytest.mark.parametrize("settings", [{}, {"dim": 2}, {"lemmas": True, "ngrams": 2}], ids=str)
def test_encoding_never_changes_what_was_fitted(settings: dict[str, Any]) -> None:
    encoder = Tfidf(**settings).fit(TEXTS)
    before = encoder.encode(TEXTS)
    encoder.encode(["zebra zebra zebra", "", "зебра"])
    np.testing.assert_array_equal(encoder.encode(TEXTS), before)


def test_tfidf_vectors_have_length_1_and_rare_words_weigh_more() -> None:
    encoder = Tfidf().fit(["a dog runs", "a cat sleeps"])
    vector = encoder.encode(["a dog"])[0]
    assert np.linalg.norm(vector) == pytest.approx(1)
    words = encoder.vectorizer_.vocabulary_
    assert vector[words["dog"]] > vector[words["a"]]
    assert vector.dtype == np.float32


def test_a_caption_that_is_judged_often_does_not_make_its_words_common() -> None:
    once, often = Tfidf().fit(["a dog", "a cat"]), Tfidf().fit(["a dog"] * 9 + ["a cat"])
    np.testing.assert_array_equal(once.encode(["a dog"]), often.encode(["a dog"]))


def test_tfidf_reads_russian_and_single_digits() -> None:
    encoder = Tfidf().fit(["Ребёнок 7 лет", "девочка"])
    assert encoder.encode(["ребёнок"]).sum() > 0
    assert encoder.encode(["7"]).sum() > 0


@pytest.mark.parametrize("settings", [{}, {"dim": 2}], ids=str)
def test_an_empty_text_gives_zeros(settings: dict[str, Any]) -> None:
    assert not Tfidf(**settings).fit(TEXTS).encode([""]).any()


@pytest.mark.parametrize("settings", [{}, {"dim": 2}], ids=str)
def test_no_texts_give_an_array_of_the_right_width(settings: dict[str, Any]) -> None:
    encoder = Tfidf(**settings).fit(TEXTS)
    assert encoder.encode([]).shape == (0, encoder.encode(["a"]).shape[1])


def test_tfidf_before_fit_and_without_words_is_an_error() -> None:
    with pytest.raises(NotFittedError, match="fit"):
        Tfidf().encode(["a"])
    with pytest.raises(DataError, match="no words"):
        Tfidf().fit(["...", " "])


@pytest.mark.parametrize(("one", "other"), [("dogs", "dog"), ("собаки", "собака")])
def test_lemmas_join_the_forms_of_a_word(one: str, other: str) -> None:
    joined = Tfidf(lemmas=True).fit([one, "else"])
    assert joined.encode([other]).any()
    np.testing.assert_array_equal(joined.encode([one]), joined.encode([other]))
    assert not Tfidf().fit([one, "else"]).encode([other]).any()


def test_ngrams_tell_the_order_of_words() -> None:
    texts = ["red ball blue car", "blue ball red car"]
    single, double = Tfidf().fit(texts).encode(texts), Tfidf(ngrams=2).fit(texts).encode(texts)
    np.testing.assert_allclose(single[0], single[1])
    assert not np.allclose(double[0], double[1])


@pytest.mark.parametrize("lemmas", [False, True])
def test_stop_words_of_both_languages_are_left_out(lemmas: bool) -> None:
    encoder = Tfidf(stop_words=True, lemmas=lemmas).fit(["the dog is here", "и собака"])
    assert set(encoder.vectorizer_.vocabulary_) == {"dog", "собака"}


@pytest.mark.parametrize("lemmas", [False, True])
def test_leaving_out_stop_words_warns_of_nothing(lemmas: bool) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        Tfidf(stop_words=True, lemmas=lemmas).fit(TEXTS)
    assert [str(warning.message) for warning in caught] == []


def test_a_word_must_be_in_enough_training_texts() -> None:
    assert set(Tfidf(min_count=2).fit(TEXTS).vectorizer_.vocabulary_) == {"a", "red"}


def test_dim_presses_the_vectors_and_keeps_their_length() -> None:
    vectors = Tfidf(dim=2).fit(TEXTS).encode(TEXTS)
    assert vectors.shape == (5, 2)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)


def test_with_one_seed_the_pressed_vectors_are_the_same() -> None:
    one, same = (Tfidf(dim=3, seed=5).fit(TEXTS).encode(TEXTS) for _ in range(2))
    np.testing.assert_array_equal(one, same)


def test_more_dimensions_than_there_are_is_an_error() -> None:
    with pytest.raises(SettingError, match="dim=5 must be less than"):
        Tfidf(dim=5).fit(TEXTS)


@pytest.mark.parametrize("wrong", [{"min_count": 0}, {"ngrams": 0}, {"ngrams": "x"}, {"dim": 0}], ids=str)
def test_settings_below_1_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match="at least 1"):
        Tfidf(**wrong)


def test_an_impossible_seed_is_refused_at_once() -> None:
    with pytest.raises(SettingError, match="seed"):
        Tfidf(dim=2, seed=-1)


@pytest.mark.parametrize(
    "other",
    [
        {"min_count": 2},
        {"ngrams": 2},
        {"lemmas": True},
        {"stop_words": True},
        {"dim": 3},
        {"dim": 2, "seed": 1},
    ],
    ids=str,
)
def test_each_setting_changes_the_identity(other: dict[str, Any]) -> None:
    assert Tfidf(dim=2).identity != Tfidf(**{"dim": 2, **other}).identity


def test_one_text_is_not_taken_for_its_letters() -> None:
    with pytest.raises(SettingError, match="Expected a list of texts, got one text, 'a dog'"):
        Tfidf().fit("a dog")
    with pytest.raises(SettingError, match="Expected a list of texts"):
        Tfidf().fit(TEXTS).encode("a dog")


def test_it_shows_itself_by_what_was_chosen() -> None:
    assert repr(Tfidf(dim=3)) == "Tfidf(dim=3)"
