"""Files and folders -> short names for their content; and what was made of some content, found again by its name.

What takes long to make may be found again by other processes, too, as long as these work on one thing together.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

Thing = TypeVar("Thing")
# Where processes of one work put what others may need, while there are several.
_common_folders: list[Path] = []


def fingerprint(root: Path, files: Iterable[Path], content: Callable[[Path], bytes], signs: int) -> str:
    """Name what files below a folder, or the one that is no folder, are called and contain, in so many signs.

    `content` condenses one file.
    """
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file.relative_to(root).as_posix()}\0".encode(errors="surrogateescape"))
        digest.update(content(file))
    return digest.hexdigest()[:signs]


def files_below(folder: Path) -> list[Path]:
    """Return all files in a folder and its folders, in no order."""
    return [file for file in folder.rglob("*") if file.is_file()]


def content_of(file: Path) -> bytes:
    """Return the SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def known_content_of(file: Path) -> bytes:
    """Return the SHA-256 of a file, which is not read again as long as its size and time stay.

    That is for weights, which have gigabytes and whose names are asked for often; who looks for damage reads anew.
    """
    state = file.stat()
    return _digest_of(file, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=1024)
def _digest_of(file: Path, *state: int) -> bytes:  # noqa: ARG001  # a file that changed is hashed anew
    return content_of(file)


@contextmanager
def shared_in(folder: Path) -> Iterator[None]:
    """Within the block, share what `made_once` makes with the processes that share the same folder.

    It is theirs alone, since what lies there is run: a folder that others may write into is none.
    """
    _common_folders.append(folder)
    try:
        yield
    finally:
        _common_folders.pop()


def made_once(name: str, make: Callable[[], Thing]) -> Thing:
    """Return what another process has made under this name, which tells all that it hangs on; else make it.

    Nobody waits for another one: who needs it before it is there makes it, too.
    """
    if not _common_folders:
        return make()
    file = _common_folders[-1] / hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()
    if file.exists():
        there: Thing = pickle.loads(file.read_bytes())
        return there
    thing = make()
    # What objects raise that cannot be handed to another process.
    with suppress(pickle.PicklingError, TypeError, AttributeError, OSError):
        draft = file.with_suffix(f".{os.getpid()}")
        draft.write_bytes(pickle.dumps(thing, pickle.HIGHEST_PROTOCOL))
        draft.replace(file)
    return thing


class LastMade(Generic[Thing]):
    """The last things that were made of some content, each by a name for that, for whoever needs the same again."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[str, Thing] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._things)

    def get(self, name: str, make: Callable[[], Thing]) -> Thing:
        """Return the thing of that name; make it where it is not here, and let the one that was needed longest ago go.

        It is made by one thread alone, once.
        """
        with self._lock:
            if name not in self._things:
                # Before another is made: two may be too large for the memory.
                while len(self._things) >= self._most:
                    self._things.popitem(last=False)
                self._things[name] = make()
            self._things.move_to_end(name)
            return self._things[name]
