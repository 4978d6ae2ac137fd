from __future__ import annotations

import gzip
from copy import deepcopy
from math import log
from pathlib import Path

import numpy as np
import pytest

from withsense_tf.encoders.texts.text_spacy import SpacyVectors
from withsense_tf.errors import DataError, NotFittedError, SettingError

LINES = ["a 1 0 0", "dog 0 1 0", "cat 0 0 2", "Paris 5 5 5", "собака 0 3 0"]


def write(path: Path, lines: list[str]) -> Path:
    content = ("\n".join(lines) + "\n").encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "small.txt", LINES)


def test_the_mean_of_the_known_words_is_taken(file: Path) -> None:
    vectors = SpacyVectors(file, "mean").encode(["A dog, a cat; zebra", "dog dog cat"])
    np.testing.assert_allclose(vectors, [[0.5, 0.25, 0.5], [0, 2 / 3, 2 / 3]], rtol=1e-6)
    assert vectors.dtype == np.float32


def test_rare_words_weigh_more_by_the_training_texts(file: Path) -> None:
    encoder = SpacyVectors(file).fit(["a dog", "a cat"])
    # Smoothed, as scikit-learn does: ln((1 + 2) / (1 + texts with the word)) + 1.
    common, rare = 1.0, log(3 / 2) + 1
    expected = [common / (common + rare), rare / (common + rare), 0]
    np.testing.assert_allclose(encoder.encode(["a dog"])[0], expected, rtol=1e-5)


def test_encoding_never_changes_what_was_fitted(file: Path) -> None:
    encoder = SpacyVectors(file).fit(["a dog", "a cat"])
    before = encoder.encode(["a dog"])
    encoder.encode(["dog cat"] * 50)
    np.testing.assert_array_equal(encoder.encode(["a dog"]), before)


def test_a_caption_that_is_judged_often_does_not_make_its_words_common(file: Path) -> None:
    once, often = (SpacyVectors(file).fit(["a dog"] * n + ["a cat"]) for n in (1, 9))
    np.testing.assert_array_equal(once.encode(["a dog"]), often.encode(["a dog"]))


def test_weighting_by_rarity_needs_a_fit_and_the_plain_mean_does_not(file: Path) -> None:
    assert SpacyVectors(file).learns
    assert not SpacyVectors(file, "mean").learns
    with pytest.raises(NotFittedError, match="fit"):
        SpacyVectors(file).encode(["a"])


@pytest.mark.parametrize(("form", "basic"), [("dogs", "dog"), ("собаки", "собака")])
def test_a_word_without_a_vector_lends_its_basic_forms(file: Path, form: str, basic: str) -> None:
    encoder = SpacyVectors(file, "mean")
    assert encoder.encode([form]).any()
    np.testing.assert_array_equal(encoder.encode([form]), encoder.encode([basic]))


def test_a_word_that_is_unknown_in_every_form_does_not_count(file: Path) -> None:
    encoder = SpacyVectors(file, "mean")
    np.testing.assert_array_equal(encoder.encode(["dog zebra"]), encoder.encode(["dog"]))


@pytest.mark.parametrize("weighting", ["mean", "tfidf"])
def test_empty_and_unknown_texts_give_zeros(file: Path, weighting: str) -> None:
    encoder = SpacyVectors(file, weighting).fit(["a dog", "a cat"])
    assert encoder.encode(["", "...", "зебра", "zebra"]).tolist() == [[0, 0, 0]] * 4


@pytest.mark.parametrize("weighting", ["mean", "tfidf"])
def test_no_texts_give_an_array_of_the_right_width(file: Path, weighting: str) -> None:
    encoder = SpacyVectors(file, weighting).fit(["a dog", "a cat"])
    assert encoder.encode([]).shape == (0, 3)


def test_no_training_texts_are_a_data_error(file: Path) -> None:
    with pytest.raises(DataError, match="training texts"):
        SpacyVectors(file).fit([])


def test_a_copy_shares_the_table_but_not_the_fit(file: Path) -> None:
    mine = SpacyVectors(file).fit(["a dog", "a cat"])
    copy = deepcopy(mine)
    assert copy._vectors is mine._vectors
    assert copy.identity == mine.identity
    with pytest.raises(NotFittedError):
        copy.encode(["a"])
    before = mine.encode(["a dog"])
    copy.fit(["dog", "a cat", "a"])
    np.testing.assert_array_equal(mine.encode(["a dog"]), before)


def test_the_identity_follows_the_file_and_the_weighting(file: Path) -> None:
    identities = {SpacyVectors(file).identity, SpacyVectors(file, "mean").identity}
    write(file, [*LINES, "more 1 1 1"])
    identities.add(SpacyVectors(file).identity)
    assert len(identities) == 3


def test_a_wrong_weighting_gets_a_hint(file: Path) -> None:
    with pytest.raises(SettingError, match="Did you mean 'tfidf'"):
        SpacyVectors(file, "tf-idf")


def test_real_vectors_see_meaning(real_folder: Path) -> None:
    file = real_folder.parent / "vectors/glove_100d_10k.txt.gz"
    if not file.is_file():
        pytest.skip("the GloVe vectors are not here")
    encoder = SpacyVectors(file, "mean")
    dog, cats, bank = encoder.encode(["dog", "cats", "bank"])
    cosine = [float(dog @ other / np.linalg.norm(dog) / np.linalg.norm(other)) for other in (cats, bank)]
    assert cosine[0] > cosine[1]
