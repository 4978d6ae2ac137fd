"""A bound on the time that something takes, of the processor's time, so that a busy machine does not break it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# While coverage is measured, code that runs for the first time is slower.
MEASURED = 3.0


def least_seconds(work: Callable[[], object], turns: int = 5, enough: float = 0.0) -> float:
    """Return the processor's time that work takes, the least of some turns: threads of others may be at work, too."""
    least = float("inf")
    for _ in range(turns):
        start = time.process_time()
        work()
        least = min(least, time.process_time() - start)
        if least < enough:
            break
    return least


@contextmanager
def at_once(seconds: float = 2.0) -> Iterator[None]:
    """Fail if what is within takes longer; work that grows by the square takes minutes."""
    start = time.process_time()
    yield
    allowed = seconds * (MEASURED if "SLIPCOVER_ENABLED" in os.environ else 1)
    assert time.process_time() - start < allowed
