"""Fill a vector store in processes of its own, which may be killed. Run by test_store.py, never imported by it.

store_worker.py kill FOLDER PHOTOS TIMES   kill so many processes, one after the other, at random moments, or more:
                                           until two were amid their work, and one had saved something
store_worker.py together FOLDER PHOTOS     let two processes fill the store at once
store_worker.py once FOLDER PHOTOS         fill it, and print how many photos were encoded
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import ClassVar

import numpy as np

from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.vectors import store
from withsense_tf.encoders.vectors import vector_shards as shelf

PAUSE = 0.02
# Whether a process has ended, without taking note of it.
DONE = os.WEXITED | os.WNOHANG | os.WNOWAIT


class SlowColour(PhotoEncoder):
    """The mean colour of each row of pixels, at leisure."""

    identity = "slow colour"
    weights = "none"
    width = 24
    size = (8, 8)
    batch_size: ClassVar[int] = 4

    def __init__(self, pause: float = PAUSE) -> None:
        self.pause = pause
        self.encoded = 0

    def forward(self, pixels: np.ndarray) -> np.ndarray:
        time.sleep(self.pause)
        self.encoded += len(pixels)
        return pixels.mean(axis=2).reshape(len(pixels), -1).astype(np.float32)


def fill(folder: Path, photos: Path, backwards: bool = False) -> int:
    paths = sorted(photos.iterdir(), reverse=backwards)
    encoder = SlowColour()
    result = store.VectorStore(folder).encode(
        encoder, [sha256(path.read_bytes()).hexdigest() for path in paths], paths
    )
    assert result.has_vector.all()
    return encoder.encoded


def start(folder: Path, photos: Path, backwards: bool = False) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        fill(folder, photos, backwards)
        status = 0
    finally:
        os._exit(status)


def changes(folder: Path) -> list[int]:
    return [part.stat().st_mtime_ns for part in sorted(folder.iterdir())]


def main(what: str, folder: Path, photos: Path, times: int = 0) -> None:
    # As often as possible, so that kills hit the writing and the joining too.
    store.SAVE_SECONDS = 0.0
    shelf.MOST_FILES = 3
    if what == "once":
        print(fill(folder, photos))
    elif what == "together":
        children = [start(folder, photos, backwards) for backwards in (False, True)]
        sys.exit(max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children))
    else:
        rng, amid = np.random.default_rng(0), 0
        for turn in range(10 * times):
            if turn >= times and amid >= 2 and any(folder.glob("*/*.vectors")):
                break
            before = changes(folder)
            child = start(folder, photos)
            # Not before it has begun to write: a busy machine may take long for that.
            while changes(folder) == before and os.waitid(os.P_PID, child, DONE) is None:
                time.sleep(0.001)
            time.sleep(rng.uniform(0, 0.03))
            os.kill(child, signal.SIGKILL)
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            print(status)
            if status == -signal.SIGKILL:
                amid += 1
            elif amid < 2:
                # It was done before it was killed, and left the next ones nothing to do.
                for part in folder.iterdir():
                    shutil.rmtree(part)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), *map(int, sys.argv[4:]))
