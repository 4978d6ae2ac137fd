"""A Keras network on the photo's and the text's vector side by side, as the student projects built it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np

from withsense_tf.encoders.base import TextEncoder
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.matchers.concat.networks import NetworkMatcher
from withsense_tf.matchers.forms.dense import Dense
from withsense_tf.matchers.photo_features import Photos
from withsense_tf.matchers.training import Training

# The usual rate is for photo vectors of so many numbers: Adam moves each weight alike, so a step of the first layer
# grows with them, and the first steps on wide vectors drove every answer to 0 for good.
USUAL_WIDTH: Final = 1_280


@dataclass(eq=False, repr=False)
class ConcatKeras(NetworkMatcher):
    """Fit a Sequential network to [photo vector; text vector].

    Unlike a linear form it can, in principle, learn which photos and texts belong together; but nothing in its
    build says that the two vectors are to be compared, and a few thousand pairs do not teach it.

    It learns from the pairs that it is given alone, judged ones or those of `caption_pairs`: a captioned photo beside
    them has no target to foretell.

    - `widths` of the hidden layers; `dropout` behind each, as a share; `batch_norm`: whether each is normalised.
    - `photo`: the photo encoder, by name or as an object, or a list of several side by side.
    - `text`: the text encoder, by name or as an object.
    - `training`: epochs, rates and patience, as a `Training`; without one, the usual ones, and a smaller rate for
      vectors of more than 1,280 numbers.
    - `seed` of the first weights and of the order of pairs.
    - `store`: where vectors of photos are kept, so that they are computed once; without one, in memory.
    - `logs`: a folder for TensorBoard.
    """

    reads_sparse: ClassVar[bool] = True

    widths: Sequence[int] = (256, 64)
    dropout: float = 0.3
    batch_norm: bool = False
    photo: Photos = "mobilenet_v2"
    text: str | TextEncoder = "tfidf"
    training: Training | None = None
    seed: int = 0
    store: VectorStore | None = None
    logs: str | None = None

    @property
    def name(self) -> str:
        """Name the matcher with the widths of its layers."""
        return f"concat Keras {'-'.join(map(str, self.widths))}"

    def check_settings(self) -> None:
        """Raise where a setting cannot be."""
        if not self.widths or min(self.widths) < 1 or not 0 <= self.dropout < 1:
            raise SettingError(
                f"Expected widths of at least 1 and a dropout from 0 to below 1, got {self.widths} and {self.dropout}."
            )

    def _build(self, photo_width: int, text_width: int) -> Any:
        import keras

        layers: list[Any] = [keras.Input((photo_width + text_width,))]
        for number, width in enumerate(self.widths):
            # Each layer has its own seed, so that no global generator is touched.
            seed = self.seed + 1000 * (number + 1)
            layers.append(
                keras.layers.Dense(width, kernel_initializer=keras.initializers.HeNormal(seed=seed))
            )
            if self.batch_norm:
                layers.append(keras.layers.BatchNormalization())
            layers.append(keras.layers.Activation("relu"))
            if self.dropout:
                layers.append(keras.layers.Dropout(self.dropout, seed=seed))
        last = keras.initializers.GlorotUniform(seed=self.seed)
        layers.append(keras.layers.Dense(1, activation="sigmoid", kernel_initializer=last))
        return keras.Sequential(layers)

    def _rate(self, photo_width: int) -> float:
        narrow = 1.0 if self.training is not None else min(1.0, USUAL_WIDTH / photo_width)
        return super()._rate(photo_width) * narrow

    def _inputs(self, photos: np.ndarray, texts: np.ndarray) -> Any:
        import keras

        return keras.ops.concatenate([photos, texts], axis=1)

    def _answer(self, network: Any, photos: Any, texts: Any, training: bool) -> Any:
        """Answer as the network does; a text has few words, so most of its first layer can be skipped."""
        import tensorflow as tf

        if not isinstance(texts, tf.SparseTensor):
            return super()._answer(network, photos, texts, training)
        first, *rest = network.layers
        by_photo, by_text = tf.split(first.kernel, [photos.shape[1], texts.shape[1]])
        values = photos @ by_photo + tf.sparse.sparse_dense_matmul(texts, by_text) + first.bias
        for layer in rest:
            values = layer(values, training=training)
        return values

    def _parts(self) -> tuple[Dense, Dense, list[Dense], str]:
        layers: list[Dense] = []
        for layer in self.network_.layers:
            weights = [np.asarray(weight) for weight in layer.get_weights()]
            if len(weights) == 2:
                layers.append(Dense(*weights))
            elif weights:
                # A batch norm, which only scales and shifts once training is over.
                gamma, beta, mean, variance = weights
                scale = gamma / np.sqrt(variance + layer.epsilon)
                dense = layers.pop()
                layers.append(Dense(dense.kernel * scale, (dense.bias - mean) * scale + beta))
        first, *rest = layers
        photos = self.widths_[0]
        photo = Dense(first.kernel[:photos], np.zeros_like(first.bias))
        return photo, Dense(first.kernel[photos:], first.bias), rest, "add"
