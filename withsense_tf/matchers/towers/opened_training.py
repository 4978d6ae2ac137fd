"""The last layers of a photo backbone, trained together with two towers on the training photos alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from withsense_tf.common.checkpoint import Checkpoint
from withsense_tf.common.code_version import code_version
from withsense_tf.common.processes import epochs
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.photos.photo_split import Mirrored, Trunk
from withsense_tf.encoders.photos.photo_tuned import TunedPhoto
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.matchers.keras_parts.adamw import AdamW
from withsense_tf.matchers.photo_features import PhotoFeatures
from withsense_tf.matchers.towers.contrast_training import (
    BestEpoch,
    Lesson,
    Objective,
    Progress,
    points,
    validation_mrr,
)
from withsense_tf.matchers.training import Training

# Photos a step, each with all its captions and judged pairs: a photo then goes through the opened layers once an epoch.
PHOTOS: Final = 64
# With augmentation, a side of the cut has at least this share of the side of the maps.
SMALLEST_CUT: Final = 0.7
CHECKPOINTS: Final = "checkpoints"  # where runs that go on lie, below the folder of the store
# Roots rise infinitely fast at 0.
SMALLEST: Final = 1e-6


def map_store(store: VectorStore) -> VectorStore:
    """Return the store of maps: beside the vectors, but in half precision, as maps are so much larger."""
    return VectorStore(store.folder, "float16")


def looks(trunk: Trunk, augment: bool) -> list[PhotoEncoder]:
    """Return what sees the photos before the opened layers do: with augmentation, their mirror images too."""
    return [trunk, Mirrored(trunk)] if augment else [trunk]


@dataclass(frozen=True, eq=False)
class Opened:
    """Train the opened layers and the towers, from where the towers alone arrived.

    The trunk is run once for each photo, and once for its mirror image with `augment`; the maps are kept in the store,
    in half precision. After every epoch all of its state is written below `checkpoints`, and removed at the end:
    `about` names what else it hangs on, such as what encodes texts.
    """

    trunk: Trunk
    features: PhotoFeatures
    store: VectorStore
    training: Training
    rate: float
    seed: int
    logs: str | None = None
    augment: bool = False
    about: str = ""
    checkpoints: Path | None = None

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
        step, optimizers = self._step(towers, objective, lesson, variables, see)
        quick = tf.function(see, [self._map_spec()], autograph=False)

        def rank() -> float:
            unseen = maps[0][lesson.held_out]
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
        batches = _PhotoBatches(lesson, np.random.default_rng(self.seed))
        moving = [*variables, *(one for tower in towers for one in tower.variables), *objective.variables]
        moving += [one for optimizer in optimizers for one in optimizer.state]
        progress = Progress(self._checkpoint(towers, objective, lesson), moving, best, batches.rng)
        if not progress.go_on():
            best.add(float("nan"), rank())
        for _ in epochs(self.training.epochs, first=len(best.history["loss"])):
            if best.is_over:
                break
            losses = [step(self._cut(maps, photos, batches.rng), *rows) for photos, *rows in batches.epoch()]
            best.add(float(np.mean(losses)), rank())
            progress.save()
        progress.checkpoint.remove()
        arrays, weights_of_towers = best.weights
        for tower, tower_weights in zip(towers, weights_of_towers, strict=True):
            tower.set_weights(tower_weights)
        if not np.argmax(best.history["validation_mrr"]):
            return self.features, best.history
        encoder = TunedPhoto(self.trunk.base, self.trunk.opened, arrays, lesson.examples.content)
        return self.features.seen_by([encoder]), best.history

    def _checkpoint(self, towers: tuple[Any, Any], objective: Objective, lesson: Lesson) -> Checkpoint:
        """Return where this training keeps its state: another one, or one of other code, has another place."""
        shapes = [one.shape for tower in towers for one in tower.get_weights()]
        settings = [self.trunk.identity, vars(self.training), self.rate, self.seed, self.augment, self.about]
        settings += [objective.loss, objective.judged_weight, shapes, code_version()]
        examples = lesson.examples
        settings += [examples.content, examples.texts]
        arrays = (
            examples.owner,
            examples.weight,
            lesson.held_out,
            lesson.judged_pairs[0],
            lesson.judged_pairs[2],
        )
        return Checkpoint(self.checkpoints, settings, arrays)

    def _maps(self, lesson: Lesson) -> list[np.ndarray]:
        """Return the maps of photos that enter the opened layers, float16, (photos, height, width, channels).

        With augmentation, those of their mirror images are a second array.
        """
        paths = [Path(path) for path in lesson.examples.paths]
        store = map_store(self.store)
        return [
            store.vectors_of(encoder, lesson.examples.content, paths)
            .astype(np.float16)
            .reshape(len(paths), *self.trunk.shape)
            for encoder in looks(self.trunk, self.augment)
        ]

    def _cut(self, maps: list[np.ndarray], photos: np.ndarray, rng: np.random.Generator) -> Any:
        """Return the maps of a batch, float32; with augmentation mirrored or not, and a part of them made as large."""
        import tensorflow as tf

        if not self.augment:
            # Maps become single precision here, a batch at a time: CPUs do not compute in half.
            return maps[0][photos].astype(np.float32)
        sides = rng.integers(0, 2, len(photos))
        some = np.stack([maps[side][photo] for side, photo in zip(sides, photos, strict=True)]).astype(
            np.float32
        )
        share = rng.uniform(SMALLEST_CUT, 1, (len(photos), 2))
        start = rng.uniform(0, 1, share.shape) * (1 - share)
        boxes = np.hstack([start, start + share]).astype(np.float32)
        return tf.image.crop_and_resize(some, boxes, np.arange(len(photos)), self.trunk.shape[:2])

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
        """Return the training step on a batch, and its optimizers.

        A batch is maps of photos, captions and judged pairs, both with their places.
        """
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
        function = tf.function(step, [self._map_spec(), rows, rows, rows, rows], autograph=False)
        return function, (slow, quick)


class _PhotoBatches:
    """Batches of training photos with their captions and judged pairs, in an order that depends on the seed alone."""

    def __init__(self, lesson: Lesson, rng: np.random.Generator) -> None:
        self.rng = rng
        self.photos = np.flatnonzero(~lesson.held_out)
        if not len(self.photos):
            self.photos = np.arange(len(lesson.held_out))
        self.size = min(PHOTOS, len(self.photos))
        count = len(lesson.examples.content)
        self.captions, self.pairs = (
            _Grouped(of, count) for of in (lesson.examples.owner, lesson.judged_pairs[0])
        )

    def epoch(self) -> Iterator[tuple[np.ndarray, ...]]:
        """Yield photos, rows of captions, their places among the photos, rows of judged pairs, their places."""
        order = self.rng.permutation(self.photos)
        # Whole batches alone, as in `contrast_training`.
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
