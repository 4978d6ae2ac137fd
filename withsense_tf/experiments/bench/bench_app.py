"""How fast does the server answer, and does it stay as small? `python -m withsense_tf.experiments.bench.bench_app`.

A large index of made-up photos is served by `withsense serve` in processes of its own. Clients ask one
query after the other over connections that stay open, each query another one. Beside it, in the same run and by the
same clients, a server that answers with one fixed line: no server in Python by these libraries can be quicker.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import quote

import numpy as np
import psutil
import typer

from withsense_tf.common import terminal
from withsense_tf.errors import DataError
from withsense_tf.experiments.bench.bench_machine import machine
from withsense_tf.experiments.bench.bench_start import make_large_index

PLAIN: Final = """
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
def answer() -> dict[str, str]:
    return {"status": "ok"}
"""
START_SECONDS: Final = 120.0
PARTS: Final = 10  # in which memory is looked at


@dataclass(frozen=True)
class Load:
    """What clients measured: seconds of each request, how many failed, and how long all of them took."""

    seconds: np.ndarray
    failures: int
    whole: float

    def __str__(self) -> str:
        p50, p95, p99 = np.percentile(self.seconds, (50, 95, 99)) * 1e3
        rate = len(self.seconds) / self.whole
        return f"{rate:,.0f} requests/s, p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms, {self.failures} failed"


def bench_app(
    photos: Annotated[int, typer.Option(min=200, help="Photos of the index.")] = 100_000,
    requests: Annotated[int, typer.Option(min=100, help="Queries that are asked.")] = 20_000,
    clients: Annotated[int, typer.Option(min=1, help="Clients that ask at the same time.")] = 20,
    workers: Annotated[int, typer.Option(min=1, help="Processes that answer.")] = 2,
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="Places of an answer.")] = 10,
    matcher: Annotated[str, typer.Option(help="hybrid, closed_form or two_tower.")] = "closed_form",
    index: Annotated[Path | None, typer.Option(help="An index that is there, in place of a new one.")] = None,
) -> None:
    """Serve a large index, ask it from many clients, and print how long answers took and how memory grew."""
    with tempfile.TemporaryDirectory(prefix="withsense-bench-") as folder:
        root = Path(folder)
        place = make_large_index(root, photos, matcher) if index is None else index
        typer.echo(f"{machine()}; {clients} clients, {workers} workers, k={k}")
        typer.echo(f"a bare answer:    {_bare(root, requests, clients, workers)}")
        queries = [
            f"/api/v1/search?q={quote(text)}&k={k}&minimum=0" for text in make_queries(place, requests)
        ]
        port = _free_port()
        words = ["--index", str(place), "--port", str(port), "--workers", str(workers), "--rate", "0"]
        command = [sys.executable, "-m", "withsense_tf", "serve", *words, "--state", str(root / "state")]
        begin = time.perf_counter()
        with _server(command, port, "/api/v1/ready") as process:
            typer.echo(f"start:            {time.perf_counter() - begin:.2f} s until it is ready")
            asyncio.run(ask(port, queries[:200], clients))  # what happens once is not what is timed
            loads, sizes, before = [], [_megabytes(process)], _core_seconds(process)
            for part in np.array_split(np.array(queries), PARTS):
                loads.append(asyncio.run(ask(port, part.tolist(), clients)))
                sizes.append(_megabytes(process))
            used = _core_seconds(process) - before
        seconds = np.concatenate([load.seconds for load in loads])
        load = Load(seconds, sum(load.failures for load in loads), sum(load.whole for load in loads))
        typer.echo(f"text queries:     {load}")
        typer.echo(f"processor time:   {used / len(queries) * 1e3:.1f} ms of a core an answer")
        typer.echo(
            f"memory in MB, before and after each tenth: {', '.join(f'{size:,.0f}' for size in sizes)}"
        )


def make_queries(index: Path, count: int) -> list[str]:
    """Return queries, each another one: words of captions that may be shown, two captions mixed."""
    from withsense_tf.index.catalog import Catalog
    from withsense_tf.index.tables.captions_table import free_captions

    catalog = Catalog(index)
    with catalog.reading() as tables:
        captions = list(dict.fromkeys(dict(free_captions(tables, 16, 200)).values()))[:5_000]
    catalog.close()
    rng = np.random.default_rng(0)
    queries: dict[str, None] = {}
    while len(queries) < count:
        first, second = (captions[at].strip(" .").split() for at in rng.integers(0, len(captions), 2))
        words = [
            *first[: int(rng.integers(2, len(first) + 1))],
            *second[-int(rng.integers(1, len(second) + 1)) :],
        ]
        queries[" ".join(words)[:200] + " " + str(rng.integers(0, 10**6))] = None
    return list(queries)


async def ask(port: int, paths: Sequence[str], clients: int) -> Load:
    """Ask for all paths, each client one after the other on a connection of its own."""
    waiting = iter(paths)
    seconds: list[float] = []
    failures = 0

    async def client() -> None:
        nonlocal failures
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for path in waiting:
            begin = time.perf_counter()
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            status = await _read_answer(reader)
            seconds.append(time.perf_counter() - begin)
            # The law's answer is an answer.
            failures += status not in (200, 451)
        writer.close()

    begin = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return Load(np.array(seconds), failures, time.perf_counter() - begin)


async def _read_answer(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    lengths = [int(line.partition(":")[2]) for line in head if line.casefold().startswith("content-length:")]
    await reader.readexactly(lengths[0])
    return int(head[0].split()[1])


def _bare(folder: Path, requests: int, clients: int, workers: int) -> Load:
    """Return what the same clients measure of a server that looks for nothing."""
    (folder / "plain_app.py").write_text(PLAIN, encoding="utf-8")
    port = _free_port()
    words = ["plain_app:app", "--app-dir", str(folder), "--port", str(port), "--workers", str(workers)]
    command = [sys.executable, "-m", "uvicorn", *words, "--no-access-log", "--log-level", "warning"]
    with _server(command, port, "/"):
        return asyncio.run(ask(port, ["/"] * requests, clients))


@contextmanager
def _server(command: Sequence[str], port: int, path: str) -> Iterator[psutil.Process]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(process, port, path)
            yield psutil.Process(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            if asyncio.run(ask(port, [path], 1)).failures == 0:
                return
        except (OSError, asyncio.IncompleteReadError):
            pass
        if process.poll() is not None or time.monotonic() > end:
            raise DataError(f"The server did not start: {json.dumps(list(process.args))}.")  # type: ignore[arg-type]
        time.sleep(0.02)


def _megabytes(process: psutil.Process) -> float:
    """Return the memory of a server and its workers; what they share, as the vectors, is counted once a worker."""
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True))) / 1e6


def _core_seconds(process: psutil.Process) -> float:
    """Return how long a server and its workers kept cores busy so far: other programs do not change it much."""
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


if __name__ == "__main__":
    terminal.run_main(bench_app)
