"""Files that are there whole or not at all, whenever the machine stops."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from withsense_tf.errors import on_disk

DRAFT: Final = ".draft"


@contextmanager
def whole_file(path: Path, suffix: str = DRAFT, *, replace: bool = True) -> Iterator[Path]:
    """Yield a draft to write beside `path`, which takes its place on the disk when the block ends without an error.

    Without `replace`, a file that is there by then stays. The draft's name ends in `suffix`, which some libraries read.
    """
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


def flush(path: Path) -> None:
    """Wait until a file, or which files a folder has, is on the disk, where the system can tell."""
    if path.is_dir() and not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
