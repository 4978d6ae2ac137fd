"""A client that lets the server wait for the head of a request is cut off: before that no other guard sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from withsense_tf.app.request_problems import TITLES

HEAD_SECONDS: Final = 10.0
# A query with all its filters and a key in a cookie have some thousand; other servers take 8 to 64 KB.
HEAD_BYTES: Final = 64 * 1024


class HeadTimer(HttpToolsProtocol):
    """A connection whose heads must each come whole within some seconds and bytes, the first one too.

    How long a connection may rest between two requests is the server's own setting (`timeout_keep_alive`).
    """

    seconds: float = HEAD_SECONDS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._timer: asyncio.TimerHandle | None = None
        self._size = 0
        # Called when the connection has ended.
        self.at_end: Callable[[], None] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the base has it
        """Wait for the first head."""
        super().connection_made(transport)
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._end()
        super().connection_lost(exc)
        if self.at_end is not None:
            self.at_end()

    def data_received(self, data: bytes) -> None:
        """Read on; a head that is not whole by now may not be any length."""
        super().data_received(data)
        if self._timer is not None:
            self._size += len(data)
            if self._size > HEAD_BYTES:
                self._refuse(431)

    def on_message_begin(self) -> None:
        """Wait for a head whose first byte came."""
        super().on_message_begin()
        if self._timer is None:
            self._begin()

    def on_headers_complete(self) -> None:
        """Wait no longer: the head is whole."""
        self._end()
        super().on_headers_complete()

    def _begin(self) -> None:
        self._size = 0
        self._timer = self.loop.call_later(self.seconds, self._refuse, 408)

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, status: int) -> None:
        self._end()
        if not self.transport.is_closing():
            line = f"HTTP/1.1 {status} {TITLES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            self.transport.write(line.encode("ascii"))
            self.transport.close()
