"""Clients that let the server wait for the head of a request, on a real socket."""

from __future__ import annotations

import importlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from withsense_tf.app.guards import watched_workers
from withsense_tf.app.guards.slow_heads import HEAD_BYTES, HeadTimer
from withsense_tf.app.settings import AppSettings
from withsense_tf.commands import serve

pytestmark = pytest.mark.closed
# Long enough for a busy machine to send a head that it has begun.
SECONDS = 1.5
# How long a test waits for what must come, however busy the machine is.
PATIENCE = 60.0


class Quick(HeadTimer):
    seconds = SECONDS


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Return the port of a server that reads each body and answers."""

    async def reader(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
        await send({"type": "http.response.body", "body": b"read"})

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(reader, lifespan="off", log_config=None, access_log=False, http=Quick)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join(20)


def drip(port: int, content: bytes, wait: float, before: bytes = b"") -> tuple[bytes, float]:
    """Send bytes one by one until the server closes; return what it said and after how long."""
    begin = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        if before:
            client.sendall(before)
            read_answers(client, 1)
            begin = time.monotonic()
        client.settimeout(wait)
        for byte in content:
            try:
                client.sendall(bytes([byte]))
                if said := client.recv(1000):
                    return said, time.monotonic() - begin
                break
            except TimeoutError:
                continue
            except OSError:
                break
        return b"", time.monotonic() - begin


def read_answers(client: socket.socket, count: int) -> None:
    """Read so many answers; each may come in several pieces."""
    said = b""
    while said.count(b"read") < count:
        piece = client.recv(1000)
        assert piece, said
        said += piece


HEAD = b"GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize("before", [b"", HEAD], ids=["the first", "the second"])
def test_a_head_that_comes_byte_by_byte_is_cut_off(port: int, before: bytes) -> None:
    # All of it would take minutes.
    said, seconds = drip(port, HEAD[:-4] + b"x" * 4000, 0.05, before)
    assert said.startswith(b"HTTP/1.1 408 ")
    assert SECONDS * 0.9 < seconds < PATIENCE


def test_a_connection_that_says_nothing_is_cut_off(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        assert client.recv(1000).startswith(b"HTTP/1.1 408 ")
        assert client.recv(1000) == b""


def test_a_head_without_an_end_is_cut_off_before_its_time(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        client.sendall(HEAD[:-4] + b"\r\nX-Long: " + b"x" * HEAD_BYTES)
        assert client.recv(1000).startswith(b"HTTP/1.1 431 ")


def test_a_slow_body_is_no_slow_head(port: int) -> None:
    post = b"POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        client.sendall(post)
        for part in (b"abcd", b"efgh", b"ijkl"):
            time.sleep(SECONDS / 2)
            client.sendall(part)
        assert client.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_requests_at_once_and_after_a_rest_are_answered(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        client.sendall(HEAD * 2)
        read_answers(client, 2)
        time.sleep(SECONDS * 1.5)
        client.sendall(HEAD)
        assert client.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_the_server_that_is_started_cuts_them_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configs: list[uvicorn.Config] = []
    monkeypatch.setattr(watched_workers, "serve_until_stopped", lambda config, _: configs.append(config))
    monkeypatch.setenv("WITHSENSE_APP", "")
    serve.run(AppSettings(tmp_path))
    module, _, name = str(configs[0].http).partition(":")
    assert getattr(importlib.import_module(module), name) is HeadTimer
