from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import numpy as np
from own_loop import run_alone
from small_index import items_of_looks, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.experiments.bench.bench_app import Load, ask, make_queries
from withsense_tf.matchers.base import Matcher


def test_no_query_is_asked_twice(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    new_index(tmp_path / "index", fitted("closed form"), items_of_looks(looks, 6), store).close()
    queries = make_queries(tmp_path / "index", 300)
    assert len(set(queries)) == 300
    assert queries == make_queries(tmp_path / "index", 300)


def test_clients_count_what_failed() -> None:
    async def serve() -> Load:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while line := await reader.readline():
                await reader.readuntil(b"\r\n")
                await reader.readuntil(b"\r\n")
                status = b"500 No" if b"/bad" in line else b"200 OK"
                writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\n\r\nok")
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        load = await ask(port, ["/a", "/bad", "/b"], 2)
        server.close()
        return load

    load = run_alone(serve())
    assert (len(load.seconds), load.failures) == (3, 1)


def test_a_load_is_told_in_a_line() -> None:
    assert str(Load(np.full(10, 0.01), 0, 0.5)) == (
        "20 requests/s, p50 10.0 ms, p95 10.0 ms, p99 10.0 ms, 0 failed"
    )
