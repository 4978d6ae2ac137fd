"""How two towers are trained: captions by contrast, judgements by their targets, the best-ranking epoch kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from withsense_tf.matchers.adamw import AdamW
from withsense_tf.matchers.contrast import contrast
from withsense_tf.matchers.forms import unit
from withsense_tf.matchers.own_captions import Learnable
from withsense_tf.matchers.training import Training

# Where the learned scale of the cosines begins (CLIP's), and the sigmoid's shift (SigLIP's).
FIRST_SCALE: Final = np.log(14.0)
FIRST_SHIFT: Final = -10.0


def train_towers(
    towers: tuple[Any, Any],
    loss: str,
    features: np.ndarray,
    captions: np.ndarray,
    told: Learnable,
    held: np.ndarray,
    judged: tuple[np.ndarray, ...],
    judged_weight: float,
    training: Training,
    seed: int,
    logs: str | None = None,
) -> dict[str, list[float]]:
    """Train both towers in place; leave them as they were when they ranked the held-out photos best."""
    import tensorflow as tf

    order = _Batches(told, held, judged[0], training.batch, np.random.default_rng(seed))
    step = _step(towers, loss, features, captions, told, judged, judged_weight, training)
    writer = tf.summary.create_file_writer(logs) if logs else None
    history: dict[str, list[float]] = {"loss": [], "validation_mrr": []}
    best, best_weights, waited = -1.0, [tower.get_weights() for tower in towers], 0
    for epoch in range(training.epochs):
        losses = [step(caption, pair) for caption, pair in order.epoch()]
        reached = _validation_mrr(towers, features, captions, told, held)
        history["loss"].append(float(np.mean(losses)))
        history["validation_mrr"].append(reached)
        if writer is not None:
            with writer.as_default(step=epoch):
                for name, values in history.items():
                    tf.summary.scalar(name, values[-1])
        if reached > best:
            best, best_weights, waited = reached, [tower.get_weights() for tower in towers], 0
        elif (waited := waited + 1) >= training.patience:
            break
    for tower, weights in zip(towers, best_weights, strict=True):
        tower.set_weights(weights)
    return history


def _step(
    towers: tuple[Any, Any],
    loss: str,
    features: np.ndarray,
    captions: np.ndarray,
    told: Learnable,
    judged: tuple[np.ndarray, ...],
    judged_weight: float,
    training: Training,
) -> Any:
    """Return what trains the towers on a batch, given as rows of captions and rows of judged pairs."""
    import tensorflow as tf

    scale, shift = tf.Variable(FIRST_SCALE, dtype=tf.float32), tf.Variable(FIRST_SHIFT, dtype=tf.float32)
    judge = tf.Variable([5.0, -3.0])  # cosine -> target: its slope and shift
    weights = [variable.value for tower in towers for variable in tower.trainable_variables]
    variables = [*weights, scale, shift, judge]
    optimizer = AdamW(variables, training.rate, training.decay)
    # Everything becomes a tensor once; a batch is then made from its rows inside the graph.
    seen, said, owner = tf.constant(features), tf.constant(captions), tf.constant(told.owner, tf.int32)
    text, target, weight = (tf.constant(part, tf.float32) for part in judged[1:])

    def points(tower: Any, vectors: Any) -> Any:
        return tf.math.l2_normalize(tower(vectors, training=True), axis=1)

    def one_step(caption: Any, pair: Any) -> Any:
        photo = tf.gather(owner, caption)
        with tf.GradientTape() as tape:
            photos = points(towers[0], tf.gather(seen, photo))
            cosines = points(towers[1], tf.gather(said, caption)) @ tf.transpose(photos)
            value = contrast(loss, cosines, photo[:, None] == photo[None, :], tf.exp(scale), shift)
            if judged_weight and len(judged[0]):
                row = tf.maximum(pair, 0)
                cosine = tf.reduce_sum(photos * points(towers[1], tf.gather(text, row)), axis=1)
                error = tf.square(tf.sigmoid(judge[0] * cosine + judge[1]) - tf.gather(target, row))
                counts = tf.where(pair < 0, 0.0, tf.gather(weight, row))
                value += judged_weight * 10.0 * tf.reduce_mean(counts * error)
        optimizer.apply(tape.gradient(value, variables, unconnected_gradients="zero"))
        return value

    rows = tf.TensorSpec([None], tf.int64)
    return tf.function(one_step, [rows, rows], autograph=False)


class _Batches:
    """Batches of captions, with a judged pair of each one's photo, in an order that depends on the seed alone."""

    def __init__(
        self, told: Learnable, held: np.ndarray, judged_photo: np.ndarray, size: int, rng: np.random.Generator
    ) -> None:
        self.rng, self.owner = rng, told.owner
        self.captions = np.flatnonzero(~held[told.owner])
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


def _validation_mrr(
    towers: tuple[Any, Any], features: np.ndarray, captions: np.ndarray, told: Learnable, held: np.ndarray
) -> float:
    """Return the mean reciprocal rank of held-out photos for their own captions, among the held-out photos."""
    place = np.cumsum(held) - 1
    rows = np.flatnonzero(held[told.owner])
    photos = unit(np.asarray(towers[0](features[held], training=False)))
    cosines = unit(np.asarray(towers[1](captions[rows], training=False))) @ photos.T
    own = cosines[np.arange(len(rows)), place[told.owner[rows]]]
    return float(np.mean(1 / (cosines >= own[:, None]).sum(axis=1)))
