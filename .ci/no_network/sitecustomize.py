"""Take the network away from Python: nothing but this machine can be reached."""

from __future__ import annotations

import errno
import os
import socket
from typing import Any


class _LonelySocket(socket.socket):
    def connect(self, address: Any) -> None:
        _check(self.family, address)
        super().connect(address)

    def connect_ex(self, address: Any) -> int:
        _check(self.family, address)
        return super().connect_ex(address)


def _check(family: int, address: Any) -> None:
    is_here = family == socket.AF_UNIX or str(address[0]) in ("127.0.0.1", "::1", "localhost")
    if not is_here:
        raise OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH), str(address))


socket.socket = _LonelySocket  # type: ignore[misc]  # that is the point
