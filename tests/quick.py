"""A bound on the time that something takes, of the processor's time, so that a busy machine does not break it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

# What follows every line, as a measure of coverage does, makes Python several times as slow.
TRACED = 4.0


@contextmanager
def at_once(seconds: float = 2.0) -> Iterator[None]:
    """Fail if what is within takes longer; work that grows by the square takes minutes."""
    start = time.process_time()
    yield
    assert time.process_time() - start < seconds * (1 if sys.gettrace() is None else TRACED)
