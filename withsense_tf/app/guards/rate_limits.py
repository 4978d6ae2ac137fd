"""How often one client may ask: so many times at once, and then so many times a second."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from withsense_tf.app.guards.hosts import SAFE_METHODS
from withsense_tf.app.guards.refusals import send_problem
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.settings import AppSettings

MOST_CLIENTS: Final = 10_000
# To write costs a model's work, and to guess at keys is nobody's right.
WRITING_SHARE: Final = 0.1
FREE_PATHS: Final = ("/api/v1/health",)


class Buckets:
    """A bucket of requests for each client, which fills up at a rate; the least recent clients are forgotten."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst = rate, burst
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str, now: float) -> float:
        """Take a request from a client's bucket; return for how many seconds it must wait, 0 if it need not."""
        content, before = self._buckets.pop(client, (self.burst, now))
        content = min(self.burst, content + (now - before) * self.rate)
        wait = 0.0 if content >= 1 else (1 - content) / self.rate
        self._buckets[client] = (content - 1 if content >= 1 else content, now)
        if len(self._buckets) > MOST_CLIENTS:
            self._buckets.popitem(last=False)
        return wait


class RateLimits:
    """Turn away a client that asks too often. Each of several workers allows its share."""

    def __init__(self, app: ASGIApp, settings: AppSettings) -> None:
        self.app = app
        share = 1 / settings.workers
        self.reading = Buckets(settings.rate * share, max(1.0, settings.burst * share))
        self.writing = Buckets(
            settings.rate * share * WRITING_SHARE, max(1.0, settings.burst * share * WRITING_SHARE)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or say when it may come again."""
        if scope["type"] != "http" or not self.reading.rate or scope["path"] in FREE_PATHS:
            await self.app(scope, receive, send)
            return
        buckets = self.reading if scope["method"] in SAFE_METHODS else self.writing
        # By address: before the key is known, so that keys cannot be guessed at quickly.
        client = (scope.get("client") or ("",))[0]
        if wait := buckets.take(str(client), time.monotonic()):
            seconds = str(int(wait) + 1)
            problem = ProblemError(
                429,
                "too_often",
                "This client asks too often.",
                f"Wait {seconds} s.",
                {"Retry-After": seconds},
            )
            await send_problem(problem, scope, receive, send)
            return
        await self.app(scope, receive, send)
