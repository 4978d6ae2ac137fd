"""How many of a query's words captions confirm, from 0 to 1."""

from __future__ import annotations

import numpy as np
import pytest

from withsense_tf.common.words import lemmas
from withsense_tf.matchers.forms.word_fit import WordFit, telling_forms

TEXTS = ("A dog runs .", "A dog barks .", "A cat sleeps .", "A dog and a motorcycle .")
PHOTOS = ("1", "1", "2", "3")


@pytest.fixture(scope="module")
def fit() -> WordFit:
    return WordFit().fit(TEXTS, PHOTOS)


def score(fit: WordFit, query: str, captions: list[str]) -> float:
    weights = fit.weights(query)
    counts = np.array([[sum(form in lemmas(caption) for caption in captions) for form in weights]])
    return float(fit.score(weights, counts, np.array([len(captions)]))[0])


def test_a_rare_word_weighs_more_than_a_common_one_and_an_unseen_one_as_much_as_the_rarest(
    fit: WordFit,
) -> None:
    weights = fit.weights("a dog on a motorcycle with a zebra")
    assert weights["motorcycle"] > weights["dog"] > 0
    assert weights["zebra"] == weights["motorcycle"]
    assert "with" not in weights


def test_scores_lie_from_0_to_1_and_rise_with_words_and_with_captions(fit: WordFit) -> None:
    query = "dogs and motorcycles"
    none = score(fit, query, ["A cat ."])
    common = score(fit, query, ["A dog .", "A cat ."])
    rare = score(fit, query, ["A motorcycle .", "A cat ."])
    both = score(fit, query, ["A motorcycle .", "A dog ."])
    often = score(fit, query, ["A dog and a motorcycle ."] * 2)
    assert 0 == none < common < rare < both < often < 1


def test_many_captions_of_which_few_have_the_word_count_against_a_photo(fit: WordFit) -> None:
    assert score(fit, "dog", ["A dog ."] + ["A cat ."] * 9) < score(fit, "dog", ["A dog .", "A cat ."])


@pytest.mark.parametrize(("query", "captions"), [("the of and", ["A dog ."]), ("dog", []), ("", [])])
def test_without_telling_words_or_captions_nothing_is_confirmed(
    fit: WordFit, query: str, captions: list[str]
) -> None:
    assert score(fit, query, captions) == 0


def test_where_nothing_was_learned_all_words_weigh_the_same() -> None:
    assert WordFit().fit([], []).weights("dogs, cats") == {"dog": 1.0, "cat": 1.0}


def test_russian_words_count_by_their_basic_forms() -> None:
    assert telling_forms("собаки на пляже") == ("собака", "пляж")
