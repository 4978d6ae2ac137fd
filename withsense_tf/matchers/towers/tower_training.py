"""How two towers are trained: captions by contrast, judgements by their targets, the best-ranking epoch kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from withsense_tf.matchers.own_captions import Learnable
from withsense_tf.matchers.search_forms import unit
from withsense_tf.matchers.towers.adamw import AdamW
from withsense_tf.matchers.towers.contrast import contrast
from withsense_tf.matchers.training import Training

# Where the learned scale of the cosines begins (CLIP's), and the sigmoid's shift (SigLIP's).
FIRST_SCALE: Final = np.log(14.0)
FIRST_SHIFT: Final = -10.0


@dataclass(frozen=True, eq=False)
class Lesson:
    """What towers learn from: the captions' vectors, whose they are, which photos are held out, judged pairs.

    `judged` holds, of the pairs that may be trained on: photo (a position in `told`), text vector, target, weight.
    """

    captions: np.ndarray
    told: Learnable
    held: np.ndarray
    judged: tuple[np.ndarray, ...]


class Objective:
    """What is minimised: contrast between captions and photos, and the distance of cosines from judgements.

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

    def judged(self, cosine: Any, target: Any, weight: Any) -> Any:
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
    kept = BestEpoch(lambda: [tower.get_weights() for tower in towers], training.patience, logs)
    for _ in range(training.epochs):
        losses = [step(caption, pair) for caption, pair in order.epoch()]
        reached = validation_mrr(towers, features[lesson.held], lesson)
        if kept.done(float(np.mean(losses)), reached):
            break
    for tower, weights in zip(towers, kept.weights, strict=True):
        tower.set_weights(weights)
    return kept.history


class BestEpoch:
    """Remember the weights of the epoch that ranked best, and how training went; `logs` is for TensorBoard."""

    def __init__(self, weights: Callable[[], Any], patience: int, logs: str | None = None) -> None:
        import tensorflow as tf

        self.current, self.patience = weights, patience
        self.writer = tf.summary.create_file_writer(logs) if logs else None
        self.history: dict[str, list[float]] = {"loss": [], "validation_mrr": []}
        self.best, self.weights, self.waited = -1.0, weights(), 0

    def done(self, loss: float, reached: float) -> bool:
        """Take what an epoch reached; say whether there has been no better one for too long."""
        import tensorflow as tf

        self.history["loss"].append(loss)
        self.history["validation_mrr"].append(reached)
        if self.writer is not None:
            with self.writer.as_default(step=len(self.history["loss"]) - 1):
                for name, values in self.history.items():
                    tf.summary.scalar(name, values[-1])
        if reached > self.best:
            self.best, self.weights, self.waited = reached, self.current(), 0
        else:
            self.waited += 1
        return self.waited >= self.patience


def _step(
    towers: tuple[Any, Any], objective: Objective, features: np.ndarray, lesson: Lesson, training: Training
) -> Any:
    """Return what trains the towers on a batch, given as rows of captions and rows of judged pairs."""
    import tensorflow as tf

    weights = [variable.value for tower in towers for variable in tower.trainable_variables]
    variables = [*weights, *objective.variables]
    optimizer = AdamW(variables, training.rate, training.decay)
    # Everything becomes a tensor once; a batch is then made from its rows inside the graph.
    seen, said = tf.constant(features), tf.constant(lesson.captions)
    owner = tf.constant(lesson.told.owner, tf.int32)
    text, target, weight = (tf.constant(part, tf.float32) for part in lesson.judged[1:])

    def one_step(caption: Any, pair: Any) -> Any:
        photo = tf.gather(owner, caption)
        with tf.GradientTape() as tape:
            photos = points(towers[0], tf.gather(seen, photo))
            cosines = points(towers[1], tf.gather(said, caption)) @ tf.transpose(photos)
            value = objective.contrast(cosines, photo[:, None] == photo[None, :])
            if objective.judged_weight and len(lesson.judged[0]):
                row = tf.maximum(pair, 0)
                cosine = tf.reduce_sum(photos * points(towers[1], tf.gather(text, row)), axis=1)
                counts = tf.where(pair < 0, 0.0, tf.gather(weight, row))
                value += objective.judged(cosine, tf.gather(target, row), counts)
        optimizer.apply(tape.gradient(value, variables, unconnected_gradients="zero"))
        return value

    rows = tf.TensorSpec([None], tf.int64)
    return tf.function(one_step, [rows, rows], autograph=False)


def points(tower: Any, vectors: Any) -> Any:
    """Return the points of vectors, length 1, while their tower is trained."""
    import tensorflow as tf

    return tf.math.l2_normalize(tower(vectors, training=True), axis=1)


class _Batches:
    """Batches of captions, with a judged pair of each one's photo, in an order that depends on the seed alone."""

    def __init__(self, lesson: Lesson, size: int, rng: np.random.Generator) -> None:
        told, judged_photo = lesson.told, lesson.judged[0]
        self.rng, self.owner = rng, told.owner
        self.captions = np.flatnonzero(~lesson.held[told.owner])
        if not len(self.captions):
            # With a single photo there is nothing to hold out.
            self.captions = np.arange(len(told.owner))
        self.size = min(size, len(self.captions))
        # Judged pairs with those of one photo side by side.
        self.pairs = np.argsort(judged_photo, kind="stable")
        self.count = np.bincount(judged_photo, minlength=len(told.content))
        self.first = np.cumsum(self.count) - self.count

    def epoch(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield rows of captions, and for each a row of a judged pair of the same photo, or -1 if it has none.

        So a step takes each photo through its tower once, which is most of the work.
        """
        order = self.rng.permutation(self.captions)
        # Whole batches alone: to tell few captions apart is another task. Those left over come in another epoch.
        for at in range(0, len(order) - self.size + 1, self.size):
            caption = order[at : at + self.size]
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
    told, held = lesson.told, lesson.held
    place = np.cumsum(held) - 1
    rows = np.flatnonzero(held[told.owner])
    photos = unit(np.asarray(towers[0](features, training=False)))
    cosines = unit(np.asarray(towers[1](lesson.captions[rows], training=False))) @ photos.T
    own = cosines[np.arange(len(rows)), place[told.owner[rows]]]
    return float(np.mean(1 / (cosines >= own[:, None]).sum(axis=1)))
