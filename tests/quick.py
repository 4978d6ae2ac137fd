"""A bound on the time that something takes, of the processor's time, so that a busy machine does not break it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def at_once(seconds: float = 2.0) -> Iterator[None]:
    """Fail if what is within takes longer; work that grows by the square takes minutes."""
    start = time.process_time()
    yield
    assert time.process_time() - start < seconds
