"""Whether the files of an index's photos are where they were, and what they were."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from withsense_tf.data.pictures.looks import SIDE
from withsense_tf.data.pictures.photo_file import PhotoError, read_photo
from withsense_tf.errors import some_of
from withsense_tf.index.integrity.table_errors import index_remedy
from withsense_tf.index.tables.state_table import get_state

MOST_NAMED: Final = 3


def file_problems(photos: Sequence[tuple[str, str, str]], source: str | None, index: Path) -> list[str]:
    """Return what is wrong with the files of photos (name, path, digest), a line for each folder and reason.

    `source` is the folder that the index was built from, by which it is brought up to date.
    """
    problems: dict[tuple[Path | None, str], list[str]] = {}
    for name, path, digest in photos:
        try:
            read_photo(Path(path), (SIDE, SIDE), digest=digest)
        except PhotoError as error:
            is_gone = isinstance(error.__cause__, FileNotFoundError)
            folder = _missing_folder(Path(path)) if is_gone else None
            reason = "there is none any more" if is_gone else error.reason
            problems.setdefault((folder, reason), []).append(name)
    return [
        _line(folder, reason, names, _advice(folder, source, index))
        for (folder, reason), names in problems.items()
    ]


def gone_photo(tables: sqlite3.Connection, photos: Iterable[tuple[str, str]], index: Path) -> str | None:
    """Say of the first of some photos (name, path) whose file is gone what mends it; None where all are there."""
    for name, path in photos:
        if _is_gone(Path(path)):
            folder = _missing_folder(Path(path))
            what = f"The file of {name}" if folder is None else f"The folder {folder}"
            advice = _advice(folder, get_state(tables, "source"), index)
            return f"{what} is gone: what was there is found, and cannot be shown.{advice}"
    return None


def _is_gone(file: Path) -> bool:
    try:
        file.stat()
    except OSError as error:  # after others it may be there
        return isinstance(error, FileNotFoundError | NotADirectoryError)
    return False


def how_to_run(index: Path, source: str | None, *before: str) -> str:
    """Say to run commands, and then the one that brings an index up to date, once its folder is there."""
    is_gone = source is not None and _is_gone(Path(source))
    update = index_remedy(index, "update", source or "FOLDER")
    return f"{f'Bring {source} back, then run' if is_gone else 'Run'}: {' && '.join([*before, update])}"


def _advice(folder: Path | None, source: str | None, index: Path) -> str:
    """Return what mends it; only where all that was indexed lay in a folder that is gone may another replace it."""
    if folder is not None and source is not None and Path(source).is_relative_to(folder):
        replace = index_remedy(index, "update", "NEW_FOLDER", "--replace")
        return f" Bring it back; if it was moved, run: {replace}"
    if source is None or _is_gone(Path(source)):
        return " Bring back what was there."
    return f" Bring back what was there, or run: {index_remedy(index, 'update', source)}"


def _line(folder: Path | None, reason: str, names: Sequence[str], update: str) -> str:
    if folder is not None:
        return (
            f"The folder {folder} is gone, and with it the files of {len(names):,} photos: "
            f"{some_of(names, MOST_NAMED)}.{update}"
        )
    if len(names) == 1:
        return f"The file of {names[0]} is not used: {reason}.{update}"
    return (
        f"The files of {len(names):,} photos are not used: {reason} ({some_of(names, MOST_NAMED)}).{update}"
    )


def _missing_folder(file: Path) -> Path | None:
    """Return the highest folder that is gone of those that a file lies in, if any is."""
    return next((folder for folder in reversed(file.parents) if not folder.exists()), None)
