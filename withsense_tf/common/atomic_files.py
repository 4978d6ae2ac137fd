"""Files that are there whole or not at all, whenever the machine stops."""

from __future__ import annotations

import glob
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from withsense_tf.errors import SettingError, on_disk

DRAFT: Final = ".draft"
# As much as some lines take, and as a file system gives at once.
PROBE_BYTES: Final = 4_096
# Its lock says that the process lives that made the folder; one that is younger may be on its way to the lock.
ALIVE: Final = "alive.lock"
YOUNG_SECONDS: Final = 60.0
OLD_SECONDS: Final = 86_400.0  # nobody writes so long at a draft


class OwnFolder(tempfile.TemporaryDirectory[str]):
    """A temporary folder that goes with the object, or, where its process was killed, when another one is made."""

    def __init__(self, prefix: str) -> None:
        _remove_orphans(prefix)
        super().__init__(prefix=prefix)
        self._lock = FileLock(Path(self.name) / ALIVE, thread_local=False)
        # Where files have no locks, nobody else takes it for an orphan either.
        with suppress(OSError, NotImplementedError):
            self._lock.acquire()


def _remove_orphans(prefix: str) -> None:
    """Remove folders of this user whose process is dead: a kernel that is killed removes nothing itself."""
    for file in Path(tempfile.gettempdir()).glob(f"{prefix}*/{ALIVE}"):
        with suppress(OSError, NotImplementedError, Timeout):
            folder, age = file.parent.lstat(), time.time() - file.stat().st_mtime
            if folder.st_uid == os.getuid() and age > YOUNG_SECONDS:
                with FileLock(file, blocking=False):
                    shutil.rmtree(file.parent, ignore_errors=True)


@contextmanager
def whole_file(path: Path, suffix: str = DRAFT, *, replace: bool = True) -> Iterator[Path]:
    """Yield a draft to write beside `path`, which takes its place on the disk when the block ends without an error.

    Without `replace`, a file that is there by then stays. The draft's name ends in `suffix`, which some libraries read.
    A symbolic link stays one: the file that it leads to is replaced.
    """
    path = path.resolve()
    draft = path.with_name(f"{path.stem}-{secrets.token_hex(4)}{suffix}")
    with on_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield draft
            flush(draft)
            if replace:
                draft.replace(path)
            else:
                # Another process may be quicker; unlike a rename, a link never replaces a file.
                with suppress(FileExistsError):
                    os.link(draft, path)
            flush(path.parent)
        finally:
            # Half a file on a full disk is in everybody's way.
            draft.unlink(missing_ok=True)


@contextmanager
def whole_folder(folder: Path, last: str) -> Iterator[Path]:
    """Yield a draft of a folder that is not there yet or empty; it takes its place when the block ends without error.

    An empty folder, where a disk may be mounted, stays; the draft's parts come into it, that of the name `last` last.
    """
    folder = folder.resolve()
    # A name has 255 bytes at most.
    name = f".{os.fsdecode(os.fsencode(folder.name)[:100])}-"
    draft = (folder if folder.exists() else folder.parent) / f"{name}{secrets.token_hex(4)}{DRAFT}"
    with on_disk(folder):
        check_new_folder(folder)
        try:
            draft.mkdir(parents=True)
            with suppress(OSError):  # another process may be quicker
                for old in draft.parent.glob(f"{glob.escape(name)}{'[0-9a-f]' * 8}{DRAFT}"):
                    if time.time() - old.stat().st_mtime > OLD_SECONDS:
                        shutil.rmtree(old)
            yield draft
            check_new_folder(folder)
            if folder.exists():
                for part in sorted(draft.iterdir(), key=lambda part: part.name == last):
                    part.rename(folder / part.name)
            else:
                draft.rename(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def check_new_folder(root: Path) -> None:
    """Raise where something is there already that would be written over; a hidden draft is nothing yet."""
    with on_disk(root):
        if root.exists() and (
            not root.is_dir() or any(not part.match(f".*{DRAFT}") for part in root.iterdir())
        ):
            raise SettingError(f"{root} is there already: choose a folder that is not there yet.")


@contextmanager
def alone_with(file: Path) -> Iterator[None]:
    """Let no other thread or process that asks for the same change a file within the block; its lock is its owner's.

    A file has one lock, by whatever symbolic link it is named.
    """
    file = file.resolve()
    with on_disk(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{file}.lock", mode=0o600):
            yield


def fill_draft(draft: Path, content: bytes, file: Path) -> None:
    """Write the draft of a file with the rights that the file has; a new one is its owner's alone. Lock it before.

    So what other drafts of it there are, processes left that were killed.
    """
    for old in file.parent.glob(f"{glob.escape(file.stem)}-{'[0-9a-f]' * 8}{DRAFT}"):
        if old != draft:
            old.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    if file.exists():
        shutil.copymode(file, draft)


def append_line(file: Path, line: bytes, *, lasting: bool = False) -> int:
    """Append a line to a file, all of it or nothing; return how long the file was before. Lock it before.

    A new file is its owner's alone. Half a line that a machine left as it stopped takes no whole one with it. A line
    that is `lasting` is on the disk at the end.
    """
    with on_disk(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(file, "ab+", buffering=0, opener=_for_owner) as stream:
            size = stream.seek(0, os.SEEK_END)
            is_whole = not size or os.pread(stream.fileno(), 1, size - 1) == b"\n"
            rest = (b"" if is_whole else b"\n") + line + b"\n"
            try:
                while rest:
                    rest = rest[stream.write(rest) :]
                if lasting:
                    os.fsync(stream.fileno())
            except BaseException:
                stream.truncate(size)
                raise
        return size


def check_appendable(file: Path) -> None:
    """Raise where no line can be appended to a file now: this user may not, or there is no room."""
    with on_disk(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(file, "ab", opener=_for_owner):
            pass
        # Beside it: whoever reads the file sees no line that is none.
        with tempfile.TemporaryFile(dir=file.parent, buffering=0) as probe:
            probe.write(bytes(PROBE_BYTES))


def _for_owner(file: str, flags: int) -> int:
    return os.open(file, flags, 0o600)


def flush(path: Path) -> None:
    """Wait until a file, or which files a folder has, is on the disk, where the system can tell."""
    if path.is_dir() and not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
