"""Time the closed form's training on many captioned photos, with its memory and what it finds.

    python -m withsense_tf.experiments.bench.bench_captioned [--photos 1000 --photos 10000 ...]

Scenes, captions and vectors are made up: a vector is its scene's facts, mixed at random and blurred, as wide as a
photo network's. Photos are looked for that were not trained on. With --exact the same is solved exactly beside it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import numpy as np
import typer

from withsense_tf.common import terminal
from withsense_tf.encoders.vectors.store import VectorStore

if TYPE_CHECKING:
    from withsense_tf.data.dataset import Pairs
    from withsense_tf.demo.scene import Scene
    from withsense_tf.encoders.base import PhotoEncoder
    from withsense_tf.matchers.towers.closed_form import ClosedFormTowers

WIDTH: Final = 1_280
# Facts of scenes are told apart by so many places.
PLACES: Final = 4_096
GALLERY: Final = 1_000
# How much of a vector is chance, beside one of the scene: with as much, not every photo is found.
BLUR: Final = 2.0
SCENES: Final = 7  # the stream of the scenes' random numbers


def bench_captioned(
    photos: Annotated[
        list[int] | None, typer.Option(min=200, help="How many photos to learn from; again for more sizes.")
    ] = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="Solve exactly too, where that is another way.")
    ] = False,
    one: Annotated[bool, typer.Option("--one", hidden=True)] = False,
) -> None:
    """Print seconds, memory and R@5 of training in closed form on made-up captioned photos."""
    counts = photos or [1_000, 3_000, 10_000, 30_000, 100_000]
    if one:
        # A process each, since memory is not given back.
        typer.echo(_measure(counts[0], exact))
        return
    typer.echo("photos     way           seconds   peak MB   R@5 of 1,000")
    for count in counts:
        for is_exact in (False, True) if exact else (False,):
            command = [sys.executable, "-m", __spec__.name, "--photos", str(count), "--one"]
            line = subprocess.run(
                [*command, *(["--exact"] if is_exact else [])], check=True, stdout=subprocess.PIPE, text=True
            ).stdout
            typer.echo(line.strip())


class MadeUpVectors(VectorStore):
    """Give photos vectors by the number that their content ends with."""

    def vectors_of(self, encoder: PhotoEncoder, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:  # noqa: ARG002  # as the store has it
        """Return the made-up vector of each photo, float32, (photos, width)."""
        from scipy.sparse import csr_matrix

        numbers = [int(one) for one in content]
        facts = [[_place(fact) for fact in _facts(scene(number))] for number in numbers]
        ends = np.cumsum([0, *map(len, facts)])
        columns = [place for one in facts for place in one]
        members = csr_matrix((np.ones(len(columns), np.float32), columns, ends), (len(numbers), PLACES))
        vectors = np.asarray(members @ _mix())
        for row, number in enumerate(numbers):
            vectors[row] += np.random.default_rng([8, number]).normal(0, BLUR, WIDTH)
        return vectors


@cache
def scene(number: int) -> Scene:
    """Return the scene of that number."""
    from withsense_tf.demo.sampling import sample_scene

    return sample_scene(np.random.default_rng([SCENES, number]))


def made_up_pairs(photos: int) -> Pairs:
    """Return photos beside their own captions, of a data set that has no files."""
    import pandas as pd

    from withsense_tf.data.dataset import Dataset, Pairs
    from withsense_tf.demo.caption_words import captions

    names = [f"{number}.jpg" for number in range(photos)]
    table = pd.DataFrame({"photo": names, "part": "train", "path": names})
    table["digest"] = table["group"] = [str(number) for number in range(photos)]
    rows = [
        (f"{names[number]}#{at}", names[number], text)
        for number in range(photos)
        for at, text in enumerate(captions(scene(number), np.random.default_rng([9, number])))
    ]
    texts = pd.DataFrame(rows, columns=["caption", "photo", "text"]).assign(part="train")
    empty = pd.DataFrame({"photo": [], "caption": []})
    data = Dataset("made up", Path(), True, "made up", {"photos": table, "captions": texts, "pairs": empty})
    # A caption of its own and one of its neighbour's, so that there is something to calibrate on.
    first = texts.drop_duplicates("photo").assign(path=names, target=1.0, weight=1.0, source="made up")
    other = first.assign(photo=np.roll(names, 1), path=np.roll(names, 1), target=0.0)
    return Pairs(data, pd.concat([first, other], ignore_index=True))


def _measure(photos: int, exact: bool) -> str:
    from withsense_tf.evaluation.meter import Meter
    from withsense_tf.matchers.towers import closed_form

    pairs = made_up_pairs(photos)
    if exact:
        closed_form.MOST_EXACT = photos  # type: ignore[misc]  # this process does nothing else
    with Meter() as meter:
        towers = closed_form.ClosedFormTowers("scene_net", store=MadeUpVectors()).fit(pairs)
    way = "exact" if photos <= closed_form.MOST_EXACT else "landmarks"
    share = share_of_first_five(towers, photos)
    return f"{photos:8,}   {way:12s}  {meter.seconds:7.0f}   {meter.peak_mb:7.0f}   {100 * share:.1f}"


def share_of_first_five(towers: ClosedFormTowers, first: int, gallery: int = GALLERY) -> float:
    """Return the share of captions whose photo is among the first five; the photos are numbered from `first` on."""
    from withsense_tf.demo.caption_words import captions

    numbers = range(first, first + gallery)
    content = [str(number) for number in numbers]
    points = towers.photo_points(content, [Path(one) for one in content])
    texts = [captions(scene(number), np.random.default_rng([9, number]))[0] for number in numbers]
    cosines = towers.text_points(texts) @ points.T
    return float(((cosines >= np.diag(cosines)[:, None]).sum(axis=1) <= 5).mean())


def _facts(of: Scene) -> list[str]:
    subjects = [
        f"{subject.kind} {part}"
        for subject in of.subjects
        for part in (subject.kind, subject.action, subject.colour, subject.prop)
        if part
    ]
    return [of.place, of.light, *subjects]


def _place(fact: str) -> int:
    import zlib

    return zlib.crc32(fact.encode()) % PLACES


@cache
def _mix() -> np.ndarray:
    return np.random.default_rng(10).normal(size=(PLACES, WIDTH)).astype(np.float32)


if __name__ == "__main__":
    terminal.run_main(bench_captioned)
