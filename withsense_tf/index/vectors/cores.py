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


def limit_cores(count: int) -> None:
    """Let the blocks of one piece of work be shared by at most so many cores: other processes have the others."""
    with _lock:
        _make_pool(count)


def _make_pool(count: int) -> tuple[ThreadPoolExecutor, int]:
    global _pool
    helpers = min(count, usable_cores()) - 1
    _pool = ThreadPoolExecutor(max(1, helpers), thread_name_prefix="withsense-search"), helpers
    return _pool


def _helpers() -> tuple[ThreadPoolExecutor, int]:
    """Return the threads beside the calling one, and how many they are."""
    with _lock:
        return _pool or _make_pool(usable_cores())


def _after_fork() -> None:
    """Forget the threads in a forked process: they live on in its parent only."""
    global _pool, _lock
    _pool, _lock = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
