"""How two towers are trained: captions by contrast, judgements by their targets, the best-ranking epoch kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from withsense_tf.errors import SettingError
from withsense_tf.matchers.contrast import contrast
from withsense_tf.matchers.forms import unit
from withsense_tf.matchers.own_captions import Learnable

# Where the learned scale of the cosines begins (CLIP's), and the sigmoid's shift (SigLIP's).
FIRST_SCALE: Final = np.log(14.0)
FIRST_SHIFT: Final = -10.0


@dataclass(frozen=True)
class TowerTraining:
    """Epochs at most, epochs without a better rank, photos a batch, the optimiser's rate and decay."""

    epochs: int = 30
    patience: int = 4
    batch: int = 256
    rate: float = 1e-3
    decay: float = 0.1

    def __post_init__(self) -> None:
        if min(self.epochs, self.patience) < 1 or self.batch < 2 or self.rate <= 0 or self.decay < 0:
            raise SettingError(
                f"epochs and patience must be at least 1, batch at least 2, rate above 0 and decay at least 0: {self}."
            )


def train_towers(
    towers: tuple[Any, Any],
    loss: str,
    features: np.ndarray,
    captions: np.ndarray,
    told: Learnable,
    held: np.ndarray,
    judged: tuple[np.ndarray, ...],
    judged_weight: float,
    training: TowerTraining,
    seed: int,
    logs: str | None = None,
) -> dict[str, list[float]]:
    """Train both towers in place; leave them as they were when they ranked the held-out photos best."""
    import keras
    import tensorflow as tf

    rng = np.random.default_rng(seed)
    scale, shift = tf.Variable(FIRST_SCALE, dtype=tf.float32), tf.Variable(FIRST_SHIFT, dtype=tf.float32)
    judge = tf.Variable([5.0, -3.0])  # cosine -> target: its slope and shift
    variables = [*towers[0].trainable_variables, *towers[1].trainable_variables, scale, shift, judge]
    optimizer = keras.optimizers.AdamW(training.rate, weight_decay=training.decay)
    optimizer.build(variables)

    def points(tower: Any, vectors: Any) -> Any:
        return tf.math.l2_normalize(tower(vectors, training=True), axis=1)

    def one_step(seen: Any, said: Any, same: Any, photo: Any, text: Any, target: Any, weight: Any) -> Any:
        with tf.GradientTape() as tape:
            cosines = points(towers[1], said) @ tf.transpose(points(towers[0], seen))
            value = contrast(loss, cosines, same, tf.exp(scale), shift)
            if judged_weight:
                cosine = tf.reduce_sum(points(towers[0], photo) * points(towers[1], text), axis=1)
                error = weight * tf.square(tf.sigmoid(judge[0] * cosine + judge[1]) - target)
                value += judged_weight * 10.0 * tf.reduce_mean(error)
        gradients = tape.gradient(value, variables, unconnected_gradients="zero")
        optimizer.apply(gradients, variables)
        return value

    step = tf.function(one_step, reduce_retracing=True)
    order = _Batches(told, held, judged, training.batch, rng)
    writer = tf.summary.create_file_writer(logs) if logs else None
    history: dict[str, list[float]] = {"loss": [], "validation_mrr": []}
    best, best_weights, waited = -1.0, [tower.get_weights() for tower in towers], 0
    for epoch in range(training.epochs):
        losses = [
            float(step(features[photo], captions[caption], same, features[at], text, target, weight))
            for photo, caption, same, (at, text, target, weight) in order.epoch()
        ]
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


class _Batches:
    """Batches of one caption a photo, and of as many judged pairs, in an order that depends on the seed alone."""

    def __init__(
        self,
        told: Learnable,
        held: np.ndarray,
        judged: tuple[np.ndarray, ...],
        size: int,
        rng: np.random.Generator,
    ) -> None:
        self.rng, self.judged = rng, judged
        self.owner = told.owner
        self.weight = told.weight
        self.captions = np.flatnonzero(~held[told.owner])
        if not len(self.captions):
            # With a single photo there is nothing to hold out.
            self.captions = np.arange(len(told.owner))
        self.size = min(size, len(self.captions))

    def epoch(self) -> Any:
        """Yield photo rows, caption rows, which belong together, and a batch of judged pairs."""
        order = self.rng.permutation(self.captions)
        # Whole batches alone: another shape would build the graph anew. Captions left over come in another epoch.
        for at in range(0, len(order) - self.size + 1, self.size):
            caption = order[at : at + self.size]
            photo = self.owner[caption]
            rows = self.rng.integers(0, max(1, len(self.judged[0])), self.size)
            if len(self.judged[0]):
                some = tuple(np.asarray(part[rows]) for part in self.judged)
            else:
                none = np.zeros(self.size, np.float32)
                some = (photo, np.zeros((self.size, self.judged[1].shape[1]), np.float32), none, none)
            yield (
                photo,
                caption,
                photo[:, None] == photo[None, :],
                (some[0], some[1], some[2].astype(np.float32), some[3].astype(np.float32)),
            )


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
