"""A Milvus server for the whole session, and Milvus as a file beside it."""

from __future__ import annotations

import contextlib
import itertools
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from free_ports import free_port

from withsense_tf.index.vectors.milvus_index import MilvusIndex

names = (f"c{number}" for number in itertools.count())


@contextlib.contextmanager
def running_server(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run a server on a free port of the loopback, and end it."""
    port = free_port()
    command = [sys.executable, "-m", "milvus_lite", "server", "--host", "127.0.0.1", "--port", str(port)]
    with (folder.parent / f"{port}.log").open("wb") as log:
        server = subprocess.Popen([*command, "--data-dir", str(folder)], stdout=log, stderr=log)
    try:
        end = time.monotonic() + 120
        while not listens(port):
            assert server.poll() is None, (folder.parent / f"{port}.log").read_text()
            assert time.monotonic() < end, "the server did not start"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.terminate()
        server.wait(60)


def listens(port: int) -> bool:
    """Return whether anybody takes connections at a port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@pytest.fixture(scope="session")
def start_server() -> Callable[[Path], AbstractContextManager[tuple[str, subprocess.Popen[bytes]]]]:
    return running_server


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("milvus") / "server.db"


@pytest.fixture(scope="session")
def server(data_dir: Path) -> Iterator[str]:
    with running_server(data_dir) as (address, _):
        yield address


@pytest.fixture(scope="session", params=["lite", "server"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "server":
        return request.getfixturevalue("server")
    return str(tmp_path_factory.mktemp("milvus") / "lite.db")


Make = Callable[..., MilvusIndex]


@pytest.fixture
def make(address: str) -> Iterator[Make]:
    """Open indexes, each in a collection of its own, and close them."""
    with contextlib.ExitStack() as opened:

        def make(collection: str = "", width: int = 8, at: str = address, **settings: Any) -> MilvusIndex:
            index = MilvusIndex(at, collection or next(names), width, **settings)
            opened.callback(index.close)
            return index

        yield make
