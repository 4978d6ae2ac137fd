"""Workers that listen at one socket take connections evenly, and one that rests or hangs keeps nobody waiting."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import socket
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from own_loop import run_alone

from withsense_tf.app.guards import even_workers
from withsense_tf.app.guards.even_workers import EvenListener, OpenConnections


class Echo(asyncio.Protocol):
    """Say who took the connection."""

    at_end: Any = None

    def __init__(self, name: bytes) -> None:
        self.name = name

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self.name)

    def connection_lost(self, _: Exception | None) -> None:
        self.at_end()


def work(listening: socket.socket, file: Path, workers: int, pipe: Connection) -> None:
    """Take connections until the test says that it is over."""

    # A busy machine may keep the other one from running for longer than usual.
    even_workers.PATIENCE = 0.1  # type: ignore[misc]  # final for all others

    async def serve() -> None:
        shares = OpenConnections(file, workers)
        listener = EvenListener(listening, lambda: Echo(f"{os.getpid():>10}".encode()), shares)  # type: ignore[arg-type,return-value]  # no HTTP
        pipe.send("ready")
        await asyncio.to_thread(pipe.recv)
        listener.close()
        await listener.wait_closed()

    asyncio.run(serve())


@pytest.fixture
def listening() -> Any:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen(128)
        yield one


async def connect(port: int, count: int) -> Counter[bytes]:
    """Open connections at once, see who took each, and close them."""

    async def one() -> tuple[bytes, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        return await reader.readexactly(10), writer

    pairs = await asyncio.wait_for(asyncio.gather(*(one() for _ in range(count))), 60)
    for _, writer in pairs:
        writer.close()
        await writer.wait_closed()
    return Counter(name for name, _ in pairs)


@pytest.mark.slow
def test_connections_that_come_together_are_shared_evenly(listening: socket.socket, tmp_path: Path) -> None:
    spawn, pipes, workers = multiprocessing.get_context("spawn"), [], []
    for _ in range(2):
        here, there = spawn.Pipe()
        workers.append(spawn.Process(target=work, args=(listening, tmp_path / "counts", 2, there)))
        workers[-1].start()
        pipes.append(here)
    try:
        assert [pipe.recv() for pipe in pipes] == ["ready", "ready"]
        for _ in range(5):
            counts = run_alone(connect(listening.getsockname()[1], 20))
            assert len(counts) == 2
            assert max(counts.values()) <= 14  # without shares, one has all of them every third time
    finally:
        for pipe in pipes:
            pipe.send("over")
        for worker in workers:
            worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]


def test_a_worker_with_more_connections_takes_one_that_nobody_else_takes(
    listening: socket.socket, tmp_path: Path
) -> None:
    async def run() -> None:
        # The place of a worker that hangs: it has none, and takes none.
        shares = OpenConnections(tmp_path / "counts", 2)
        assert shares.fewest_of_others() == 0
        listener = EvenListener(listening, lambda: Echo(b"0123456789"), shares)  # type: ignore[arg-type,return-value]  # no HTTP
        assert (await connect(listening.getsockname()[1], 3)).total() == 3
        for _ in range(3_000):
            if shares.own == 0:
                break
            await asyncio.sleep(0.01)
        assert shares.own == 0
        listener.close()
        await listener.wait_closed()

    run_alone(run())


def test_a_place_is_free_again_when_its_worker_is_gone(tmp_path: Path) -> None:
    pid = os.fork()
    if not pid:
        status = 1  # of an error, which must not leave this test a second time
        try:
            OpenConnections(tmp_path / "counts", 2).change(7)
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    shares = OpenConnections(tmp_path / "counts", 2)
    shares.change(2)
    # It took the place of the one that is gone, with its number.
    assert shares.fewest_of_others() == 0
