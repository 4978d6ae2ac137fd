"""Products of small matrices, made by one thread each.

Several threads would mostly wait for one another, and burn the cores while they wait: captions of 600 photos took 57 s
of the processor beside other programs, not 8, and thirty photos 9 s to look at, not 1.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import LibController, ThreadpoolController

_lock = threading.Lock()
_users = 0
_before: list[tuple[LibController, int]] = []


@cache
def _libraries() -> list[LibController]:
    """Return what multiplies matrices in this process, of both packages that bring a library of their own."""
    import numpy  # noqa: F401  # loads its library
    import scipy.linalg  # noqa: F401  # and this its own

    return list(ThreadpoolController().select(user_api="blas").lib_controllers)


def _set_threads(library: LibController, threads: int) -> None:
    """Set how many threads a library uses, from whatever thread that is asked.

    The package lets but one thread set it, and ignores others without a word; a lock of ours keeps them apart.
    """
    clear = getattr(library, "clear_controlling_thread", None)  # versions before 3.8 have no such rule
    if clear is not None:
        clear(force=True)
    library.set_num_threads(threads)
    if clear is not None:
        clear(force=True)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Let each product be made by one thread, in the whole process, until the last who asked for it is done.

    >>> from threadpoolctl import threadpool_info
    >>> with one_blas_thread():
    ...     {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}
    {1}
    """
    global _users
    with _lock:
        _users += 1
        if _users == 1:
            _before[:] = [(library, library.num_threads) for library in _libraries()]
            for library, _ in _before:
                _set_threads(library, 1)
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                for library, threads in _before:
                    _set_threads(library, threads)
