"""Processes that a test began: which workers a server has, and how to wait for a state of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path


def wait_for(state: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not state():
        assert time.monotonic() < end
        time.sleep(0.05)


def workers_of(server: int) -> set[int]:
    """Return the processes that a server started to answer."""
    children = map(int, Path(f"/proc/{server}/task/{server}/children").read_text().split())
    return {one for one in children if "spawn_main" in Path(f"/proc/{one}/cmdline").read_text()}
