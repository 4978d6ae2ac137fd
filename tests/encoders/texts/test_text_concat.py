from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest

from withsense_tf.encoders.texts.text_concat import Concatenation
from withsense_tf.encoders.texts.text_spacy import SpacyVectors
from withsense_tf.encoders.texts.text_tfidf import Tfidf
from withsense_tf.errors import NotFittedError, SettingError

TEXTS = ["a dog", "a cat", "the dog"]


@pytest.fixture
def mean(tmp_path: Path) -> SpacyVectors:
    # Numbers a thousand times those of TF-IDF, which must not count more for it.
    (tmp_path / "v.txt").write_text("a 1000 0\ndog 0 1000\ncat 2000 0\n")
    return SpacyVectors(tmp_path / "v.txt", "mean")


def test_each_part_counts_alike(mean: SpacyVectors) -> None:
    both = Concatenation([Tfidf(), mean]).fit(TEXTS)
    vectors = both.encode(["a dog"])
    assert vectors.shape == (1, 6)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors[:, :4]), np.sqrt(0.5), rtol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(vectors[:, 4:]), np.sqrt(0.5), rtol=1e-5)


def test_the_product_of_two_texts_is_the_mean_of_the_parts_cosines(mean: SpacyVectors) -> None:
    one, two = Concatenation([Tfidf(), mean]).fit(TEXTS).encode(["a dog", "the dog"])
    cosines = []
    for part in (Tfidf().fit(TEXTS), mean):
        a, b = part.encode(["a dog", "the dog"])
        cosines.append(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    assert one @ two == pytest.approx(np.mean(cosines), rel=1e-4)


def test_a_text_that_no_part_knows_gives_zeros(mean: SpacyVectors) -> None:
    assert not Concatenation([Tfidf(), mean]).fit(TEXTS).encode(["", "зебра"]).any()


def test_it_learns_if_one_part_learns(mean: SpacyVectors) -> None:
    assert Concatenation([mean, Tfidf()]).learns
    assert not Concatenation([mean, mean]).learns


def test_fitting_fits_every_part(mean: SpacyVectors) -> None:
    parts = [Tfidf(), Tfidf(ngrams=2)]
    with pytest.raises(NotFittedError):
        Concatenation(parts).encode(["a"])
    Concatenation(parts).fit(TEXTS)
    assert all(part.encode(["a dog"]).any() for part in parts)


def test_a_copys_fit_leaves_the_parts_alone(mean: SpacyVectors) -> None:
    mine = Concatenation([Tfidf(), mean])
    deepcopy(mine).fit(TEXTS)
    with pytest.raises(NotFittedError):
        mine.encode(["a"])


def test_identity_and_weights_name_every_part(mean: SpacyVectors) -> None:
    both = Concatenation([Tfidf(), mean])
    assert both.identity == f"{Tfidf().identity} + {mean.identity}"
    assert both.weights == mean.weights
    assert Concatenation([mean, Tfidf()]).identity != both.identity


def test_no_parts_are_refused() -> None:
    with pytest.raises(SettingError, match="at least one"):
        Concatenation([])
