"""How two towers are trained: captions by contrast, judgements by their targets, the best-ranking epoch kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from withsense_tf.common.checkpoint import Checkpoint
from withsense_tf.common.processes import epochs
from withsense_tf.common.unit import unit
from withsense_tf.matchers.keras_parts.adamw import AdamW
from withsense_tf.matchers.own_captions import Examples
from withsense_tf.matchers.towers.contrast import contrast
from withsense_tf.matchers.training import Training

# Where the learned scale of the cosines begins (CLIP's), and the sigmoid's shift (SigLIP's).
FIRST_SCALE: Final = np.log(14.0)
FIRST_SHIFT: Final = -10.0
# With more captions, ranks of held-out photos stop rising within a pass or two: a pass is then judged in parts.
MOST_CAPTIONS: Final = 16_384


@dataclass(frozen=True, eq=False)
class Lesson:
    """The training data of towers: vectors of captions, their photos, which photos are held out, judged pairs.

    `judged_pairs` holds, of the pairs to train on: photo (a position in `examples`), text vector, target, weight.
    """

    captions: np.ndarray
    examples: Examples
    held_out: np.ndarray
    judged_pairs: tuple[np.ndarray, ...]


class Objective:
    """The loss to minimise: contrast between captions and photos, and the distance of cosines from judgements.

    It has a few numbers of its own to learn, `variables`.
    """

    def __init__(self, loss: str, judged_weight: float) -> None:
        import tensorflow as tf

        self.loss, self.judged_weight = loss, judged_weight
        self.scale = tf.Variable(FIRST_SCALE, dtype=tf.float32)
        self.shift = tf.Variable(FIRST_SHIFT, dtype=tf.float32)
        self.judge = tf.Variable([5.0, -3.0])  # cosine -> target: its slope and shift
        self.variables = [self.scale, self.shift, self.judge]

    def contrast(self, cosines: Any, same: Any) -> Any:
        """Return the loss of captions against photos; both as `matchers.contrast` has them."""
        import tensorflow as tf

        return contrast(self.loss, cosines, same, tf.exp(self.scale), self.shift)

    def judged_loss(self, cosine: Any, target: Any, weight: Any) -> Any:
        """Return the loss of judged pairs, by their cosines."""
        import tensorflow as tf

        error = tf.square(tf.sigmoid(self.judge[0] * cosine + self.judge[1]) - target)
        return self.judged_weight * 10.0 * tf.reduce_mean(weight * error)


def train_towers(
    towers: tuple[Any, Any],
    objective: Objective,
    features: np.ndarray,
    lesson: Lesson,
    training: Training,
    seed: int,
    logs: str | None = None,
) -> dict[str, list[float]]:
    """Train both towers in place; leave them as they were when they ranked the held-out photos best."""
    order = _Batches(lesson, training.batch, np.random.default_rng(seed))
    step = _step(towers, objective, features, lesson, training)
    best = BestEpoch(lambda: [tower.get_weights() for tower in towers], training.patience, logs)
    for _ in epochs(training.epochs):
        losses = [step(caption, pair) for caption, pair in order.epoch()]
        rank = validation_mrr(towers, features[lesson.held_out], lesson)
        if best.add(float(np.mean(losses)), rank):
            break
    for tower, weights in zip(towers, best.weights, strict=True):
        tower.set_weights(weights)
    return best.history


class BestEpoch:
    """The weights of the epoch that ranked best, and the history of training; `logs` is for TensorBoard."""

    def __init__(self, weights: Callable[[], Any], patience: int, logs: str | None = None) -> None:
        import tensorflow as tf

        self.current, self.patience = weights, patience
        self.writer = tf.summary.create_file_writer(logs) if logs else None
        self.history: dict[str, list[float]] = {"loss": [], "validation_mrr": []}
        self.best, self.weights, self.since_best = -1.0, weights(), 0

    def add(self, loss: float, rank: float) -> bool:
        """Add an epoch's loss and rank; return whether there has been no better one for too long."""
        import tensorflow as tf

        self.history["loss"].append(loss)
        self.history["validation_mrr"].append(rank)
        if self.writer is not None:
            with self.writer.as_default(step=len(self.history["loss"]) - 1):
                for name, values in self.history.items():
                    tf.summary.scalar(name, values[-1])
        if rank > self.best:
            self.best, self.weights, self.since_best = rank, self.current(), 0
        else:
            self.since_best += 1
        return self.is_over

    @property
    def is_over(self) -> bool:
        """Return whether there has been no better epoch for too long."""
        return self.since_best >= self.patience


@dataclass(frozen=True, eq=False)
class Progress:
    """All that changes while opened layers are trained: variables, the best epoch so far, the order of what comes."""

    checkpoint: Checkpoint
    moving: list[Any]
    best: BestEpoch
    rng: np.random.Generator

    def save(self) -> None:
        """Write it down."""
        arrays, of_towers = self.best.weights
        about = {
            "history": self.best.history,
            "best": self.best.best,
            "since_best": self.best.since_best,
            "rng": self.rng.bit_generator.state,
            "of_towers": [len(one) for one in of_towers],
        }
        now = [one.numpy() for one in self.moving]
        self.checkpoint.save(about, [*now, *arrays, *(part for one in of_towers for part in one)])

    def go_on(self) -> bool:
        """Bring back what was written down; return whether there was anything."""
        state = self.checkpoint.load()
        if state is None:
            return False
        about, arrays = state
        for variable in self.moving:
            variable.assign(arrays.pop(0))
        photo, text = about["of_towers"]
        middle = len(arrays) - photo - text
        self.best.weights = arrays[:middle], [arrays[middle : middle + photo], arrays[middle + photo :]]
        self.best.history = about["history"]
        self.best.best, self.best.since_best = about["best"], about["since_best"]
        self.rng.bit_generator.state = about["rng"]
        return True


def _step(
    towers: tuple[Any, Any], objective: Objective, features: np.ndarray, lesson: Lesson, training: Training
) -> Any:
    """Return the training step of the towers on a batch: rows of captions and rows of judged pairs."""
    import tensorflow as tf

    weights = [variable.value for tower in towers for variable in tower.trainable_variables]
    variables = [*weights, *objective.variables]
    optimizer = AdamW(variables, training.rate, training.decay)
    photo_vectors, caption_vectors = tf.constant(features), tf.constant(lesson.captions)
    owner = tf.constant(lesson.examples.owner, tf.int32)
    text, target, weight = (tf.constant(part, tf.float32) for part in lesson.judged_pairs[1:])

    def one_step(caption: Any, pair: Any) -> Any:
        photo = tf.gather(owner, caption)
        with tf.GradientTape() as tape:
            photos = points(towers[0], tf.gather(photo_vectors, photo))
            cosines = points(towers[1], tf.gather(caption_vectors, caption)) @ tf.transpose(photos)
            value = objective.contrast(cosines, photo[:, None] == photo[None, :])
            if objective.judged_weight and len(lesson.judged_pairs[0]):
                row = tf.maximum(pair, 0)
                cosine = tf.reduce_sum(photos * points(towers[1], tf.gather(text, row)), axis=1)
                counts = tf.where(pair < 0, 0.0, tf.gather(weight, row))
                value += objective.judged_loss(cosine, tf.gather(target, row), counts)
        optimizer.apply(tape.gradient(value, variables, unconnected_gradients="zero"))
        return value

    rows = tf.TensorSpec([None], tf.int64)
    return tf.function(one_step, [rows, rows], autograph=False)


def points(tower: Any, vectors: Any) -> Any:
    """Return the points of vectors, length 1, while their tower is trained."""
    import tensorflow as tf

    return tf.math.l2_normalize(tower(vectors, training=True), axis=1)


class _Batches:
    """Batches of captions, with a judged pair of each one's photo, in an order that depends on the seed alone.

    An epoch is a pass over all captions; where they are more than `MOST_CAPTIONS`, an equal part of one.
    """

    def __init__(self, lesson: Lesson, size: int, rng: np.random.Generator) -> None:
        examples, judged_photo = lesson.examples, lesson.judged_pairs[0]
        self.rng, self.owner = rng, examples.owner
        self.captions = np.flatnonzero(~lesson.held_out[examples.owner])
        if not len(self.captions):
            # With a single photo there is nothing to hold out.
            self.captions = np.arange(len(examples.owner))
        self.size = min(size, len(self.captions))
        # Judged pairs with those of one photo side by side.
        self.pairs = np.argsort(judged_photo, kind="stable")
        self.count = np.bincount(judged_photo, minlength=len(examples.content))
        self.first = np.cumsum(self.count) - self.count
        self._parts: list[np.ndarray] = []

    def epoch(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield rows of captions, and for each a row of a judged pair of the same photo, or -1 if it has none.

        So a step takes each photo through its tower once, which is most of the work.
        """
        if not self._parts:
            order = self.rng.permutation(self.captions)
            # Whole batches alone: to tell few captions apart is another task. Those left over come in another pass.
            batches = order[: len(order) // self.size * self.size].reshape(-1, self.size)
            self._parts = np.array_split(batches, -(-len(order) // MOST_CAPTIONS))
        for caption in self._parts.pop(0):
            photo = self.owner[caption]
            place = self.first[photo] + self.rng.integers(0, np.maximum(1, self.count[photo]))
            pair = np.full(self.size, -1)
            some = self.count[photo] > 0
            pair[some] = self.pairs[place[some]]
            yield caption, pair


def validation_mrr(towers: tuple[Any, Any], features: np.ndarray, lesson: Lesson) -> float:
    """Return the mean reciprocal rank of held-out photos for their own captions, among the held-out photos.

    `features` are those of the held-out photos alone.
    """
    examples, held_out = lesson.examples, lesson.held_out
    place = np.cumsum(held_out) - 1
    rows = np.flatnonzero(held_out[examples.owner])
    photos = unit(np.asarray(towers[0](features, training=False)))
    cosines = unit(np.asarray(towers[1](lesson.captions[rows], training=False))) @ photos.T
    own = cosines[np.arange(len(rows)), place[examples.owner[rows]]]
    return float(np.mean(1 / (cosines >= own[:, None]).sum(axis=1)))
