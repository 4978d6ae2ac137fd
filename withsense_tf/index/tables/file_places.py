"""Where files of photos lie: what lies in the index's own folder is written down from there.

So a copy of the folder that is restored elsewhere has the photos that users brought, and the original may be gone.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final

# What begins a place in the index's own folder; no path of another file begins so.
OWN: Final = "./"
# Where servers keep the photos that users bring, unless they are given another folder.
UPLOADS_FOLDER: Final = ("app", "photos")


def own_folder(tables: sqlite3.Connection) -> Path | None:
    """Return the folder of the index, with no link in it; None where the tables are in memory."""
    for _, name, file in tables.execute("PRAGMA database_list"):
        if name == "main" and file:
            return Path(os.path.realpath(file)).parent
    return None


def place_of(path: str, folder: Path | None) -> str:
    """Return what is written down of a file: its place in the folder, or its path if it lies elsewhere.

    >>> place_of("/index/app/photos/a.png", Path("/index")), place_of("/photos/a.png", Path("/index"))
    ('./app/photos/a.png', '/photos/a.png')
    """
    if folder is None or not path or path.startswith(OWN):
        return path
    # A server may be given its folder from where it is started.
    whole = path if path.startswith(os.sep) else str(Path(path).resolve())
    return OWN + os.path.relpath(whole, folder) if whole.startswith(f"{folder}{os.sep}") else path


def file_at(place: str, folder: Path | None) -> str:
    """Return where a file lies that was written down so.

    >>> file_at("./app/photos/a.png", Path("/copy")), file_at("/photos/a.png", Path("/copy"))
    ('/copy/app/photos/a.png', '/photos/a.png')
    """
    if folder is None:
        return place
    if place.startswith(OWN):
        return str(folder / place)
    path = Path(place)
    # Versions before wrote whole paths down. What was brought has a name that was drawn by lot.
    if (
        path.parts[-3:-1] == UPLOADS_FOLDER
        and (here := folder.joinpath(*UPLOADS_FOLDER, path.name)).is_file()
    ):
        return str(here)
    return place
