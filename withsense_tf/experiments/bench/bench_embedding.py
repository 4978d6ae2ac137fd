"""How fast are photos and texts turned into vectors? `python -m withsense_tf.experiments.bench.bench_embedding`.

In one run, on the same photos: decoding alone, the network alone, both as the package runs them, and the loop that
the five student projects have: open with Pillow, resize, `model.predict`, photo by photo.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from withsense_tf.common import terminal

if TYPE_CHECKING:
    import numpy as np

    from withsense_tf.encoders.base import TextEncoder
    from withsense_tf.encoders.photos.photo_keras import KerasPhoto

# The obvious loop is slow: so many photos tell its speed.
LOOP_PHOTOS: Final = 100
# Texts come in such portions, so that no portion needs more memory than a real one would.
PORTION: Final = 1_000
FIT_TEXTS: Final = 5_000


def main(
    data: Annotated[
        Path | None, typer.Option(help="A With Sense folder. Without it the demo set is rendered.")
    ] = None,
    photo: Annotated[str, typer.Option(help="The backbone, as mobilenet_v2 or resnet50.")] = "mobilenet_v2",
    weights: Annotated[str, typer.Option(help="random, imagenet, or a .weights.h5 file.")] = "random",
    vectors: Annotated[
        Path | None, typer.Option(help="A file of word vectors, to time texts with it too.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often each is timed; the best counts.")] = 3,
    output: Annotated[Path, typer.Option(help="Where the demo set goes.")] = Path("artifacts"),
) -> None:
    """Time the way from photos and texts to vectors, and its parts, and print ratios."""
    from withsense_tf.common.machine import usable_cores
    from withsense_tf.encoders.photos.photo_keras import KerasPhoto
    from withsense_tf.encoders.texts.text_spacy import SpacyVectors
    from withsense_tf.encoders.texts.text_tfidf import Tfidf
    from withsense_tf.experiments.data_option import load

    encoder = KerasPhoto(photo, weights)
    encoders: list[TextEncoder] = [Tfidf(), Tfidf(lemmas=True)]
    encoders += [SpacyVectors(vectors)] if vectors is not None else []
    dataset = load(data, terminal.output_folder(output), seed=0)
    encoder.load()
    paths = [Path(path) for path in dataset.photos["path"]]
    typer.echo(f"{dataset!r}\n{encoder.identity}, {usable_cores()} cores\n")
    typer.echo(photo_table(encoder, paths, rounds))
    typer.echo(text_table(encoders, dataset.captions["text"].tolist(), rounds))


def photo_table(encoder: KerasPhoto, paths: Sequence[Path], rounds: int) -> str:
    """Return the speeds of decoding, the network, both together, and the obvious loop, as a table."""
    from withsense_tf.data.pictures.photo_batches import PhotoBatches
    from withsense_tf.evaluation.meter import Meter

    few = list(paths[: encoder.batch_size])
    pixels = next(iter(PhotoBatches(few, encoder.size, len(few)))).pixels
    encoder.encode(few)  # what happens once, as building the graph, is not what is timed
    batches = -(-len(paths) // encoder.batch_size)

    def decode() -> None:
        for _ in PhotoBatches(paths, encoder.size, encoder.batch_size, encoder.views):
            pass

    def network() -> None:
        for _ in range(batches):
            encoder.forward(pixels)

    def whole(some: Sequence[Path] = paths) -> None:
        for _ in encoder.stream(some, {}):
            pass

    loop_photos = paths[:LOOP_PHOTOS]
    obvious = obvious_loop(encoder)
    loop = best(lambda: [obvious(path) for path in loop_photos], 1) / len(loop_photos)
    decoding, forward = (best(part, rounds) / len(paths) for part in (decode, network))
    with Meter() as quarter:
        whole(paths[: len(paths) // 4])
    with Meter() as full:
        whole()
    ours = min(full.seconds, best(whole, rounds)) / len(paths)
    rows = [
        ("the obvious loop", loop),
        ("decoding alone", decoding),
        ("the network alone", forward),
        ("ours, from files to vectors", ours),
    ]
    lines = ["| photos | ms a photo | photos/s | times the obvious loop |", "|---|---|---|---|"]
    lines += [
        f"| {name} | {1e3 * spent:.2f} | {1 / spent:,.0f} | {loop / spent:.1f} |" for name, spent in rows
    ]
    lines += [
        f"\nOurs against decoding plus network: {(decoding + forward) / ours:.2f} (1 is what these cores must take).",
        f"Peak memory: {quarter.peak_mb:,.0f} MB for {len(paths) // 4:,} photos, {full.peak_mb:,.0f} MB for "
        f"{len(paths):,}.\n",
    ]
    return "\n".join(lines)


def obvious_loop(encoder: KerasPhoto) -> Callable[[Path], np.ndarray]:
    """Return what the student projects do with one photo."""
    import keras
    import numpy as np
    from PIL import Image

    from withsense_tf.encoders.photos.backbones import BACKBONES

    backbone = BACKBONES[encoder.backbone]
    module = backbone.load()
    # Its speed does not depend on what the weights are.
    network = keras.Sequential(
        [
            backbone.build(include_top=False, weights=None, input_shape=(*encoder.size, 3)),
            keras.layers.GlobalAveragePooling2D(),
        ]
    )

    def one(path: Path) -> np.ndarray:
        photo = Image.open(path).convert("RGB").resize(encoder.size[::-1])
        pixels = module.preprocess_input(keras.utils.img_to_array(photo)[None])
        vector: np.ndarray = network.predict(pixels, verbose=0)[0]
        return vector

    one_of_black = np.zeros((1, *encoder.size, 3), np.float32)
    network.predict(one_of_black, verbose=0)  # building the graph is not what is timed
    return one


def text_table(encoders: Sequence[TextEncoder], texts: Sequence[str], rounds: int) -> str:
    """Return the texts a second on one core, as a table; the processor's time counts, whatever runs beside."""
    lines = ["| texts | texts/s and core |", "|---|---|"]
    for encoder in encoders:
        encoder.fit(list(texts[:FIT_TEXTS]))

        def encode(encoder: TextEncoder = encoder) -> None:
            for start in range(0, len(texts), PORTION):
                encoder.encode(texts[start : start + PORTION])

        spent = best(encode, rounds, time.process_time)
        lines.append(f"| {encoder.identity} | {len(texts) / spent:,.0f} |")
    return "\n".join(lines)


def best(work: Callable[[], object], rounds: int, clock: Callable[[], float] = time.perf_counter) -> float:
    """Return the seconds of the fastest round: others share the machine, and can only make it slower."""
    spent = []
    for _ in range(rounds):
        begin = clock()
        work()
        spent.append(clock() - begin)
    return min(spent)


if __name__ == "__main__":
    terminal.run_main(main)
