from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from multiprocessing.connection import Connection

from withsense_tf.app.guards.lone_workers import end_with_parent


def work(pipe: Connection) -> None:
    end_with_parent()
    pipe.send(os.getpid())
    time.sleep(120)


def lead(pipe: Connection) -> None:
    multiprocessing.get_context("spawn").Process(target=work, args=(pipe,)).start()
    time.sleep(120)


def test_a_worker_ends_when_its_parent_was_killed() -> None:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    leader = context.Process(target=lead, args=(theirs,))
    leader.start()
    theirs.close()
    worker = ours.recv()
    os.kill(leader.pid or 0, signal.SIGKILL)
    leader.join()
    # The last end of the pipe is closed when the worker is gone.
    assert ours.poll(60)
    try:
        ours.recv()
    except EOFError:
        worker = 0
    assert worker == 0


def test_a_process_that_nobody_started_goes_on() -> None:
    assert multiprocessing.parent_process() is None
    end_with_parent()
    assert "end-with-parent" not in {thread.name for thread in threading.enumerate()}
