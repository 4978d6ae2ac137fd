"""A real server of two workers: one that is slow is kept, one that ended or hangs is replaced, and the log says it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from free_ports import free_port
from own_processes import wait_for, workers_of

from withsense_tf.app.metrics import SHARED_COUNTS

PROGRAM = """
import sys
from pathlib import Path
from uvicorn import Config
from withsense_tf.app.guards import watched_workers
from withsense_tf.app.settings import AppSettings

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        if "broken" in sys.argv:
            await send({"type": "lifespan.startup.failed"})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

if __name__ == "__main__":
    workers, watched_workers.MOST_SILENT = int(sys.argv[2]), int(sys.argv[3])
    AppSettings(Path("index"), quiet="quiet" in sys.argv).to_environment()
    config = Config("small_app:app", port=int(sys.argv[1]), workers=workers, log_config=None, log_level="critical")
    watched_workers.serve_until_stopped(config, lambda: print("serving", flush=True))
"""


class SmallServer:
    """A server of an application that does nothing, with its log."""

    def __init__(self, folder: Path, workers: int, most_silent: int, word: str = "") -> None:
        self.port, self.log = free_port(), folder / "log"
        (folder / "small_app.py").write_text(PROGRAM)
        words = [str(self.port), str(workers), str(most_silent), word]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "small_app.py", *words],
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, "PYTHONPATH": f"{Path.cwd()}:{folder}", SHARED_COUNTS: str(folder)},
            )

    def begin(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "serving\n"

    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def workers(self) -> set[int]:
        return workers_of(self.process.pid)

    def lines(self) -> list[str]:
        return [json.loads(line)["error"] for line in self.log.read_text().splitlines() if line[:1] == "{"]

    def end(self) -> None:
        if self.process.poll() is None:
            for worker in self.workers():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGCONT)
            self.process.terminate()
        self.process.wait(120)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., SmallServer]]:
    servers = []

    def begin_one(*words: object) -> SmallServer:
        servers.append(SmallServer(tmp_path, *words))  # type: ignore[arg-type]  # as they are asked for
        return servers[-1]

    yield begin_one
    for server in servers:
        server.end()


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="it looks at processes in /proc")


@needs_proc
@pytest.mark.slow
def test_a_worker_that_stalls_for_seconds_is_kept_and_one_that_was_killed_is_replaced_with_a_line(
    begin: Callable[..., SmallServer], tmp_path: Path
) -> None:
    server = begin(2, 120)
    server.begin()
    before = server.workers()
    slow, other = sorted(before)
    os.kill(slow, signal.SIGSTOP)
    time.sleep(7)  # uvicorn itself gives five
    # A worker beside one that stalls is replaced at once.
    (under_way := tmp_path / f"gauge_livesum_{other}.db").touch()
    (answers := tmp_path / f"counter_{other}.db").touch()
    os.kill(other, signal.SIGKILL)
    wait_for(lambda: bool(server.lines()))
    # What it was at is under way no more; what it answered was answered.
    assert (under_way.exists(), answers.exists()) == (False, True)
    assert slow in server.workers()
    os.kill(slow, signal.SIGCONT)
    (new,) = server.workers() - before
    assert server.lines() == [f"worker {other} ended (exit code -9); worker {new} takes its place"]


@needs_proc
@pytest.mark.slow
def test_a_worker_that_hangs_is_replaced_with_a_line(begin: Callable[..., SmallServer]) -> None:
    server = begin(2, 6)
    server.begin()
    before = server.workers()
    hung = min(before)
    os.kill(hung, signal.SIGSTOP)
    wait_for(lambda: bool(server.lines()))
    (new,) = server.workers() - before
    assert server.lines() == [f"worker {hung} hung; worker {new} takes its place"]


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_server_says_that_it_serves_once_it_listens_and_that_it_stopped(
    begin: Callable[..., SmallServer], workers: int
) -> None:
    server = begin(workers, 120)
    server.begin()
    assert server.listens()
    server.end()
    last_line = json.loads(server.log.read_text().splitlines()[-1])
    assert (last_line["level"], last_line["message"]) == ("info", "the server stopped")


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_quiet_server_does_not_say_that_it_stopped(begin: Callable[..., SmallServer], workers: int) -> None:
    server = begin(workers, 120, "quiet")
    server.begin()
    server.end()
    assert "stopped" not in server.log.read_text()


@pytest.mark.slow
def test_a_server_whose_workers_cannot_start_fails(begin: Callable[..., SmallServer]) -> None:
    server = begin(2, 120, "broken")
    assert server.process.wait(120) != 0
