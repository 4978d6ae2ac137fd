"""Photo files -> batches of upright RGB arrays, decoded in parallel and ahead; bad files are stepped over."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from withsense_tf.common.machine import usable_cores
from withsense_tf.data.folder.problems import Problem
from withsense_tf.data.pictures.photo_file import PhotoError
from withsense_tf.data.pictures.photo_views import check_views, read_views
from withsense_tf.errors import SettingError

# So many batches may lie decoded before the consumer takes them: memory stays flat, and nobody waits.
AHEAD: Final = 2


@dataclass(frozen=True)
class PhotoBatch:
    """Some photos: their positions in the list of paths, (n,), and their pixels, uint8, (n, height, width, 3).

    With several views of each photo the pixels have an axis more: (n, views, height, width, 3).
    """

    rows: np.ndarray
    pixels: np.ndarray


class PhotoBatches:
    """Iterate over photos in batches; files that cannot be decoded are in `bad`, by position, afterwards.

    Threads decode ahead of the consumer: Pillow lets go of Python's lock while it decodes and resizes, so this is
    as fast as processes, and faster than `tf.data`, whose own threads compete with the network's. The order of
    the paths is kept.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        size: tuple[int, int],
        batch_size: int = 32,
        views: int = 1,
        read: Callable[[Path], np.ndarray] | None = None,
    ) -> None:
        if min(size) < 1 or batch_size < 1:
            raise SettingError(f"size and batch_size must be at least 1, got {size} and {batch_size}.")
        self.paths = list(paths)
        self.size = size
        self.batch_size = batch_size
        self.views = check_views(views)
        # Path -> pixels, uint8, (views, height, width, 3), for those who want to see photos in another way.
        self.read = read or partial(read_views, size=size, views=views)
        self.bad: dict[int, Problem] = {}

    def __iter__(self) -> Iterator[PhotoBatch]:
        # Each run finds the bad files anew.
        self.bad.clear()
        rows: list[int] = []
        pixels: list[np.ndarray] = []
        for row, photo in self._decode_all():
            if isinstance(photo, PhotoError):
                path = self.paths[row]
                where = f"{path.parent.name}/{path.name}"
                self.bad[row] = Problem(photo.kind, where, None, path.name, photo.reason)
                continue
            rows.append(row)
            pixels.append(photo if self.views > 1 else photo[0])
            if len(rows) == self.batch_size:
                yield PhotoBatch(np.array(rows, np.int64), np.stack(pixels))
                rows, pixels = [], []
        if rows:
            yield PhotoBatch(np.array(rows, np.int64), np.stack(pixels))

    def _decode_all(self) -> Iterator[tuple[int, np.ndarray | PhotoError]]:
        waiting: deque[tuple[int, Future[np.ndarray | PhotoError]]] = deque()
        todo = enumerate(self.paths)
        pool = ThreadPoolExecutor(usable_cores(), thread_name_prefix="decode")
        try:
            while True:
                while len(waiting) < AHEAD * self.batch_size and (task := next(todo, None)) is not None:
                    waiting.append((task[0], pool.submit(self._decode, task[1])))
                if not waiting:
                    return
                row, photo = waiting.popleft()
                yield row, photo.result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _decode(self, path: Path) -> np.ndarray | PhotoError:
        try:
            return self.read(path)
        except PhotoError as error:
            return error
