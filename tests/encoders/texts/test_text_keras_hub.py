from __future__ import annotations

from pathlib import Path

import keras_hub
import numpy as np
import pytest
from sentence_folders import sentence_vectors, write_sentence_folder

from withsense_tf.encoders.texts.text_keras_hub import KerasHubText
from withsense_tf.errors import SettingError

TEXTS = ["A dog runs.", "собака", "", "the cat"]


@pytest.fixture(scope="module")
def encoder(bert: Path) -> KerasHubText:
    return KerasHubText(bert, length=12)


@pytest.fixture(scope="module")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sentence_folder(tmp_path_factory.mktemp("sentences") / "bert")


def test_the_tokens_are_pooled_as_asked(bert: Path, encoder: KerasHubText) -> None:
    backbone = keras_hub.models.Backbone.from_preset(str(bert))
    # [CLS] a dog runs . [SEP], by hand, without any padding.
    tokens = np.array([[2, 5, 6, 7, 11, 3]])
    inputs = {"token_ids": tokens, "segment_ids": 0 * tokens, "padding_mask": np.ones_like(tokens)}
    outputs = backbone(inputs, training=False)
    sequence = np.asarray(outputs["sequence_output"])
    expected = {
        "mean": sequence.mean(1),
        "first": sequence[:, 0],
        "pooled": np.asarray(outputs["pooled_output"]),
    }
    assert encoder.pooling == "mean"
    for kind in (encoder, *(KerasHubText(bert, pooling, length=12) for pooling in ("first", "pooled"))):
        vectors = kind.encode(["A dog runs."])
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(vectors, expected[kind.pooling], rtol=1e-3, atol=1e-5)


def test_a_texts_vector_does_not_depend_on_its_neighbours(encoder: KerasHubText) -> None:
    together = encoder.encode(TEXTS)
    for row, text in enumerate(TEXTS):
        np.testing.assert_allclose(encoder.encode([text])[0], together[row], rtol=1e-4, atol=1e-5)


def test_a_texts_vector_does_not_depend_on_padding(bert: Path, encoder: KerasHubText) -> None:
    longer = KerasHubText(bert, length=40)
    np.testing.assert_allclose(longer.encode(TEXTS), encoder.encode(TEXTS), rtol=1e-4, atol=1e-5)


def test_texts_are_told_apart_also_in_russian_and_without_words(encoder: KerasHubText) -> None:
    vectors = encoder.encode(TEXTS)
    assert np.isfinite(vectors).all()
    assert len(np.unique(vectors.round(4), axis=0)) == len(TEXTS)


def test_a_text_longer_than_the_length_is_cut(bert: Path) -> None:
    # Of five tokens two are begin and end, so three words are read.
    encoder = KerasHubText(bert, length=5)
    cut, whole = encoder.encode(["a dog runs the cat", "a dog runs"])
    np.testing.assert_allclose(cut, whole, rtol=1e-4, atol=1e-5)


def test_a_network_without_a_pooled_output_says_so_in_one_line(tmp_path: Path) -> None:
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a"]
    keras_hub.models.DistilBertTokenizer(vocabulary=vocabulary).save_to_preset(tmp_path)
    keras_hub.models.DistilBertBackbone(
        vocabulary_size=6,
        num_layers=1,
        num_heads=2,
        hidden_dim=8,
        intermediate_dim=16,
        max_sequence_length=64,
    ).save_to_preset(tmp_path)
    assert KerasHubText(tmp_path, "mean").encode(["a"]).shape == (1, 8)
    with pytest.raises(SettingError, match="has no pooled output: take pooling='mean' or 'first'") as caught:
        KerasHubText(tmp_path, "pooled").encode(["a"])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("other", [{"pooling": "first"}, {"length": 20}], ids=str)
def test_each_setting_changes_the_identity(bert: Path, other: dict[str, object]) -> None:
    assert KerasHubText(bert).identity != KerasHubText(bert, **other).identity


def test_impossible_settings_are_refused(bert: Path) -> None:
    with pytest.raises(SettingError, match="Did you mean 'mean'"):
        KerasHubText(bert, pooling="means")
    with pytest.raises(SettingError, match="at least 3 tokens"):
        KerasHubText(bert, length=2)


@pytest.mark.parametrize("pooling", ["mean", "first", "max"])
def test_a_sentence_folder_gives_the_vectors_of_a_forward_pass_by_hand(sentences: Path, pooling: str) -> None:
    encoder = KerasHubText(sentences, pooling)
    tokens = [[2, 4, 5, 6, 7, 3], [2, 10, 3], [2, 3], [2, 9, 8, 11, 11, 3]]
    expected = [sentence_vectors(sentences, one, pooling) for one in tokens]
    texts = ["A dogs run", "собака", "", "The cat.."]
    # KerasHub's BERT has GELU by its approximation.
    np.testing.assert_allclose(encoder.encode(texts), expected, atol=5e-4)


def test_a_sentence_folder_says_what_it_was_trained_with_and_is_left_as_it_was(sentences: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in sentences.rglob("*")}
    encoder = KerasHubText(sentences)
    encoder.encode(["a dog"])
    assert (encoder.pooling, encoder.length) == ("mean", 16)
    assert encoder.identity.endswith("mean, 16 tokens, unit length, tokenizer.json)")
    assert {file: file.stat().st_mtime_ns for file in sentences.rglob("*")} == before


def test_texts_of_one_length_go_together_and_each_is_computed_once(
    sentences: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder, shapes = KerasHubText(sentences), []
    forward = encoder.forward

    def watch(texts: list[str]) -> np.ndarray:
        shapes.append((len(texts), encoder.lengths(texts).max()))
        return forward(texts)

    monkeypatch.setattr(encoder, "forward", watch)
    monkeypatch.setattr(KerasHubText, "batch_size", 2)
    texts = ["a dog run the cat", "a", "a dog", "the", "a dog", "the dog run a cat"]
    vectors = encoder.encode(texts)
    assert shapes == [(2, 3), (2, 7), (1, 7)]
    np.testing.assert_array_equal(vectors[2], vectors[4])
