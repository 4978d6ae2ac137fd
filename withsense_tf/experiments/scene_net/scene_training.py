"""Teach the network for drawn scenes to tell the words of their captions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import typer

from withsense_tf.common import terminal
from withsense_tf.common.limits import write_arrays
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


def save_scene_weights(network: Any, file: Path) -> None:
    """Write the weights as float16 without the last bit: less than half the size, and the vectors hardly change.

    They are bytes, all low ones apart from all high ones, and of all layers together: so they are packed closest.
    """
    numbers = np.concatenate([value.ravel() for value in network.get_weights()]).astype("<f2").view("<u2")
    values = ((numbers + (numbers >> 1 & 1)) & 0xFFFE).view(np.uint8)  # to the nearest even number
    write_arrays(file, low=values[0::2], high=values[1::2])


def train(lessons: Lessons, held_out: Lessons, mirror: np.ndarray, epochs: int, seed: int) -> Any:
    """Return the network as it was after the epoch with the lowest held-out loss; print each epoch.

    `mirror` is the order of words that fits a mirrored photo. All randomness follows the seed, and TensorFlow is
    told to compute in one order: the same machine gives the same weights.
    """
    tf = terminal.start_tensorflow()
    import keras

    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    network = scene_network()
    model = _word_model(network, lessons.words.shape[1])
    steps = -(-len(lessons.pixels) // BATCH)
    typer.echo(
        f"{network.count_params():,} weights; held-out loss of the words' shares alone: "
        f"{loss_of_shares(lessons.words, held_out.words):.1f}"
    )
    model.fit(
        mirrored_batches(lessons, mirror, seed),
        steps_per_epoch=steps,
        validation_data=(held_out.pixels.astype(np.float32), held_out.words),
        epochs=epochs,
        shuffle=False,  # the batches are in a new order each epoch as it is
        callbacks=[
            keras.callbacks.EarlyStopping(patience=PATIENCE, restore_best_weights=True),
            _rate_callback(model.optimizer, epochs * steps),
            _report_callback(),
        ],
        verbose=0,
    )
    return network


def _word_model(network: Any, words: int) -> Any:
    """Put a layer that predicts each word onto the network, and compile the two for training."""
    import keras

    # Most words are in few captions: beginning there saves an epoch.
    rare = keras.initializers.Constant(-3.0)
    logits = keras.layers.Dense(words, bias_initializer=rare)(network.output)
    model = keras.Model(network.input, logits)
    optimizer = keras.optimizers.AdamW(RATE, weight_decay=DECAY)
    # Without its variables, Keras would find them missing after a first tracing of the step, and trace it again.
    optimizer.build(model.trainable_variables)
    model.compile(optimizer, _loss)
    return model


def _rate_callback(optimizer: Any, steps: int) -> Any:
    """Set the rate before each of so many steps: it rises for some, then falls as a cosine does."""
    import keras

    warm = round(WARM_UP * steps)
    rate = keras.optimizers.schedules.CosineDecay(
        RATE / 20, steps - warm, warmup_target=RATE, warmup_steps=warm
    )

    def set_rate() -> None:
        # As a schedule of the optimizer's it would be traced once for each weight, which takes seconds.
        optimizer.learning_rate = float(rate(int(optimizer.iterations.value)))

    return keras.callbacks.LambdaCallback(on_train_batch_begin=lambda batch, logs: set_rate())


def _report_callback() -> Any:
    """Print the losses of each epoch, and the time since now."""
    import keras

    start = time.perf_counter()

    def report(epoch: int, logs: dict[str, float]) -> None:
        spent = time.perf_counter() - start
        typer.echo(
            f"epoch {epoch + 1}: loss {logs['loss']:.1f}, held out {logs['val_loss']:.1f}, {spent:.0f} s"
        )

    return keras.callbacks.LambdaCallback(on_epoch_end=report)


def mirrored_batches(
    lessons: Lessons, mirror: np.ndarray, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield batches for ever, in a new order each epoch, about half of the photos mirrored."""
    rng = np.random.default_rng(seed)
    while True:
        order = rng.permutation(len(lessons.pixels))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            pixels, words = lessons.pixels[rows].astype(np.float32), lessons.words[rows]
            flip = rng.random(len(rows)) < 0.5
            pixels[flip] = pixels[flip, :, ::-1]
            words[flip] = words[flip][:, mirror]
            yield pixels, words


def loss_of_shares(training_words: np.ndarray, words: np.ndarray) -> float:
    """Return the loss of predicting each word by the share of training photos that have it."""
    shares = training_words.mean(axis=0).clip(LEAST_SHARE, 1 - LEAST_SHARE)
    nats = -(words * np.log(shares) + (1 - words) * np.log(1 - shares))
    return float(nats.sum(axis=1).mean())


def _loss(words: Any, logits: Any) -> Any:
    from keras import ops

    # The sum over words, not their mean: a loss of that size is far from Adam's epsilon.
    return ops.sum(ops.binary_crossentropy(words, logits, from_logits=True), axis=-1)
