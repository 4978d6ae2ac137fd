"""A worker whose server was killed ends itself: else it would hold the port and answer without anybody to stop it."""

from __future__ import annotations

import multiprocessing
import os
import signal
from threading import Thread


def end_with_parent() -> None:
    """End this process as a server ends its workers, as soon as the process that started it is gone.

    Of a process that nobody started as a worker this does nothing.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=wait, name="end-with-parent", daemon=True).start()
