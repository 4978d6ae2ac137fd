"""What the machine lets this process have, or the container that it runs in."""

from __future__ import annotations

import atexit
import gc
import os
import platform
from pathlib import Path
from typing import Final

CGROUP: Final = Path("/sys/fs/cgroup")


def processor() -> str:
    """Name the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def end_soon() -> None:
    """Let this process end without a search of all that it holds: of TensorFlow that takes up to a minute.

    Not for who has tables open: what was written last comes into their file when they are closed.
    """
    atexit.register(gc.freeze)


def usable_cores() -> int:
    """Count the cores that this process may keep busy."""
    # Not every system tells a process which cores are its own.
    own = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota, _, period = _read("cpu.max").partition(" ")
    return max(1, min(own, round(int(quota) / int(period)))) if quota.isdecimal() else own


def free_memory() -> int:
    """Return how many bytes are there to be taken."""
    import psutil

    free = int(psutil.virtual_memory().available)
    limit, used = _read("memory.max"), _read("memory.current")
    if not (limit.isdecimal() and used.isdecimal()):
        return free
    # Files that are merely kept in memory make room when it is needed.
    stats = dict(line.split(" ", 1) for line in _read("memory.stat").splitlines() if " " in line)
    return max(0, min(free, int(limit) - int(used) + int(stats.get("inactive_file", 0))))


def has_gpu() -> bool:
    """Say whether there is an NVIDIA GPU, without the long import of what would use it."""
    return any(Path("/dev").glob("nvidia[0-9]*"))


def _read(name: str) -> str:
    """Return what a container's limits file says; nothing where there is none."""
    try:
        return (CGROUP / name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
