"""How large a request may be, and how long it may take to come."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from withsense_tf.app.guards.refusals import send_problem
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.settings import AppSettings

# A query and all its filters have some hundred signs.
BODY_BYTES: Final = 64 * 1024
# What a form has beside the photo itself.
FORM_BYTES: Final = 256 * 1024
# A light table, however long the names of its photos are: an id of a path of 4,096 bytes has some 5,500 signs.
TABLE_PHOTOS: Final = 200
TABLE_BYTES: Final = TABLE_PHOTOS * 6_000
TABLE_ROUTES: Final = ("/table/photos", "/table/export")
PHOTO_ROUTES: Final = ("/api/v1/upload", "/api/v1/similar", "/by-photo", "/add")


class BodyLimits:
    """Stop reading a request that is too large, or whose sender lets the server wait."""

    def __init__(self, app: ASGIApp, settings: AppSettings) -> None:
        self.app = app
        self.photo_bytes = settings.upload_bytes + FORM_BYTES
        self.seconds = settings.request_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass as far as its body keeps to the limits."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"].rstrip("/")
        most = (
            self.photo_bytes if path in PHOTO_ROUTES else TABLE_BYTES if path in TABLE_ROUTES else BODY_BYTES
        )
        length = Headers(scope=scope).get("content-length")
        if length is not None and (not length.isdecimal() or int(length) > most):
            await send_problem(_too_large(most), scope, receive, send)
            return
        await _BodyReading(self, most, receive, send).answer(scope)


class _BodyReading:
    """One request whose body is counted and timed; the problem with it stands in the place of any other answer."""

    def __init__(self, limits: BodyLimits, most: int, receive: Receive, send: Send) -> None:
        self.app, self.most, self._receive, self._send = limits.app, most, receive, send
        self.seconds = limits.seconds
        self.end = time.monotonic() + limits.seconds
        self.size = 0
        self.is_whole = False
        self.problem: ProblemError | None = None
        self.has_begun = False

    async def answer(self, scope: Scope) -> None:
        """Answer by the application, or by the problem."""
        try:
            await self.app(scope, self.receive, self.send)
        except ProblemError:
            if self.problem is None:
                raise
        if self.problem is not None and not self.has_begun:
            await send_problem(self.problem, scope, self._receive, self._send)

    async def receive(self) -> Message:
        """Return the next part of the body."""
        if self.is_whole:
            return await self._receive()  # waits for the client to leave
        try:
            message = await asyncio.wait_for(self._receive(), max(0.0, self.end - time.monotonic()))
        except TimeoutError:
            self.problem = ProblemError(
                408, "too_slow", f"The request did not come within {self.seconds:g} seconds.",
                "Send less, or send it again.", {"Connection": "close"},
            )  # fmt: skip
            raise self.problem from None
        if message["type"] == "http.request":
            self.size += len(message.get("body", b""))
            self.is_whole = not message.get("more_body", False)
        if self.size > self.most:
            self.problem = _too_large(self.most)
            raise self.problem
        return message

    async def send(self, message: Message) -> None:
        """Send a part of the answer, unless the problem takes its place."""
        if self.problem is not None and not self.has_begun:
            return
        self.has_begun = True
        await self._send(message)


def _too_large(most: int) -> ProblemError:
    return ProblemError(
        413, "too_large", f"The request has more than {most:,} bytes.", "Send less.", {"Connection": "close"}
    )
