"""Texts -> vectors of a KerasHub text backbone (BERT and its family), from a preset's name or folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import numpy as np

from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.encoders.base import BuiltOnce
from withsense_tf.encoders.texts.text_network import NetworkText
from withsense_tf.encoders.weights.keras_hub_preset import load_preset, preset_weights
from withsense_tf.encoders.weights.sentence_folder import Tokenise, sentence_layout, tokeniser_of
from withsense_tf.errors import SettingError, check_choice

POOLINGS: Final = ("mean", "first", "max", "pooled")


class KerasHubText(NetworkText):
    """Encode texts with a KerasHub backbone and the preset's own tokenizer.

    - `preset`: a name, or a folder that `save_to_preset` wrote or that is laid out as on Hugging Face, where sentence
      encoders also say the other settings.
    - `pooling`: the mean or the maximum over the text's tokens, its first token, or the output that the network calls
      pooled; without it, what the folder says, else the mean.
    - `length`: how many tokens are read; without it, what the folder says, else 48. Captions have about fifteen.
    """

    SOURCE: ClassVar[str] = "preset"
    # The graph takes any shape: texts of one length go together, and none is padded up to the longest of all.
    full_batches: ClassVar[bool] = False

    def __init__(self, preset: str | Path, pooling: str | None = None, length: int | None = None) -> None:
        self.preset = str(preset)
        self._layout = sentence_layout(self.preset)
        self.pooling = check_choice("pooling", pooling or self._layout.pooling, POOLINGS)
        self.length = self._layout.length if length is None else length
        if self.length < 3:
            raise SettingError(
                f"length must be at least 3 tokens (two of them are begin and end), got {length}."
            )

    @cached_property
    def weights(self) -> str:
        """Name the source of the weights."""
        return preset_weights(self.preset)

    @property
    def identity(self) -> str:
        """Name everything that the vectors depend on."""
        finer = ["unit length"] if self._layout.unit_length else []
        finer += ["tokenizer.json"] if self._layout.tokenizer else []
        return f"keras_hub({', '.join([self.weights, self.pooling, f'{self.length} tokens', *finer])})"

    def load(self) -> Self:
        """Load the network and its tokenizer now; the folder is not needed any more afterwards."""
        _ = self._backbone, self._tokenise
        return self

    def lengths(self, texts: Sequence[str]) -> np.ndarray:
        """Return how many tokens each text has, (texts,)."""
        mask = np.asarray(self._tokenise(texts)["padding_mask"])
        return np.asarray(mask.sum(axis=1))

    def forward(self, texts: list[str]) -> np.ndarray:
        """Turn one batch of texts into vectors, (texts, width)."""
        tokens = {name: np.asarray(array, np.int32) for name, array in self._tokenise(texts).items()}
        mask = tokens["padding_mask"]
        # At least one column: no tokens at all is a shape that no network takes.
        most = max(1, int((mask.any(axis=0) * np.arange(1, mask.shape[1] + 1)).max()))
        inputs = {name: tokens.get(name, np.zeros_like(mask))[:, :most] for name in self._backbone.input}
        return np.asarray(self._function(inputs))

    @BuiltOnce
    def _tokenise(self) -> Tokenise:
        if self._layout.tokenizer is not None:
            return tokeniser_of(self._layout, self.length)
        preprocessor = load_preset(
            lambda hub: hub.models.TextClassifierPreprocessor, self.preset, sequence_length=self.length
        )
        return lambda texts: {name: np.asarray(part) for name, part in preprocessor(list(texts)).items()}

    @BuiltOnce
    def _backbone(self) -> Any:
        return load_preset(lambda hub: hub.models.Backbone, self.preset)

    @BuiltOnce
    def _function(self) -> Any:
        tf = start_tensorflow()
        backbone = self._backbone

        def network(tokens: Mapping[str, Any]) -> Any:
            vectors = self._pool(backbone(tokens, training=False), tokens["padding_mask"])
            return tf.math.l2_normalize(vectors, axis=1) if self._layout.unit_length else vectors

        shape = tf.TensorSpec((None, None), tf.int32)
        return tf.function(network, [dict.fromkeys(backbone.input, shape)], autograph=False)

    def _pool(self, output: Any, padding_mask: Any) -> Any:
        tf = start_tensorflow()
        if self.pooling == "pooled":
            if not isinstance(output, dict) or "pooled_output" not in output:
                raise SettingError(f"{self.preset} has no pooled output: take pooling='mean' or 'first'.")
            return output["pooled_output"]
        sequence = output["sequence_output"] if isinstance(output, dict) else output
        if self.pooling == "first":
            return sequence[:, 0]
        mask = tf.cast(padding_mask, sequence.dtype)[:, :, None]
        if self.pooling == "max":
            return tf.reduce_max(tf.where(mask > 0, sequence, sequence.dtype.min), axis=1)
        return tf.reduce_sum(sequence * mask, axis=1) / tf.reduce_sum(mask, axis=1)
