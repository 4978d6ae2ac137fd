"""Files that cannot be written: no room for more, or another user's."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MOST_BYTES = 20_000_000  # more than all other files of a test have
NOBODY = 65534


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let no file grow larger: a stand-in for a full disk, where none can be mounted."""
    usual = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, usual)


@contextmanager
def without_room(file: Path) -> Iterator[None]:
    """Let a file, and no smaller one, take no byte more: it has a hole at its end meanwhile."""
    size = file.stat().st_size if file.exists() else 0
    with file.open("ab") as stream:
        stream.truncate(MOST_BYTES)
    try:
        with files_of_at_most(MOST_BYTES):
            yield
        assert file.stat().st_size == MOST_BYTES
    finally:
        with file.open("ab") as stream:
            stream.truncate(size)


@contextmanager
def without_rights(folder: Path, *names: str, mode: int = 0) -> Iterator[None]:
    """Leave this process no other rights to some files of a folder, even as root; to all others it has all."""
    inside = [folder, *folder.rglob("*")]
    is_root = os.geteuid() == 0
    # A folder of pytest is its owner's: whoever cannot pass it reaches nothing in it.
    closed = [place for place in folder.parents if place.stat().st_mode & 0o011 != 0o011] if is_root else []
    modes = {place: place.stat().st_mode for place in (*closed, *inside)}
    try:
        for place, before in modes.items() if is_root else ():
            more = 0o011 if place in closed else 0o077 if place.is_dir() else 0o066
            place.chmod(before | more)  # of the group, too: it stays root's
        for name in names:
            (folder / name).chmod(mode)
        if is_root:
            os.seteuid(NOBODY)
        yield
    finally:
        if is_root:
            os.seteuid(0)
        for place, before in modes.items():
            place.chmod(before)
