"""What a server counts, as Prometheus reads it: requests, how long they took, refusals, and what is in the index."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

SECONDS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
# Where several workers keep their counts; prometheus_client reads it when it is imported.
SHARED_COUNTS: Final = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE: Final = CONTENT_TYPE_LATEST


class Metrics:
    """The counts of one process; `index_numbers` are asked for when somebody reads them."""

    def __init__(self, index_numbers: Callable[[], Mapping[str, float]]) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "withsense_requests", "Requests", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "withsense_request_seconds", "Seconds", ["route"], registry=self.registry, buckets=SECONDS
        )
        self._refusals = Counter("withsense_refusals", "Refusals by kind", ["kind"], registry=self.registry)
        self._under_way = Gauge(
            "withsense_requests_under_way",
            "Requests that wait or are worked on",
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self._numbers = _IndexNumbers(index_numbers)

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Count a request as under way within the block."""
        self._under_way.inc()
        try:
            yield
        finally:
            self._under_way.dec()

    def count(self, method: str, route: str, status: int, seconds: float, kind: str | None) -> None:
        """Count a request that was answered."""
        self._requests.labels(method_label(method), route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        if kind is not None:
            self._refusals.labels(kind).inc()

    def text(self) -> bytes:
        """Return all counts, those of the other workers too."""
        own = self.registry
        if os.environ.get(SHARED_COUNTS):
            own = CollectorRegistry()
            own.register(_AllWorkers(None))  # type: ignore[no-untyped-call]  # the library gives it no types
        of_index = CollectorRegistry()
        of_index.register(self._numbers)
        return generate_latest(own) + generate_latest(of_index)


def forget_under_way(worker: int | None) -> None:
    """Let nothing count as under way any more of a worker, by its process number, that ended amid its requests."""
    if os.environ.get(SHARED_COUNTS):
        mark_process_dead(worker)  # type: ignore[no-untyped-call]  # prometheus_client gives it no types


class _AllWorkers(MultiProcessCollector):
    """What all workers count. A file that a worker has just made is empty for a moment, and counts nothing yet."""

    def collect(self) -> Iterator[Metric]:
        """Yield each count, summed over the workers."""
        files = [str(file) for file in Path(self._path).glob("*.db") if file.stat().st_size]
        yield from self.merge(files, accumulate=True)  # type: ignore[no-untyped-call]  # prometheus_client gives it no types


class _IndexNumbers(Collector):
    """What is in the index now."""

    def __init__(self, numbers: Callable[[], Mapping[str, float]]) -> None:
        self._numbers = numbers

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield a gauge for each number."""
        for name, value in self._numbers().items():
            yield GaugeMetricFamily(f"withsense_{name}", name.replace("_", " "), value)


def method_label(method: str) -> str:
    """Return a method, or `other`: whoever invents methods must not fill the memory."""
    return method if method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS") else "other"
