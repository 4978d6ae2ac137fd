"""Blocks of work for all cores: whoever is free takes the next block, the calling thread among them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from withsense_tf.common.machine import usable_cores

T = TypeVar("T")

_lock = threading.Lock()
_pool: tuple[ThreadPoolExecutor, int] | None = None


def share(work: Callable[[Iterator[int]], T], blocks: range) -> list[T]:
    """Let each core that is free call `work` with the blocks that nobody took; return what each call returned.

    The blocks come from one iterator that all of them draw from, so a core that another program keeps busy costs
    no more than one block. Only work that leaves Python's lock, as numpy's does, becomes faster.
    """
    queue = iter(blocks)
    pool, most = _helpers()
    futures = [pool.submit(work, queue) for _ in range(min(most, len(blocks) - 1))]
    results = [work(queue)]
    # A helper that has not begun yet, because other searches have them all, is not waited for.
    return results + [future.result() for future in futures if not future.cancel()]


def _helpers() -> tuple[ThreadPoolExecutor, int]:
    """Return the threads beside the calling one, and how many they are."""
    global _pool
    with _lock:
        if _pool is None:
            count = usable_cores() - 1
            _pool = ThreadPoolExecutor(max(1, count), thread_name_prefix="withsense-search"), count
        return _pool


def _after_fork() -> None:
    """Forget the threads in a forked process: they live on in its parent only."""
    global _pool, _lock
    _pool, _lock = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
