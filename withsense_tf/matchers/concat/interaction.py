"""A Keras network on how a photo's and a text's vector go together: products and differences of their projections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from withsense_tf.encoders.base import TextEncoder
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError, check_choice
from withsense_tf.matchers.concat.networks import NetworkMatcher
from withsense_tf.matchers.forms.dense import Dense
from withsense_tf.matchers.photo_features import Photos
from withsense_tf.matchers.training import Training

KINDS: Final = ("bilinear", "product", "difference")


@dataclass(eq=False, repr=False)
class Interaction(NetworkMatcher):
    """Project both vectors to `rank` numbers, and let the network see how they go together.

    `kind` says how: "bilinear" adds up the products (a form `photo' U V' text` of low rank, plus what each side says
    alone); "product" and "difference" give a small network the products, or the squared differences, number by number.
    It is the step between a network on concatenated vectors and two towers.

    It learns from the pairs that it is given alone, judged ones or those of `caption_pairs`: a captioned photo beside
    them has no target to foretell.

    - `width` of that network's hidden layer, and `dropout` behind it, as a share.
    - `photo`: the photo encoder, by name or as an object, or a list of several side by side.
    - `text`: the text encoder, by name or as an object.
    - `training`: epochs, rates and patience, as a `Training`; without one, the usual ones.
    - `seed` of the first weights and of the order of pairs.
    - `store`: where vectors of photos are kept, so that they are computed once; without one, in memory.
    - `logs`: a folder for TensorBoard.
    """

    kind: str = "bilinear"
    rank: int = 64
    width: int = 64
    dropout: float = 0.3
    photo: Photos = "mobilenet_v2"
    text: str | TextEncoder = "tfidf"
    training: Training | None = None
    seed: int = 0
    store: VectorStore | None = None
    logs: str | None = None

    @property
    def name(self) -> str:
        """Name the matcher with its kind."""
        return f"interaction {self.kind}"

    def check_settings(self) -> None:
        """Raise where a setting cannot be."""
        check_choice("kind", self.kind, KINDS)
        if self.rank < 1 or self.width < 1 or not 0 <= self.dropout < 1:
            raise SettingError(
                "Expected a rank and a width of at least 1 and a dropout from 0 to below 1, got "
                f"{self.rank}, {self.width} and {self.dropout}."
            )

    def _build(self, photo_width: int, text_width: int) -> Any:
        import keras

        photo, text = keras.Input((photo_width,)), keras.Input((text_width,))
        # One number more: what a side says alone.
        sides = [self._dense(self.rank + 1, seed)(side) for seed, side in enumerate((photo, text))]
        photo_side, text_side = keras.Input((self.rank + 1,)), keras.Input((self.rank + 1,))
        self.sides_ = [keras.Model(photo, sides[0]), keras.Model(text, sides[1])]
        self.head_ = keras.Model([photo_side, text_side], self._head(photo_side, text_side))
        return keras.Model([photo, text], self.head_(sides))

    def _head(self, photo: Any, text: Any) -> Any:
        import keras

        alone = photo[:, :1] + text[:, :1]
        if self.kind == "bilinear":
            together = keras.ops.sum(photo[:, 1:] * text[:, 1:], axis=1, keepdims=True)
            shift = keras.layers.Dense(1, kernel_initializer="ones")
            return keras.ops.sigmoid(shift(together / np.sqrt(self.rank)) + alone)
        if self.kind == "product":
            together = photo[:, 1:] * text[:, 1:]
        else:
            together = keras.ops.square(photo[:, 1:] - text[:, 1:])
        layer = keras.layers.Dropout(self.dropout, seed=self.seed)(together)
        layer = keras.ops.relu(self._dense(self.width, 2)(layer))
        return keras.ops.sigmoid(self._dense(1, 3)(layer) + alone)

    def _dense(self, width: int, number: int) -> Any:
        import keras

        start = keras.initializers.GlorotUniform(seed=self.seed + 1000 * (number + 1))
        return keras.layers.Dense(width, kernel_initializer=start)

    def _inputs(self, photos: np.ndarray, texts: np.ndarray) -> Any:
        return photos, texts

    def _parts(self) -> tuple[Dense, Dense, list[Dense], str]:
        sides = [Dense(*(np.asarray(weight) for weight in side.get_weights())) for side in self.sides_]
        weights = [np.asarray(weight) for weight in self.head_.get_weights()]
        rest = [Dense(*weights[at : at + 2]) for at in range(0, len(weights), 2)]
        return sides[0], sides[1], rest, self.kind
