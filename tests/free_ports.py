"""Ports for servers that tests start as processes of their own, which listen only some seconds later."""

from __future__ import annotations

import contextlib
import random
import socket

# The system gives none of these to a connection that somebody opens meanwhile: those begin at 32768.
FIRST, LAST = 20_000, 32_000


def free_port() -> int:
    """Return a port of the loopback that nobody has; another process may ask at the same time, so by chance."""
    for port in random.SystemRandom().sample(range(FIRST, LAST), 100):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("a hundred ports are taken")
