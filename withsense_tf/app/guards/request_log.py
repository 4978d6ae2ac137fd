"""A number for each request, a line in the log, and a count: never what was asked for, and never where in the code."""

from __future__ import annotations

import json
import logging
import secrets
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from withsense_tf.app.guards.refusals import DRAW, send_problem
from withsense_tf.app.metrics import Metrics
from withsense_tf.app.request_problems import ProblemError

LOGGER: Final = logging.getLogger("withsense_tf.app")
OTHER: Final = "other"
PREFIX: Final = "/api/v1"
# No key, one that opens less, or another name of the server: who tries that again and again means harm.
TURNED_AWAY: Final = frozenset({401, 403, 421})


class RequestLog:
    """Give each request a number, write a line of JSON when it is answered, and count it."""

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        draw: Callable[[Scope, ProblemError], Response | None] | None = None,
    ) -> None:
        self.app, self.metrics, self.draw = app, metrics, draw

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer and write it down; whatever breaks is a problem without a trace."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        id_, begin = secrets.token_hex(8), time.perf_counter()
        state: dict[str, Any] = scope.setdefault("state", {})
        state.update({"request_id": id_, "begin": begin, DRAW: self.draw})
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = id_
            await send(message)

        with self.metrics.under_way():
            try:
                await self.app(scope, receive, send_with_id)
            except Exception as error:
                log_failure(id_, error)
                if not status:
                    await send_problem(unforeseen_problem(), scope, receive, send_with_id)
        seconds = time.perf_counter() - begin
        route = route_of(scope)
        self.metrics.count(scope["method"], route, status, seconds, state.get("kind"))
        LOGGER.log(
            logging.WARNING if status in TURNED_AWAY else logging.INFO,
            "",
            extra={
                "cells": {
                    "request": id_,
                    "method": scope["method"],
                    "route": route,
                    "status": status,
                    "ms": round(seconds * 1e3, 1),
                    "kind": state.get("kind"),
                    "key": state.get("key"),
                }
            },
        )


def route_of(scope: Scope) -> str:
    """Return the pattern that a request's path has, which says nothing of what was asked for."""
    path = str(getattr(scope.get("route"), "path", OTHER))
    # A router that was put below a prefix may say its own part alone.
    is_below = path != OTHER and scope["path"].startswith(f"{PREFIX}/") and not path.startswith(f"{PREFIX}/")
    return PREFIX + path if is_below else path


def unforeseen_problem() -> ProblemError:
    """Return the problem of an error that nobody foresaw."""
    return ProblemError(
        500, "unexpected", "Something went wrong that nobody foresaw.",
        "Try again; if it stays so, tell who runs this server the number of the request.",
    )  # fmt: skip


def log_failure(id_: str, error: BaseException) -> None:
    """Write down where an unforeseen error came from, without its message, which may hold what was asked for.

    Of a file that cannot be used, it is the name that helps.
    """
    places = [f"{place.filename}:{place.lineno}" for place in traceback.extract_tb(error.__traceback__)]
    cells: dict[str, object] = {"request": id_, "error": type(error).__name__, "at": places[-8:]}
    if isinstance(error, OSError) and error.filename is not None:
        cells |= {"file": str(error.filename), "why": error.strerror}
    LOGGER.error("", extra={"cells": cells})


class JsonLines(logging.Formatter):
    """Write a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        time_text = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        cells: dict[str, Any] = {"time": time_text, "level": record.levelname.lower()}
        cells.update(getattr(record, "cells", None) or {"message": record.getMessage()})
        return json.dumps(cells, ensure_ascii=False)


def write_lines(*, quiet: bool = False) -> None:
    """Let this process write the log as lines of JSON; a quiet one has what goes wrong, and whom it turned away."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    LOGGER.handlers, LOGGER.propagate = [handler], False
    LOGGER.setLevel(logging.WARNING if quiet else logging.INFO)
