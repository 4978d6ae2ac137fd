"""Drawn scenes for training an encoder, apart from those of the demo sets that it will be measured on."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from withsense_tf.demo import captions, draw, sample_scene
from withsense_tf.demo.writer import (
    CAPTIONS_PER_PHOTO,
    CORPUS_SCENES,
    CORPUS_STREAM,
    JPEG_QUALITY,
    TEST_STREAM,
    TRAIN_STREAM,
)
from withsense_tf.errors import SettingError

if TYPE_CHECKING:
    from withsense_tf.demo import Scene

# Demo sets of these seeds are for measuring; no scene of theirs may be trained on.
MEASURED_SEEDS: Final = range(21)
DEMO_PHOTOS: Final = {TRAIN_STREAM: 400, TEST_STREAM: 100}
DEMO_SCENES: Final = {**DEMO_PHOTOS, CORPUS_STREAM: CORPUS_SCENES}
# Apart from the streams that a demo set of the same seed would be drawn from.
OWN_STREAM: Final = 9
PORTION: Final = 16  # photos that a process is handed at once


@dataclass(frozen=True)
class Sketch:
    """A scene before it is drawn: what it shows, its captions, and the numbers that seed the drawing."""

    scene: Scene
    captions: tuple[str, ...]
    seeds: tuple[int, ...]


def demo_scenes(seed: int) -> Iterator[Scene]:
    """Yield the scenes of all photos and texts of the demo set of that seed."""
    for stream, count in DEMO_SCENES.items():
        for index in range(count):
            yield sample_scene(np.random.default_rng([seed, stream, index]))


@cache
def _measured_scenes() -> frozenset[Scene]:
    return frozenset(scene for seed in MEASURED_SEEDS for scene in demo_scenes(seed))


def sketch_scenes(count: int, seed: int, held_out_seed: int) -> list[Sketch]:
    """Return `count` scenes that no demo set of the measured seeds has, nor the one that is held out.

    Simple scenes ("a dog in the park") come up again and again, so it takes more than another seed.
    """
    for used in (seed, held_out_seed):
        if used in MEASURED_SEEDS:
            raise SettingError(
                f"Demo sets of the seeds {MEASURED_SEEDS[0]} to {MEASURED_SEEDS[-1]} are for measuring: choose a "
                f"seed above {MEASURED_SEEDS[-1]}, got {used}."
            )
    other_scenes = _measured_scenes() | set(demo_scenes(held_out_seed))
    sketches: list[Sketch] = []
    index = 0
    while len(sketches) < count:
        rng = np.random.default_rng([seed, OWN_STREAM, index])
        scene = sample_scene(rng)
        if scene not in other_scenes:
            words = captions(scene, rng, CAPTIONS_PER_PHOTO)
            sketches.append(Sketch(scene, words, (seed, OWN_STREAM, index, 1)))
        index += 1
    return sketches


def render(sketches: Sequence[Sketch], folder: Path, workers: int) -> list[Path]:
    """Draw the scenes into a folder, on several cores, and return the files in their order."""
    paths = [folder / f"scene_{at:05d}.jpg" for at in range(len(sketches))]
    with _pool(workers) as pool:
        list(pool.map(_save, sketches, paths, chunksize=PORTION))
    return paths


def shared_photos(
    paths: Sequence[Path], seeds: Sequence[int], workers: int, photos: Mapping[int, int] = DEMO_PHOTOS
) -> int:
    """Count the files that are, byte by byte, a photo of the demo sets of these seeds.

    `photos` is how many photos of each stream of a demo set to draw.
    """
    keys = [
        (seed, stream, index) for seed in seeds for stream, count in photos.items() for index in range(count)
    ]
    with _pool(workers) as pool:
        demo = set(pool.map(_demo_digest, keys, chunksize=PORTION))
    return sum(hashlib.sha256(path.read_bytes()).hexdigest() in demo for path in paths)


def _pool(workers: int) -> ProcessPoolExecutor:
    # A process that was forked beside TensorFlow's threads may hang.
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))


def _save(sketch: Sketch, path: Path) -> None:
    path.write_bytes(_jpeg(sketch.scene, sketch.seeds))


def _demo_digest(key: tuple[int, ...]) -> str:
    scene = sample_scene(np.random.default_rng(key))
    return hashlib.sha256(_jpeg(scene, (*key, 1))).hexdigest()


def _jpeg(scene: Scene, seeds: Sequence[int]) -> bytes:
    stream = io.BytesIO()
    draw(scene, np.random.default_rng(seeds)).save(stream, "JPEG", quality=JPEG_QUALITY)
    return stream.getvalue()
