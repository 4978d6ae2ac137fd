"""Texts -> vectors of a KerasHub text backbone (BERT and its family), from a preset's name or folder."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np

from withsense_tf.common.terminal import start_tensorflow
from withsense_tf.encoders.texts.text_network import NetworkText
from withsense_tf.encoders.weights.keras_hub_preset import load_preset, preset_weights
from withsense_tf.errors import SettingError, check_choice

POOLINGS: Final = ("mean", "first", "pooled")


class KerasHubText(NetworkText):
    """Encode texts with a KerasHub backbone and the preset's own tokenizer.

    `pooling`: the mean over the text's tokens, its first token, or the output that the network calls pooled.
    `length` is how many tokens are read; captions have about fifteen.
    """

    SOURCE: ClassVar[str] = "preset"

    def __init__(self, preset: str | Path, pooling: str = "mean", length: int = 48) -> None:
        self.preset = str(preset)
        self.pooling = check_choice("pooling", pooling, POOLINGS)
        if length < 3:
            raise SettingError(
                f"length must be at least 3 tokens (two of them are begin and end), got {length}."
            )
        self.length = length

    @cached_property
    def weights(self) -> str:
        """Name the source of the weights."""
        return preset_weights(self.preset)

    @property
    def identity(self) -> str:
        """Name everything that the vectors depend on."""
        return f"keras_hub({self.weights}, {self.pooling}, {self.length} tokens)"

    @cached_property
    def _parts(self) -> tuple[Any, Any]:
        preprocessor = load_preset(
            lambda hub: hub.models.TextClassifierPreprocessor, self.preset, sequence_length=self.length
        )
        return preprocessor, load_preset(lambda hub: hub.models.Backbone, self.preset)

    @cached_property
    def _function(self) -> Any:
        tf = start_tensorflow()
        preprocessor, backbone = self._parts

        def network(texts: Any) -> Any:
            tokens = preprocessor(texts)
            output = backbone(tokens, training=False)
            if self.pooling == "pooled":
                if not isinstance(output, dict) or "pooled_output" not in output:
                    raise SettingError(f"{self.preset} has no pooled output: take pooling='mean' or 'first'.")
                return output["pooled_output"]
            sequence = output["sequence_output"] if isinstance(output, dict) else output
            if self.pooling == "first":
                return sequence[:, 0]
            mask = tf.cast(tokens["padding_mask"], sequence.dtype)[:, :, None]
            return tf.reduce_sum(sequence * mask, axis=1) / tf.reduce_sum(mask, axis=1)

        shape = tf.TensorSpec((self.batch_size,), tf.string)
        return tf.function(network, input_signature=[shape], autograph=False)

    def forward(self, texts: list[str]) -> np.ndarray:
        """Turn one batch of texts into vectors, (texts, width)."""
        tf = start_tensorflow()
        return np.asarray(self._function(tf.constant(texts)))
