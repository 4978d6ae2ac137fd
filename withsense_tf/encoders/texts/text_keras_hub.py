"""Texts -> vectors of a KerasHub text backbone (BERT and its family), from a preset's name or folder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from withsense_tf.common.terminal import start_tensorflow, track
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.encoders.weights.keras_hub_preset import load_preset, preset_weights
from withsense_tf.encoders.weights.weight_files import whole_path
from withsense_tf.errors import SettingError, check_choice

POOLINGS: Final = ("mean", "first", "pooled")
BATCH: Final = 32


class KerasHubText(TextEncoder):
    """Encode texts with a KerasHub backbone and the preset's own tokenizer.

    `pooling`: the mean over the text's tokens, its first token, or the output that the network calls pooled.
    `length` is how many tokens are read; captions have about fifteen.
    """

    def __init__(self, preset: str | Path, pooling: str = "mean", length: int = 48) -> None:
        self.preset = str(preset)
        self.pooling = check_choice("pooling", pooling, POOLINGS)
        if length < 3:
            raise SettingError(
                f"length must be at least 3 tokens (two of them are begin and end), got {length}."
            )
        self.length = length

    def to_state(self) -> dict[str, Any]:
        """Return what is to be saved; a folder stays where it is."""
        state = super().to_state()
        state["settings"]["preset"] = whole_path(self.preset)
        return state

    def __deepcopy__(self, memo: object) -> Self:
        # Nothing here ever changes, and a copy would hold the whole network a second time.
        return self

    @cached_property
    def weights(self) -> str:
        """Say in plain words where the weights come from."""
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
            found = backbone(tokens, training=False)
            if self.pooling == "pooled":
                if not isinstance(found, dict) or "pooled_output" not in found:
                    raise SettingError(f"{self.preset} has no pooled output: take pooling='mean' or 'first'.")
                return found["pooled_output"]
            sequence = found["sequence_output"] if isinstance(found, dict) else found
            if self.pooling == "first":
                return sequence[:, 0]
            mask = tf.cast(tokens["padding_mask"], sequence.dtype)[:, :, None]
            return tf.reduce_sum(sequence * mask, axis=1) / tf.reduce_sum(mask, axis=1)

        # One fixed shape, so that the last short batch builds no second graph.
        return tf.function(network, input_signature=[tf.TensorSpec((BATCH,), tf.string)], autograph=False)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return a vector for each text, float32, (texts, width)."""
        tf = start_tensorflow()
        # At least one batch, so that no texts give an array of the right width.
        starts = range(0, max(1, len(texts)), BATCH)
        found = []
        for start in track(starts, len(starts), "Encoding", unit="batches of texts"):
            part = list(texts[start : start + BATCH])
            found.append(self._function(tf.constant(part + [""] * (BATCH - len(part)))).numpy())
        return np.concatenate(found)[: len(texts)].astype(np.float32)
