"""Ask which changed photos are known as copies, and whether different photos are taken for copies.

    python -m withsense_tf.experiments.studies.find_copies --data PHOTOS [--photos 500] [--sheet FILE.png]

Each of some photos is changed as photographers and users do, by a strength that is drawn by a seed: mirrored, cropped
by up to a fifth of each side, turned, saved anew, resized, framed, made grey, put into a collage with other photos. A
changed photo is found where an index would let the photo's restriction hold for it. With `--vectors`, the photos' own
vectors are asked, too: whether the photo is among the ten nearest of all photos to its changed copy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from withsense_tf.common import terminal
from withsense_tf.experiments.data_option import DataOption, load

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

    from withsense_tf.encoders.vectors.store import VectorStore


SIDE: Final = 180
NEAREST: Final = 10
# Rows and columns of collages.
GRIDS: Final = ((1, 2), (2, 1), (2, 2), (1, 3), (2, 3))
Change = Callable[["Image", "np.random.Generator", Sequence["Image"]], "Image"]


def main(
    data: DataOption = None,
    photos: Annotated[int, typer.Option(help="How many photos are changed.", min=1)] = 500,
    vectors: Annotated[int, typer.Option(help="For how many of them vectors are asked, too.", min=0)] = 0,
    part: Annotated[str, typer.Option(help="train, test or corpus.")] = "train",
    store: Annotated[Path | None, typer.Option(help="Vectors to take over, which are only read.")] = None,
    sheet: Annotated[
        Path | None, typer.Option(help="Draw the different photos that are called copies.")
    ] = None,
    seed: int = 0,
    output: Annotated[Path, typer.Option(help="Where the demo set goes.")] = Path("artifacts"),
) -> None:
    """Print how many changed photos are found, and the pairs of different photos that are taken for copies."""
    import numpy as np

    from withsense_tf.data.pictures.near_duplicates import near_pairs, read_looks, relations
    from withsense_tf.encoders.vectors.store import VectorStore

    folder = terminal.output_folder(output)
    table = load(data, folder, seed).photos
    paths = [Path(path) for path in table.loc[table["part"] == part, "path"]]
    looks = table.loc[table["part"] == part, "look"].tolist()
    pairs = {tuple(sorted(pair)) for pair in np.concatenate(relations(looks), axis=1).T.tolist()}
    typer.echo(f"{len(paths)} photos, of which these pairs are taken for copies or parts: {len(pairs)}")
    for one, other in sorted(pairs):
        typer.echo(f"  {paths[one].name}  {paths[other].name}")
    if sheet is not None:
        draw_pairs(sheet, [(paths[one], paths[other]) for one, other in sorted(pairs)])
    some = np.random.default_rng(seed).permutation(len(paths))[:photos]
    columns = ["change", "by frames alone", "found", "as a copy", "pairs with other photos"]
    typer.echo(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    for at, name in enumerate(CHANGES):
        files, sources = change_photos(paths, some, name, folder / f"changed-{name}", [seed, at])
        all_looks = [*looks, *read_looks(files)]
        new = range(len(looks), len(all_looks))
        frames, _ = count_right(near_pairs(all_looks, new), sources, len(looks))
        shares = relations(all_looks, new)
        (copies, wrong), (parts, wrong_parts) = (count_right(one, sources, len(looks)) for one in shares)
        cells = [f"{len(right) / len(some):.3f}" for right in (frames, copies | parts, copies)]
        typer.echo(f"| {name} | {' | '.join(cells)} | {wrong + wrong_parts} |")
        if vectors:
            share = nearest_share(VectorStore(folder / "vectors", beside=store), paths, files[:vectors], some)
            typer.echo(f"  among the {NEAREST} nearest by vectors: {share:.3f}")


def count_right(
    pairs: Sequence[np.ndarray] | np.ndarray, sources: Sequence[Sequence[int]], before: int
) -> tuple[set[int], int]:
    """Return which changed photos are linked with their own photo, and how many links they have with others.

    `pairs` are of places among photos and, from place `before` on, changed ones; `sources` has what these were made
    of, the own photo first. A link of two changed photos, as of collages with a photo in common, is not counted.
    """
    right, wrong = set(), 0
    for one, other in zip(*(side.tolist() for side in pairs), strict=True):
        low, high = sorted((one, other))
        if high >= before > low:
            right |= {high - before} if sources[high - before][0] == low else set()
            wrong += low not in sources[high - before]
    return right, wrong


def change_photos(
    paths: Sequence[Path], some: np.ndarray, change: str, folder: Path, seed: Sequence[int]
) -> tuple[list[Path], list[list[int]]]:
    """Write a changed copy of each of some photos into a folder; return the files, and the photos each is made of."""
    import numpy as np
    from PIL import Image

    from withsense_tf.data.pictures.photo_file import read_photo

    folder.mkdir(parents=True, exist_ok=True)
    files, sources = [], []
    for at in some.tolist():
        rng = np.random.default_rng([*seed, at])
        others = rng.permutation([other for other in range(len(paths)) if other != at])[:5]
        source = [at, *(others.tolist() if change == "collage" else [])]
        pictures = [Image.fromarray(read_photo(paths[one])) for one in source]
        file = folder / f"{at}.jpg"
        changed_photo = CHANGES[change](pictures[0], rng, pictures[1:])
        quality = int(rng.integers(20, 71) if change == "saved anew" else rng.integers(70, 96))
        changed_photo.convert("RGB").save(file, quality=quality)
        files.append(file)
        sources.append(source)
    return files, sources


def nearest_share(
    store: VectorStore, paths: Sequence[Path], changed_files: Sequence[Path], some: np.ndarray
) -> float:
    """Return the share of changed photos whose own one, of `some`, is among the nearest by the usual encoder."""
    import numpy as np

    from withsense_tf.common.unit import unit
    from withsense_tf.data.pictures.photo_file import digest_of
    from withsense_tf.encoders.make_encoder import best_encoders_here

    encoder = best_encoders_here()[0]
    originals, copies = (
        unit(store.vectors_of(encoder, [digest_of(path) for path in files], files))
        for files in (paths, changed_files)
    )
    nearest = np.argsort(-(copies @ originals.T), axis=1)[:, :NEAREST]
    return float((nearest == some[: len(copies), None]).any(axis=1).mean())


def draw_pairs(file: Path, pairs: Sequence[tuple[Path, Path]]) -> None:
    """Draw pairs of photos, a line each."""
    from PIL import Image

    from withsense_tf.data.pictures.photo_file import read_photo

    picture = Image.new("RGB", (2 * SIDE, max(1, len(pairs)) * SIDE), "white")
    for line, pair in enumerate(pairs):
        for column, path in enumerate(pair):
            picture.paste(Image.fromarray(read_photo(path, (SIDE, SIDE))), (column * SIDE, line * SIDE))
    picture.save(file)


def mirror(photo: Image, _: np.random.Generator, __: Sequence[Image]) -> Image:
    """Mirror a photo."""
    from PIL import ImageOps

    return ImageOps.mirror(photo)


def crop(photo: Image, rng: np.random.Generator, _: Sequence[Image]) -> Image:
    """Cut off up to a fifth of the width, and of the height, anywhere."""
    edges = []
    for side in photo.size:
        cut = rng.uniform(0, 0.2) * side
        start = rng.uniform(0, cut)
        edges.append((round(start), round(start + side - cut)))
    (left, right), (top, bottom) = edges
    return photo.crop((left, top, right, bottom))


def turn(photo: Image, rng: np.random.Generator, _: Sequence[Image]) -> Image:
    """Turn a photo by a right angle, or two or three."""
    from PIL import Image

    ways = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)
    return photo.transpose(ways[rng.integers(3)])


def save(photo: Image, _: np.random.Generator, __: Sequence[Image]) -> Image:
    """Leave a photo as it is: it will be saved at a low quality."""
    return photo


def resize(photo: Image, rng: np.random.Generator, _: Sequence[Image]) -> Image:
    """Make a photo smaller or larger, from .4 to twice its size."""
    factor = float(0.4 * 5 ** rng.uniform())
    width, height = (max(1, round(side * factor)) for side in photo.size)
    return photo.resize((width, height))


def frame(photo: Image, rng: np.random.Generator, _: Sequence[Image]) -> Image:
    """Put a plain border around a photo, of 3 to 15 % of its shorter side."""
    from PIL import ImageOps

    red, green, blue = rng.integers(0, 256, 3).tolist()
    colour = ((255, 255, 255), (0, 0, 0), (red, green, blue))[rng.integers(3)]
    return ImageOps.expand(photo, round(rng.uniform(0.03, 0.15) * min(photo.size)), colour)


def grey(photo: Image, _: np.random.Generator, __: Sequence[Image]) -> Image:
    """Turn a photo black and white."""
    return photo.convert("L")


def collage(photo: Image, rng: np.random.Generator, others: Sequence[Image]) -> Image:
    """Put a photo among two to six of a collage, whole or cut to fit."""
    from PIL import Image, ImageOps

    rows, columns = GRIDS[rng.integers(len(GRIDS))]
    gap, height = int(rng.integers(0, 13)), int(rng.integers(180, 320))
    width, count = round(height * 4 / 3), rows * columns
    pictures = list(others[: count - 1])
    pictures.insert(int(rng.integers(count)), photo)
    size = (columns * width + (columns + 1) * gap, rows * height + (rows + 1) * gap)
    whole = Image.new("RGB", size, ("white", "black")[rng.integers(2)])
    for at, one in enumerate(pictures):
        row, column = divmod(at, columns)
        fit = ImageOps.fit if rng.uniform() < 0.5 else ImageOps.contain
        small = fit(one, (width, height))
        left = gap + column * (width + gap) + (width - small.width) // 2
        whole.paste(small, (left, gap + row * (height + gap) + (height - small.height) // 2))
    return whole


CHANGES: Final[dict[str, Change]] = {
    "mirrored": mirror,
    "cropped": crop,
    "turned": turn,
    "saved anew": save,
    "resized": resize,
    "framed": frame,
    "grey": grey,
    "collage": collage,
}


if __name__ == "__main__":
    terminal.run_main(main)
