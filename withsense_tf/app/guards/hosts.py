"""Who a request says it is for and from: other names and other pages are turned away.

A page on the web may let its own name point to this machine (DNS rebinding), or let a browser send a form here. So a
request must name this server, and one that changes something must not come from another page.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from withsense_tf.app.guards.refusals import send_problem
from withsense_tf.app.guards.request_log import PREFIX
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.settings import LOOPBACK_NAMES, AppSettings

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES: Final = ("same-origin", "none")
# What a machine asks itself, as the container's health check does, whatever name others call it by: no photo, no word.
SIGNS_OF_LIFE: Final = (f"{PREFIX}/health", f"{PREFIX}/ready")


class HostGuard:
    """Turn away requests for other hosts, and changes that other pages ask for."""

    def __init__(self, app: ASGIApp, settings: AppSettings) -> None:
        self.app = app
        names = {settings.host, *settings.host_names}
        if settings.on_loopback:
            names.update(LOOPBACK_NAMES)
        self.names = frozenset(name.casefold().strip("[]") for name in names)
        # Who listens everywhere and names no host cannot tell under which names it is called.
        self.any_name = not settings.on_loopback and not settings.host_names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer why it may not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if problem := self._problem(scope["method"], scope["path"], Headers(scope=scope)):
            await send_problem(problem, scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _is_called(self, host: str, method: str, path: str) -> bool:
        """Return whether this server answers to that name."""
        name = host_name(host)
        asks_itself = method in SAFE_METHODS and path in SIGNS_OF_LIFE and name in LOOPBACK_NAMES
        return self.any_name or name in self.names or asks_itself

    def _problem(self, method: str, path: str, headers: Headers) -> ProblemError | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._is_called(hosts[0], method, path):
            return ProblemError(
                421, "wrong_host", "This server is not called by that name.",
                "Call it by its address, or let it be started with --host-name NAME.",
            )  # fmt: skip
        if method in SAFE_METHODS:
            return None
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        is_own = site is None or site in OWN_SITES
        if is_own and (origin is None or urlsplit(origin).netloc.casefold() == hosts[0].casefold()):
            return None
        return ProblemError(
            403, "other_origin", "Another page asked for this change.", "Ask from this server's own page."
        )


def host_name(host: str) -> str:
    """Return the name in a Host header, without its port.

    >>> host_name("localhost:8000"), host_name("[::1]:8000"), host_name("Example.org")
    ('localhost', '::1', 'example.org')
    """
    text = host.strip().casefold()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0]
