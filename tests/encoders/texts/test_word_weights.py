from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from withsense_tf.common.words import words
from withsense_tf.encoders.texts.word_weights import WordWeights

TEXTS = ["a dog runs to a dog", "the cat sleeps", "два кота спят", "two dogs play", "the dog sleeps"]
NEW = ["a cat and a dog and a zebra", "", "zebra", "кота"]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({}, {}),
        ({"ngrams": 3}, {"ngram_range": (1, 3)}),
        ({"min_count": 2, "sublinear": True}, {"min_df": 2, "sublinear_tf": True}),
        ({"most": 4}, {"max_features": 4}),
        ({"stop_words": ["the", "a"], "ngrams": 2}, {"stop_words": ["the", "a"], "ngram_range": (1, 2)}),
    ],
    ids=str,
)
def test_the_numbers_are_those_of_scikit_learn(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    expected = TfidfVectorizer(tokenizer=words, token_pattern=None, lowercase=False, **theirs).fit(TEXTS)
    matrix = WordWeights(**ours).fit(TEXTS).transform(NEW)
    assert matrix.dtype == np.float32
    np.testing.assert_allclose(matrix.toarray(), expected.transform(NEW).toarray(), atol=1e-6)


def test_lemmas_make_one_word_of_its_forms() -> None:
    weights = WordWeights(lemmas=True).fit(TEXTS)
    assert "dog" in weights.vocabulary_
    assert "dogs" not in weights.vocabulary_
    assert (weights.transform(["dogs"]) != weights.transform(["dog"])).nnz == 0


@pytest.mark.parametrize(("lemmas", "unknown"), [(False, ("cats", "zebra")), (True, ("zebra",))])
def test_words_that_do_not_count_are_told(lemmas: bool, unknown: tuple[str, ...]) -> None:
    assert WordWeights(lemmas=lemmas).fit(TEXTS).unknown("the cats, a zebra") == unknown


@pytest.mark.parametrize(
    ("texts", "languages"),
    [
        (["a dog runs"], ("English",)),
        (["собака бежит"], ("Russian",)),
        (["a dog", "собака"], ("English", "Russian")),
        ([" ".join(f"word{chr(97 + n)}" for n in range(26)), "Ёлка"], ("English",)),
    ],
)
def test_languages_are_told_by_letters_and_a_single_name_is_none(
    texts: list[str], languages: tuple[str, ...]
) -> None:
    assert WordWeights().fit(texts).languages == languages


def test_no_texts_give_a_matrix_of_the_right_width() -> None:
    weights = WordWeights().fit(TEXTS)
    assert weights.transform([]).shape == (0, len(weights.vocabulary_))


def test_texts_without_a_word_are_a_value_error() -> None:
    with pytest.raises(ValueError, match="empty vocabulary"):
        WordWeights().fit(["...", " "])
