"""Whether a file may be read and written by who runs this, and in what words a person is told that it may not."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

MOUNT: Final = "Choose a place that may be written to, or mount the disk otherwise."


def path_of(path: str | Path) -> Path:
    """Return the path that a person gave, with the home folder in place of `~`, as no shell does within quotes.

    >>> str(path_of("photos")), path_of("~/photos") == Path.home() / "photos"
    ('photos', True)
    """
    return Path(os.path.expanduser(path))  # noqa: PTH111  # which raises where nobody has that name


def words_of(error: BaseException) -> str:
    """Return what the system says of an error, without its number and file; else the error's own words, or its kind.

    >>> words_of(OSError(13, "Permission denied", "a.jpg")), words_of(OSError("broken")), words_of(OSError())
    ('Permission denied', 'broken', 'OSError')
    """
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def has_right(place: Path, right: int) -> bool:
    """Return whether who runs this has rights (`os.R_OK`, `os.W_OK` …) to a file or folder."""
    return os.access(place, right, effective_ids=os.access in os.supports_effective_ids)


def is_on_read_only_disk(place: Path) -> bool:
    """Return whether a place, or the folder that it would be made in, lies on a disk that is mounted to be read."""
    return hasattr(os, "statvfs") and bool(os.statvfs(_nearest(place)).f_flag & os.ST_RDONLY)


def no_rights(error: OSError, place: object = None, is_before: bool = True) -> str:
    """Say which file this user may not use, whose it is, and what to do; `is_before`, nothing was changed so far."""
    file = error.filename2 or error.filename or place
    why = f"{words_of(error)}: {_whose(Path(str(file)))}"
    changed = "Nothing was changed. " if is_before else ""
    return f"{file} may not be read or written by who runs this ({why}). {changed}{_remedy()}"


def no_writing(place: Path) -> str:
    """Say that a place may only be read by who runs this, or not even that, why, and what to do."""
    if is_on_read_only_disk(place):
        return disk_is_read_only(place)
    how = "only" if has_right(_nearest(place), os.R_OK) else "not"
    return f"{place} may {how} be read: {_whose(place)}. Nothing was changed. {_remedy()}"


def disk_is_read_only(place: object) -> str:
    """Say that a place lies on a disk that is mounted to be read, and what to do."""
    return f"{place} may only be read: its disk is mounted so. Nothing was changed. {MOUNT}"


def _remedy() -> str:
    """Say who runs this and needs the rights: whose a file is may have taken them from itself."""
    number = os.geteuid() if hasattr(os, "geteuid") else None
    user = "the user who runs this" if number is None else f"user {number}, who runs this,"
    return (
        f"Let {user} read and write it and what lies beside it (chown, chmod), or run this as a user who may."
    )


def _whose(place: Path) -> str:
    """Say whose a file is, or the folder that it would be made in, and what rights it has."""
    file = _nearest(place)
    try:
        owner = file.owner()
    except (OSError, KeyError, NotImplementedError):  # a container may have no such name
        owner = f"user {file.stat().st_uid}"
    return f"{file} is {owner}'s, with the rights {stat.filemode(file.stat().st_mode)}"


def _nearest(place: Path) -> Path:
    """Return a place, or the nearest folder around it that is there."""
    return next((one for one in (place, *place.absolute().parents) if has_right(one, os.F_OK)), Path("/"))
