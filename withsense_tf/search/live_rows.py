"""The live photos behind the rows of a ranking, block by block, with what the law says of each of a block."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from withsense_tf.index.brought import brought_folders
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.tables.row_lookup import live_copies, live_photos_at
from withsense_tf.index.vectors.filters import Where
from withsense_tf.search.row_ranking import RowRanking

# Rows that are looked up at first: each question costs as much as some photos, and what is not visited is in vain. Who
# walks on gets as many again as he had.
LOOKED_UP: Final = 16


@dataclass(frozen=True, slots=True)
class LivePhoto:
    """A live photo: its number in the tables, what it is, the number of its group of near-duplicates, and its size."""

    number: int
    name: str
    path: str
    fold: int
    digest: str = ""
    pixels: float = 0.0


class LiveRows:
    """The places of a ranking whose rows this state of the index has, each with its photo.

    Whoever walks first looks the photos up, and asks the door about all of a block; who walks again finds them.
    """

    def __init__(self, tables: sqlite3.Connection, model: int, door: IndexDoor, ranking: RowRanking) -> None:
        self._tables, self._model, self._door, self._ranking = tables, model, door, ranking
        self._blocks: dict[int, list[tuple[int, LivePhoto]]] = {}

    def __iter__(self) -> Iterator[tuple[int, LivePhoto]]:
        """Yield the places in the ranking in their order, each with its photo."""
        start, stop = 0, LOOKED_UP
        while start < len(self._ranking):
            if start not in self._blocks:
                self._blocks[start] = self._look_up(start, stop)
            yield from self._blocks[start]
            start, stop = stop, 2 * stop

    def _look_up(self, start: int, stop: int) -> list[tuple[int, LivePhoto]]:
        rows = self._ranking.rows[start:stop].tolist()
        memory, model = self._door.memory, self._model
        # Under the name of this class, so that nobody else's keys are like these.
        new = [row for row in rows if (LivePhoto, model, row) not in memory]
        if new:
            photos: dict[int, LivePhoto] = {}
            law: dict[str, tuple[int, str, bool]] = {}
            for row, restricted, *cells in live_photos_at(self._tables, model, new, self._door.limit):
                photos[row] = photo = LivePhoto(*cells)
                law[photo.name] = photo.number, photo.digest, bool(restricted)
            memory.update({(LivePhoto, model, row): photos.get(row) for row in new})
            self._door.look_up_live(law)
        here = [(at, memory[LivePhoto, model, row]) for at, row in enumerate(rows, start)]
        self._door.look_up(photo.name for _, photo in here if photo is not None)
        return [(at, photo) for at, photo in here if photo is not None]


def copies_of(
    tables: sqlite3.Connection, model: int, door: IndexDoor, photos: Iterable[LivePhoto], where: Where
) -> dict[int, list[tuple[int, LivePhoto]]]:
    """Return the live photos that look like some photos, these among them, and meet filters, by the photo's number.

    Each comes with its row, by name, and the door has looked all of them up.
    """
    originals = list(photos)
    groups: dict[int, list[tuple[int, LivePhoto]]] = {}
    folds = sorted({photo.fold for photo in originals if photo.fold is not None})
    for *cells, row in live_copies(tables, model, folds, where):
        copy = LivePhoto(*cells)
        groups.setdefault(copy.fold, []).append((row, copy))
    copies = {photo.number: groups.get(photo.fold, []) for photo in originals}
    door.look_up(copy.name for some in copies.values() for _, copy in some)
    return copies


def greatest(tables: sqlite3.Connection, copies: Sequence[LivePhoto], photo: LivePhoto) -> LivePhoto:
    """Return the greatest picture of a photo's copies, of equally great ones itself.

    What a user brought stands for no photo of a folder.
    """
    folders = brought_folders(tables) if len(copies) > 1 else set()

    def rank(copy: LivePhoto) -> tuple[bool, float, bool]:
        parent = Path(copy.path).parent
        return folders.isdisjoint((parent, parent.resolve())), copy.pixels, copy.number == photo.number

    return max(copies, key=rank, default=photo)
