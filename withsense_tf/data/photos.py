"""Photo files -> batches of upright RGB arrays, as a `tf.data` pipeline that steps over bad files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from withsense_tf.data.photo_file import PhotoError, read_photo
from withsense_tf.data.problems import Problem
from withsense_tf.errors import SettingError
from withsense_tf.terminal import start_tensorflow, track


@dataclass(frozen=True)
class PhotoBatch:
    """Some photos: their positions in the list of paths, (n,), and their pixels, uint8, (n, height, width, 3)."""

    rows: np.ndarray
    pixels: np.ndarray


class PhotoBatches:
    """Iterate over photos in batches; files that cannot be decoded are in `problems` afterwards.

    Decoding runs in parallel and ahead of the consumer. The order of the paths is kept.
    """

    def __init__(self, paths: Sequence[Path], size: tuple[int, int], batch_size: int = 32) -> None:
        if min(size) < 1 or batch_size < 1:
            raise SettingError(f"size and batch_size must be at least 1, got {size} and {batch_size}.")
        self.paths = list(paths)
        self.size = size
        self.batch_size = batch_size
        self.problems: list[Problem] = []

    def dataset(self) -> Any:
        """Build the `tf.data` pipeline: batches of (position int64, pixels uint8)."""
        tf = start_tensorflow()
        height, width = self.size
        # Each run of the pipeline finds the bad files anew.
        self.problems.clear()

        def decode(row: np.ndarray) -> tuple[np.bool_, np.ndarray]:
            path = self.paths[int(row)]
            try:
                return np.bool_(True), read_photo(path, self.size)
            except PhotoError as error:
                where = f"{path.parent.name}/{path.name}"
                self.problems.append(Problem(error.kind, where, None, path.name, error.reason))
                return np.bool_(False), np.zeros((height, width, 3), np.uint8)

        def step(row: Any) -> tuple[Any, Any, Any]:
            good, pixels = tf.numpy_function(decode, [row], (tf.bool, tf.uint8), stateful=True)
            good.set_shape(())
            pixels.set_shape((height, width, 3))
            return row, good, pixels

        rows = tf.data.Dataset.range(len(self.paths))
        decoded = rows.map(step, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        usable = decoded.filter(lambda row, good, pixels: good)
        pairs = usable.map(lambda row, good, pixels: (row, pixels))
        return pairs.batch(self.batch_size).prefetch(tf.data.AUTOTUNE)

    def __iter__(self) -> Iterator[PhotoBatch]:
        for rows, pixels in self.dataset():
            yield PhotoBatch(rows.numpy(), pixels.numpy())


def load_photos(
    paths: Sequence[Path], size: tuple[int, int], what: str = "Decoding"
) -> tuple[PhotoBatch, list[Problem]]:
    """Decode all photos into one array, with progress shown; return them and the files that were bad."""
    batches = PhotoBatches(paths, size)
    rows, pixels = [np.zeros(0, np.int64)], [np.zeros((0, *size, 3), np.uint8)]
    for batch in track(batches, -(-len(batches.paths) // batches.batch_size), what, done="batches"):
        rows.append(batch.rows)
        pixels.append(batch.pixels)
    return PhotoBatch(np.concatenate(rows), np.concatenate(pixels)), batches.problems
