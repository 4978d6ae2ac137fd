"""The processes of a server: one that has ended, or hangs, is replaced, and the log says so."""

from __future__ import annotations

import socket
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from logging import ERROR, INFO
from typing import Final

from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

# Looks, two a second, at which a worker may say nothing. Not seconds: a machine that is too busy for the workers may
# be so for who looks. To load a model there takes a worker more than the five seconds that uvicorn gives.
MOST_SILENT: Final = 120
LAST_LINE: Final = "the server stopped"


class WatchedWorkers(Multiprocess):
    """Workers that are asked whether they live, and none is waited for; `began` is called once all serve."""

    def __init__(self, config: Config, sockets: list[socket.socket], began: Callable[[], None]) -> None:
        super().__init__(config, sockets)
        self.began, self.is_broken = began, False
        self.silent: Counter[Process] = Counter()
        self.serving: set[Process] = set()

    def keep_subprocess_alive(self) -> None:
        """Replace workers that ended or hang; where one cannot start, none can, and the server ends."""
        for at, worker in enumerate(self.processes):
            self._ask(worker)
            is_alive = worker.process.is_alive()
            if self.should_exit.is_set() or (is_alive and self.silent[worker] <= MOST_SILENT):
                continue
            worker.kill()
            worker.join()
            forget_counts(worker.pid)
            if worker.exitcode == STARTUP_FAILURE:
                self.is_broken = True
                self.should_exit.set()
                return
            self.processes[at] = new = Process(self.config, self.sockets)
            new.start()
            why = "hung" if is_alive else f"ended (exit code {worker.exitcode})"
            log(f"worker {worker.pid} {why}; worker {new.pid} takes its place")

    def _ask(self, worker: Process) -> None:
        """Read what a worker answered, and ask anew once it has."""
        with suppress(OSError, EOFError):  # it is gone
            while worker.parent_conn.poll():
                self.silent[worker] = 0
                if worker.parent_conn.recv() and worker not in self.serving:
                    self.serving.add(worker)
                    if len(self.serving) == self.processes_num:
                        self.began()
            if not self.silent[worker]:
                worker.parent_conn.send(b"ping")
        self.silent[worker] += 1


class LoneServer(Server):
    """A server of one process, which calls `began` once it listens."""

    def __init__(self, config: Config, began: Callable[[], None]) -> None:
        super().__init__(config)
        self.began = began

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        if self.started:
            self.began()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End, and say so: the signal that stopped the server ends this process right after."""
        await super().shutdown(sockets)
        log(LAST_LINE, "message")


def serve_until_stopped(config: Config, began: Callable[[], None]) -> None:
    """Serve by as many processes as the settings say; one that cannot start is a failure of the command."""
    if config.workers > 1:
        workers = WatchedWorkers(config, [config.bind_socket()], began)
        workers.run()
        is_broken = workers.is_broken
        log(LAST_LINE, "message")
    else:
        server = LoneServer(config, began)
        with suppress(KeyboardInterrupt):
            server.run()
        is_broken = not server.started
    if is_broken:
        sys.exit(STARTUP_FAILURE)


def forget_counts(worker: int | None) -> None:
    """Let nothing count as under way that a worker was at when it ended."""
    from withsense_tf.app.metrics import forget_under_way  # late, as below

    forget_under_way(worker)


def log(message: str, what: str = "error") -> None:
    """Write a line into the server's log, which the process that starts workers has no other for."""
    # Not before: workers wait for what is imported here.
    from withsense_tf.app.guards.request_log import LOGGER, write_lines
    from withsense_tf.app.settings import AppSettings

    write_lines(quiet=AppSettings.from_environment().quiet)
    LOGGER.log(ERROR if what == "error" else INFO, "", extra={"cells": {what: message}})
