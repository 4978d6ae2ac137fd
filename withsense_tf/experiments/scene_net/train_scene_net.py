"""Make the weights of `scene_net`: `python -m withsense_tf.experiments.scene_net.train_scene_net --output FILE`.

The network learns to tell the words of a drawn scene's captions from its photo. None of its scenes is in a demo set
that anything is measured on, and the best epoch is chosen on a demo set of one more seed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from withsense_tf.common import terminal

if TYPE_CHECKING:
    from withsense_tf.data.dataset import Dataset
    from withsense_tf.experiments.scene_net.scene_training import Lessons
    from withsense_tf.experiments.scene_net.separate_scenes import Sketch
    from withsense_tf.experiments.scene_net.word_targets import WordTargets


def main(
    output: Annotated[Path, typer.Option(help="The .npz file that the weights go to.")],
    scenes: Annotated[int, typer.Option(min=10, help="How many scenes to draw and train on.")] = 6000,
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 2, help="Of scenes and weights; the held-out set has the next.")
    ] = 1000,
    epochs: Annotated[int, typer.Option(min=1, help="How often each scene is seen, at most.")] = 10,
    held_out: Annotated[int, typer.Option(min=20, help="How many photos the held-out set has.")] = 500,
    compare: Annotated[
        int,
        typer.Option(min=0, max=21, help="With how many demo sets the photos are compared, byte by byte."),
    ] = 21,
) -> None:
    """Draw scenes, train the network on the words of their captions, and save its weights."""
    from withsense_tf.demo.demo_dataset import demo_dataset
    from withsense_tf.encoders.photos.scene_network import SIDE
    from withsense_tf.experiments.scene_net.scene_training import save_scene_weights, train
    from withsense_tf.experiments.scene_net.word_targets import WordTargets

    terminal.output_folder(output.parent)
    with tempfile.TemporaryDirectory() as folder:
        sketches, paths = _draw_scenes(scenes, seed, compare, Path(folder))
        test = held_out // 5
        other = demo_dataset(seed + 1, held_out - test, test, Path(folder) / "held_out", captioned=0)
        captions = [sketch.captions for sketch in sketches]
        targets = WordTargets.of(captions)
        lessons, others = (
            _lessons(paths, captions, targets),
            _lessons(_paths(other), _captions(other), targets),
        )
        typer.echo(
            f"{len(targets.vocabulary)} words to tell from {SIDE} x {SIDE} pixels.\n\nPrediction: the held-out loss "
            "falls to four fifths of that of the words' shares, and the last epoch is the best or nearly so."
        )
        network = train(lessons, others, targets.mirror_order(), epochs, seed)
        save_scene_weights(network, output)
        typer.echo("\nPrediction: on the held-out set, a linear map to words has an R@5 of 80.")
        typer.echo(f"Found: {_recalls(other, output)}.\n{output}: {output.stat().st_size:,} bytes")


def _draw_scenes(scenes: int, seed: int, compare: int, folder: Path) -> tuple[list[Sketch], list[Path]]:
    """Draw scenes that no measured demo set has; raise where a photo is, byte by byte, in one of the first few."""
    from withsense_tf.common.machine import usable_cores
    from withsense_tf.errors import DataError
    from withsense_tf.experiments.scene_net import separate_scenes as separate

    sketches = separate.sketch_scenes(scenes, seed, seed + 1)
    first, last = separate.MEASURED_SEEDS[0], separate.MEASURED_SEEDS[-1]
    typer.echo(
        f"{scenes} scenes of seed {seed}: none is in a demo set of the seeds {first} to {last}, nor in the held-out "
        f"one, of seed {seed + 1}."
    )
    paths = separate.render(sketches, folder, usable_cores())
    shared_count = separate.shared_photos(paths, separate.MEASURED_SEEDS[:compare], usable_cores())
    if shared_count:
        raise DataError(
            f"{shared_count} of the photos are in a demo set that is measured on: choose another --seed."
        )
    typer.echo(f"No photo is, byte by byte, in the first {compare} of these demo sets.")
    return sketches, paths


def _lessons(paths: Sequence[Path], captions: Sequence[Sequence[str]], targets: WordTargets) -> Lessons:
    import numpy as np

    from withsense_tf.data.pictures.photo_batches import PhotoBatches
    from withsense_tf.encoders.photos.scene_network import SIDE
    from withsense_tf.experiments.scene_net.scene_training import Lessons

    pixels = np.concatenate([batch.pixels for batch in PhotoBatches(paths, (SIDE, SIDE))])
    return Lessons(pixels, targets.encode(captions))


def _paths(data: Dataset) -> list[Path]:
    return [Path(path) for path in data.photos["path"]]


def _captions(data: Dataset) -> list[list[str]]:
    texts = data.captions.groupby("photo")["text"].apply(list)
    return [texts[photo] for photo in data.photos["photo"]]


def _recalls(data: Dataset, weights: Path) -> str:
    """Say how often the right photo is among the first, with the weights as they are in the file."""
    from withsense_tf.encoders.photos.photo_scene import SceneNet
    from withsense_tf.experiments.scene_net.demo_difficulty import ranks_of_the_right_photo

    ranks = ranks_of_the_right_photo(data, SceneNet(weights).encode(_paths(data)))
    return ", ".join(f"R@{k} {100 * (ranks < k).mean():.0f}" for k in (1, 5, 10))


if __name__ == "__main__":
    terminal.run_main(main)
