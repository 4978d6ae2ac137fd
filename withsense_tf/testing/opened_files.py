"""Which files of a folder are opened meanwhile: so it shows who reads photos, whatever the way."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

_watched: dict[Path, set[Path]] = {}


@contextmanager
def opened_files(folder: Path) -> Iterator[set[Path]]:
    """Yield the set of files below a folder that this process opens within the block; it grows meanwhile."""
    _start_watching()
    root = folder.absolute()
    files = _watched.setdefault(root, set())
    try:
        yield files
    finally:
        _watched.pop(root, None)


@cache
def _start_watching() -> None:
    # Python offers no way to take such a hook away; without a folder to watch it does nothing.
    sys.addaudithook(_note)


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event != "open" or not _watched or not isinstance(arguments[0], str):
        return
    file = Path(arguments[0]).absolute()
    for root, files in list(_watched.items()):
        if file.is_relative_to(root):
            files.add(file)
