"""Share the drawing of a demo set out to several processes.

A share is a program of its own and not a process of `multiprocessing`: that would run a user's script a second time
if the script asks for the demo set outside `if __name__ == "__main__"`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Final

from withsense_tf.data.demo_marker import DemoSizes

PROGRAM: Final = "withsense_tf.demo.draw_share"


@contextmanager
def other_shares(folder: Path, seed: int, sizes: DemoSizes, shares: int) -> Iterator[Callable[[], list[int]]]:
    """Let all shares but the first be drawn meanwhile; yield a function that waits, and returns those that failed."""
    about = {"folder": str(folder.resolve()), "seed": seed, "sizes": asdict(sizes), "shares": shares}
    running: dict[int, subprocess.Popen[bytes]] = {}
    try:
        for share in range(1, shares):
            command = [sys.executable, "-m", PROGRAM, json.dumps(about | {"share": share})]
            running[share] = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        yield lambda: [share for share, process in running.items() if process.wait()]
    finally:
        for process in running.values():
            process.kill()
            process.communicate()
