"""Coroutines in tests: each in a loop of its own, in a thread of its own.

Tests in a browser leave a loop that runs in their thread, and a second one cannot run there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Answer = TypeVar("Answer")


def run_alone(coroutine: Coroutine[Any, Any, Answer]) -> Answer:
    """Return what a coroutine returns."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
