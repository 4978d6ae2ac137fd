from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from withsense_tf.encoders.texts.text_hub import HubText
from withsense_tf.errors import DataError, SettingError

STRINGS = tf.TensorSpec((None,), tf.string)


def measure(texts: tf.Tensor) -> tf.Tensor:
    """Count the bytes and the signs of each text."""
    units = [tf.strings.length(texts), tf.strings.length(texts, unit="UTF8_CHAR")]
    return tf.cast(tf.stack(units, axis=1), tf.float32)


class Lengths(tf.Module):
    """A module that can be called."""

    def __init__(self, factor: float = 1.0) -> None:
        super().__init__()
        self.factor = tf.Variable(factor)

    @tf.function(input_signature=[STRINGS])
    def __call__(self, texts: tf.Tensor) -> tf.Tensor:
        return measure(texts) * self.factor


class Signed(tf.Module):
    """A module that has a signature only."""

    @tf.function(input_signature=[STRINGS])
    def run(self, texts: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"found": measure(texts)}


class Several(tf.Module):
    """A module with two outputs."""

    @tf.function(input_signature=[STRINGS])
    def __call__(self, texts: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"lengths": measure(texts), "doubled": 2.0 * measure(texts)}


class Flat(tf.Module):
    """A module that gives one number a text, without an axis for it."""

    @tf.function(input_signature=[STRINGS])
    def __call__(self, texts: tf.Tensor) -> tf.Tensor:
        return measure(texts)[:, 0]


class Tokens(tf.Module):
    """A module that gives vectors of tokens."""

    @tf.function(input_signature=[STRINGS])
    def __call__(self, texts: tf.Tensor) -> tf.Tensor:
        return measure(texts)[:, None, :]


class Summed(tf.Module):
    """A module that gives one vector for all texts."""

    @tf.function(input_signature=[STRINGS])
    def __call__(self, texts: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(measure(texts), axis=0, keepdims=True)


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("modules")
    for module in (Lengths(), Several(), Flat(), Tokens(), Summed()):
        tf.saved_model.save(module, str(root / type(module).__name__.lower()))
    signed = Signed()
    tf.saved_model.save(signed, str(root / "signed"), signatures=signed.run)
    return root


@pytest.mark.parametrize("name", ["lengths", "signed"])
def test_texts_of_any_alphabet_and_none_reach_the_module_whole(modules: Path, name: str) -> None:
    vectors = HubText(modules / name).encode(["a dog", "собака", ""])
    assert vectors.tolist() == [[5, 5], [12, 6], [0, 0]]
    assert vectors.dtype == np.float32


def test_an_output_is_taken_by_its_name(modules: Path) -> None:
    assert HubText(modules / "several", output="doubled").encode(["a dog"]).tolist() == [[10, 10]]
    with pytest.raises(SettingError, match="gives doubled, lengths: say which"):
        HubText(modules / "several").encode(["a dog"])


@pytest.mark.parametrize("name", ["flat", "tokens", "summed"])
def test_an_output_that_is_no_vector_a_text_is_an_error(modules: Path, name: str) -> None:
    with pytest.raises(
        DataError, match=r"turned 2 texts into an array of shape \(.*expected \(texts, width\)"
    ):
        HubText(modules / name).encode(["a", "b"])


def test_the_identity_follows_the_files_and_the_output(tmp_path: Path) -> None:
    identities = [HubText("a/b").identity, HubText("a/b", output="lengths").identity]
    for factor in (1.0, 2.0):
        tf.saved_model.save(Lengths(factor), str(tmp_path / "lengths"))
        identities.append(HubText(tmp_path / "lengths").identity)
    assert len(set(identities)) == 4
