"""Teach the network for drawn scenes to tell the words of their captions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import typer

from withsense_tf.common import terminal
from withsense_tf.encoders.photos.scene_network import scene_network

BATCH: Final = 64
RATE: Final = 3e-3
DECAY: Final = 1e-4
WARM_UP: Final = 0.1  # the share of all steps
PATIENCE: Final = 3  # epochs without a better held-out loss
LEAST_SHARE: Final = 1e-3  # a word that is in no photo here may still come


@dataclass(frozen=True)
class Lessons:
    """Photos, uint8, (n, height, width, 3), and the words of their captions, float32, (n, words)."""

    pixels: np.ndarray
    words: np.ndarray


def train(lessons: Lessons, held_out: Lessons, mirrored: np.ndarray, epochs: int, seed: int) -> Any:
    """Return the network as it was after the epoch with the lowest held-out loss; print each epoch.

    `mirrored` is the order of words that fits a mirrored photo. All randomness follows the seed, and TensorFlow is
    told to compute in one order: the same machine gives the same weights.
    """
    tf = terminal.start_tensorflow()
    import keras

    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    network = scene_network()
    # Most words are in few captions: beginning there saves an epoch.
    rare = keras.initializers.Constant(-3.0)
    told = keras.layers.Dense(lessons.words.shape[1], bias_initializer=rare)(network.output)
    model = keras.Model(network.input, told)
    steps = -(-len(lessons.pixels) // BATCH)
    warm = round(WARM_UP * epochs * steps)
    rate = keras.optimizers.schedules.CosineDecay(
        RATE / 20, epochs * steps - warm, warmup_target=RATE, warmup_steps=warm
    )
    optimizer = keras.optimizers.AdamW(RATE, weight_decay=DECAY)
    # Without its variables, Keras would find them missing after a first tracing of the step, and trace it again.
    optimizer.build(model.trainable_variables)
    model.compile(optimizer, _loss)
    typer.echo(
        f"{network.count_params():,} weights; held-out loss of the words' shares alone: "
        f"{loss_of_shares(lessons.words, held_out.words):.1f}"
    )
    start = time.perf_counter()

    def report(epoch: int, logs: dict[str, float]) -> None:
        spent = time.perf_counter() - start
        typer.echo(
            f"epoch {epoch + 1}: loss {logs['loss']:.1f}, held out {logs['val_loss']:.1f}, {spent:.0f} s"
        )

    def set_rate() -> None:
        # As a schedule of the optimizer's it would be traced once for each weight, which takes seconds.
        optimizer.learning_rate = float(rate(int(optimizer.iterations.value)))

    model.fit(
        mirrored_batches(lessons, mirrored, seed),
        steps_per_epoch=steps,
        validation_data=(held_out.pixels.astype(np.float32), held_out.words),
        epochs=epochs,
        shuffle=False,  # the batches are in a new order each epoch as it is
        callbacks=[
            keras.callbacks.EarlyStopping(patience=PATIENCE, restore_best_weights=True),
            keras.callbacks.LambdaCallback(
                on_epoch_end=report, on_train_batch_begin=lambda batch, logs: set_rate()
            ),
        ],
        verbose=0,
    )
    return network


def mirrored_batches(
    lessons: Lessons, mirrored: np.ndarray, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield batches for ever, in a new order each epoch, about half of the photos mirrored."""
    rng = np.random.default_rng(seed)
    while True:
        order = rng.permutation(len(lessons.pixels))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            pixels, words = lessons.pixels[rows].astype(np.float32), lessons.words[rows]
            turned = rng.random(len(rows)) < 0.5
            pixels[turned] = pixels[turned, :, ::-1]
            words[turned] = words[turned][:, mirrored]
            yield pixels, words


def loss_of_shares(seen: np.ndarray, words: np.ndarray) -> float:
    """Return the loss of telling each word with the share of photos that had it in training."""
    shares = seen.mean(axis=0).clip(LEAST_SHARE, 1 - LEAST_SHARE)
    nats = -(words * np.log(shares) + (1 - words) * np.log(1 - shares))
    return float(nats.sum(axis=1).mean())


def _loss(words: Any, told: Any) -> Any:
    from keras import ops

    # The sum over words, not their mean: a loss of that size is far from Adam's epsilon.
    return ops.sum(ops.binary_crossentropy(words, told, from_logits=True), axis=-1)
