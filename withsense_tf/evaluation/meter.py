"""How long a piece of work takes, and how much memory the process holds at most meanwhile."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

import psutil


class Meter:
    """Measure the wall time and the peak resident memory (MB) of a `with` block.

    The memory is that of the whole process, libraries included, looked at 20 times a second: a peak that is
    shorter may be missed.
    """

    seconds: float = 0.0
    peak_mb: float = 0.0

    def __enter__(self) -> Self:
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._start = time.perf_counter()
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.perf_counter() - self._start
        self._stop.set()
        self._watcher.join()

    def _watch(self) -> None:
        process = psutil.Process()
        while True:
            self.peak_mb = max(self.peak_mb, process.memory_info().rss / 1e6)
            if self._stop.wait(0.05):
                break
