"""Photos -> looks at their people, head and shoulders, as an encoder of photos sees them. None of it is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np

from withsense_tf.common.machine import usable_cores
from withsense_tf.common.saved_objects import Saveable
from withsense_tf.common.terminal import track
from withsense_tf.data.pictures.photo_file import PhotoError, UprightPhoto, open_upright
from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.faces.face_finder import CANVAS, Face, FaceFinder

# So many of the largest faces are looked at.
MOST: Final = 3
# A look is so many times as wide as the face, and its middle lies by this share of the face below the face's.
REACH: Final = 3.2
BELOW: Final = 0.6
# Photos that are decoded and encoded together.
BATCH: Final = 32


class CloseLooks(Saveable):
    """Look at the largest faces of photos and at what is around them."""

    def __init__(self, finder: FaceFinder) -> None:
        self.finder = finder

    @property
    def identity(self) -> str:
        """Name everything that the looks depend on."""
        return f"{MOST} close looks {REACH:g} times as wide as faces by {self.finder.identity}"

    def stream(
        self, encoder: PhotoEncoder, content: Sequence[str], paths: Sequence[Path]
    ) -> Iterator[np.ndarray | None]:
        """Yield for each photo the vectors of its looks, (looks, width); None for one that cannot be read."""
        self.finder.load()
        with ThreadPoolExecutor(usable_cores(), thread_name_prefix="faces") as pool:
            files = list(zip(content, paths, strict=True))
            batches = (files[at : at + BATCH] for at in range(0, len(files), BATCH))
            for batch in track(batches, len(files), "Looking at faces", size=len):
                looks = list(pool.map(lambda one: self._of_file(encoder.size, *one), batch))
                flat = [look for some in looks if some is not None for look in some]
                parts = [
                    encoder.forward(np.stack(flat[at : at + BATCH])) for at in range(0, len(flat), BATCH)
                ]
                vectors = np.concatenate([np.zeros((0, encoder.width), np.float32), *parts])
                start = 0
                for some in looks:
                    count = 0 if some is None else len(some)
                    yield None if some is None else vectors[start : start + count]
                    start += count

    def _of_file(self, size: tuple[int, int], digest: str, path: Path) -> list[np.ndarray] | None:
        try:
            with open_upright(path, 2 * CANVAS, digest) as photo:
                return [photo.pixels(size, look_at(face, photo)) for face in self.finder(photo)[:MOST]]
        except PhotoError:
            return None


def look_at(face: Face, photo: UprightPhoto) -> tuple[float, float, float, float]:
    """Return the square around a face (left, top, right, bottom), moved into the photo where it leaves it."""
    width, height = photo.image.size
    side = min(REACH * face.side, width, height)
    left = min(max(face.x - side / 2, 0), width - side)
    top = min(max(face.y + BELOW * face.side - side / 2, 0), height - side)
    return left, top, left + side, top + side
