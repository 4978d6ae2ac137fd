"""The last layers of a photo backbone, trained together with two towers on the training photos alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from withsense_tf.encoders.photos.photo_split import Trunk
from withsense_tf.encoders.photos.photo_tuned import TunedPhoto
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.matchers.photo_features import PhotoFeatures
from withsense_tf.matchers.towers.adamw import AdamW
from withsense_tf.matchers.towers.contrast_training import (
    BestEpoch,
    Lesson,
    Objective,
    points,
    validation_mrr,
)
from withsense_tf.matchers.training import Training

# Photos a step, each with all its captions and judged pairs: a photo then goes through the opened layers once an epoch.
PHOTOS: Final = 64
# Roots rise infinitely fast at 0.
SMALLEST: Final = 1e-6


def map_store(store: VectorStore) -> VectorStore:
    """Return the store of maps: beside the vectors, but in half precision, as maps are so much larger."""
    return VectorStore(store.folder, "float16")


@dataclass(frozen=True, eq=False)
class Opened:
    """Train the opened layers and the towers, from where the towers alone arrived.

    The trunk is run once for each photo; its maps are kept in the store, in half precision.
    """

    trunk: Trunk
    features: PhotoFeatures
    store: VectorStore
    training: Training
    rate: float
    seed: int
    logs: str | None = None

    def train(
        self, towers: tuple[Any, Any], objective: Objective, lesson: Lesson
    ) -> tuple[PhotoFeatures, dict[str, list[float]]]:
        """Train the towers in place; return the features of photos from then on, and the history of training.

        The epoch is kept that ranks held-out photos best. Epoch 0 is the one before: if none is better, the backbone
        and the towers stay as they were.
        """
        import tensorflow as tf

        maps = self._maps(lesson)
        variables = [tf.Variable(variable) for variable in self.trunk.head.trainable_variables]
        see = self._seeing(variables)
        step = self._step(towers, objective, lesson, variables, see)
        quick = tf.function(see, [self._map_spec()], autograph=False)

        def rank() -> float:
            unseen = maps[lesson.held_out]
            parts = [
                quick(unseen[at : at + PHOTOS].astype(np.float32)).numpy()
                for at in range(0, len(unseen), PHOTOS)
            ]
            return validation_mrr(towers, np.concatenate(parts), lesson)

        best = BestEpoch(
            lambda: ([one.numpy() for one in variables], [tower.get_weights() for tower in towers]),
            self.training.patience,
            self.logs,
        )
        best.add(float("nan"), rank())
        batches = _PhotoBatches(lesson, np.random.default_rng(self.seed))
        for _ in range(self.training.epochs):
            # Maps become single precision here, a batch at a time: CPUs do not compute in half.
            losses = [step(maps[photos].astype(np.float32), *rows) for photos, *rows in batches.epoch()]
            if best.add(float(np.mean(losses)), rank()):
                break
        arrays, weights_of_towers = best.weights
        for tower, tower_weights in zip(towers, weights_of_towers, strict=True):
            tower.set_weights(tower_weights)
        if not np.argmax(best.history["validation_mrr"]):
            return self.features, best.history
        encoder = TunedPhoto(self.trunk.base, self.trunk.opened, arrays, lesson.examples.content)
        return self.features.seen_by([encoder]), best.history

    def _maps(self, lesson: Lesson) -> np.ndarray:
        """Return the maps of photos that enter the opened layers, float16, (photos, height, width, channels)."""
        paths = [Path(path) for path in lesson.examples.paths]
        flat = map_store(self.store).vectors_of(self.trunk, lesson.examples.content, paths)
        return flat.astype(np.float16).reshape(len(flat), *self.trunk.shape)

    def _map_spec(self) -> Any:
        import tensorflow as tf

        return tf.TensorSpec((None, *self.trunk.shape), tf.float32)

    def _seeing(self, variables: list[Any]) -> Any:
        """Return the function from maps to features, as `PhotoFeatures` makes them of vectors."""
        import tensorflow as tf

        mean, scale = (
            tf.constant(part[0], tf.float32) for part in (self.features.means_, self.features.scales_)
        )

        def see(maps: Any) -> Any:
            vectors = self.trunk.vectors(variables, maps)
            roots = tf.sign(vectors) * tf.sqrt(tf.maximum(tf.abs(vectors), SMALLEST))
            return (roots - mean) * scale

        return see

    def _step(
        self,
        towers: tuple[Any, Any],
        objective: Objective,
        lesson: Lesson,
        variables: list[Any],
        see: Any,
    ) -> Any:
        """Return the training step on a batch: maps of photos, captions and judged pairs, both with their places."""
        import tensorflow as tf

        heads = [variable.value for tower in towers for variable in tower.trainable_variables]
        heads += objective.variables
        slow = AdamW(variables, self.rate, 0.0)
        quick = AdamW(heads, self.training.rate, self.training.decay)
        caption_vectors = tf.constant(lesson.captions)
        text, target, weight = (tf.constant(part, tf.float32) for part in lesson.judged_pairs[1:])

        def step(maps: Any, caption: Any, whose: Any, pair: Any, of: Any) -> Any:
            with tf.GradientTape() as tape:
                photos = points(towers[0], see(maps))
                captions = points(towers[1], tf.gather(caption_vectors, caption))
                value = objective.contrast(
                    captions @ tf.transpose(tf.gather(photos, whose)), whose[:, None] == whose[None, :]
                )
                if objective.judged_weight and len(lesson.judged_pairs[0]):
                    texts = points(towers[1], tf.gather(text, pair))
                    cosine = tf.reduce_sum(tf.gather(photos, of) * texts, axis=1)
                    loss = objective.judged_loss(cosine, tf.gather(target, pair), tf.gather(weight, pair))
                    value += tf.where(tf.size(pair) > 0, loss, 0.0)
            gradients = tape.gradient(value, [*variables, *heads], unconnected_gradients="zero")
            slow.apply(gradients[: len(variables)])
            quick.apply(gradients[len(variables) :])
            return value

        rows = tf.TensorSpec([None], tf.int64)
        return tf.function(step, [self._map_spec(), rows, rows, rows, rows], autograph=False)


class _PhotoBatches:
    """Batches of training photos with their captions and judged pairs, in an order that depends on the seed alone."""

    def __init__(self, lesson: Lesson, rng: np.random.Generator) -> None:
        self.rng = rng
        self.photos = np.flatnonzero(~lesson.held_out)
        if not len(self.photos):
            # With a single photo there is nothing to hold out.
            self.photos = np.arange(len(lesson.held_out))
        self.size = min(PHOTOS, len(self.photos))
        count = len(lesson.examples.content)
        self.captions, self.pairs = (
            _Grouped(of, count) for of in (lesson.examples.owner, lesson.judged_pairs[0])
        )

    def epoch(self) -> Iterator[tuple[np.ndarray, ...]]:
        """Yield photos, rows of captions, their places among the photos, rows of judged pairs, their places."""
        order = self.rng.permutation(self.photos)
        # Whole batches alone: to tell few photos apart is another task. Those left over come in another epoch.
        for at in range(0, len(order) - self.size + 1, self.size):
            photos = order[at : at + self.size]
            yield photos, *self.captions.of(photos), *self.pairs.of(photos)


class _Grouped:
    """Rows by the photo that they belong to."""

    def __init__(self, photo: np.ndarray, count: int) -> None:
        self.order = np.argsort(photo, kind="stable")
        self.count = np.bincount(photo, minlength=count)
        self.first = np.cumsum(self.count) - self.count

    def of(self, photos: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows that belong to these photos, and the place of each one's photo among them."""
        place = np.repeat(np.arange(len(photos)), self.count[photos])
        rows = [self.order[at : at + n] for at, n in zip(self.first[photos], self.count[photos], strict=True)]
        return np.concatenate(rows), place
