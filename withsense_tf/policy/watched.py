"""A file that a running service keeps to: read anew as soon as its content is another."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, Generic, NamedTuple, TypeVar

from withsense_tf.common.limits import read_bytes

T = TypeVar("T")
# As git has it: two changes within one tick of a file system's clock look alike, and its coarsest ticks take so long.
SETTLED_NS: Final = 2_000_000_000


class _Reading(NamedTuple, Generic[T]):
    stamp: tuple[int, ...] | None
    digest: str
    value: T


class Watched(Generic[T]):
    """The value that `parse` makes of a file's content.

    The file is looked at for every question, and read where its times, size or number differ, or are too young to be
    trusted. What a file says does not depend on its times alone: those may be set.
    """

    def __init__(
        self, file: Path, parse: Callable[[bytes], T], read: Callable[[], bytes] | None = None
    ) -> None:
        self.file = file
        self._parse = parse
        self._read = read or partial(read_bytes, file)
        self._last: _Reading[T] | None = None

    def value(self) -> T:
        """Return what the file says now: the same object while it says the same. Nothing is kept of an error."""
        # Before the content is read: what is changed meanwhile has other times at the next look.
        status = self.file.stat()
        stamp = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        last = self._last
        if last is not None and last.stamp == stamp:
            return last.value
        content = self._read()
        digest = hashlib.sha256(content).hexdigest()
        value = last.value if last is not None and last.digest == digest else self._parse(content)
        age = time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns)
        self._last = _Reading(stamp if age > SETTLED_NS else None, digest, value)
        return value
