"""A folder in any depth -> its files by name, and what each of them may be."""

from __future__ import annotations

import errno
import os
import unicodedata
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

from withsense_tf.data.folder.problems import Problem
from withsense_tf.data.pictures.photo_file import LITTER, SIGNATURES, SUFFIXES
from withsense_tf.file_access import words_of

FileKind = Literal["photo", "table", "text", "json", "xmp", "unreadable", "other"]
TABLES: Final = frozenset({".csv", ".tsv", ".tab", ".psv"})
TEXTS: Final = frozenset(
    {".txt", ".text", ".md", ".nfo", ".caption", ".htm", ".html", ".xml", ".yaml", ".yml"}
)
JSON: Final = frozenset({".json", ".jsonl", ".ndjson"})
# Tables and documents of programs: they may say anything of the photos, and nothing here reads them.
UNREADABLE: Final = frozenset(
    {".xls", ".xlsx", ".xlsm", ".xlsb", ".ods", ".numbers", ".parquet", ".feather", ".arrow", ".sav", ".dta"}
    | {".sqlite", ".sqlite3", ".db", ".mdb", ".accdb", ".lrcat", ".pkl", ".pickle", ".h5", ".mat"}
    | {".doc", ".docx", ".odt", ".rtf", ".pages", ".pdf", ".ppt", ".pptx"}
)
# What a file begins with that may hold a photo of another format than those of `SIGNATURES`.
MORE_SIGNATURES: Final = (b"BM", b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51")
BOX: Final = b"ftypavif"
PEEK: Final = 4096
# Folders that systems and programs keep beside photos.
LITTER_FOLDERS: Final = frozenset({"__macosx", "@eadir", "$recycle.bin", "lost+found"})
# What an index of this package has in its folder.
INDEX: Final = "catalog.sqlite"


def files_of(root: Path, problems: list[Problem]) -> dict[str, Path]:
    """Return all files of a folder by their path in it, with "/", in the order of their names.

    Links are followed, and each folder is read once: by its own name, where it has one in here. What is hidden is
    passed over.
    """
    files: dict[str, Path] = {}
    seen_folders: set[tuple[int, int]] = set()
    own_folders, links = deque([("", root)]), deque[tuple[str, Path]]()
    while own_folders or links:
        name, folder = own_folders.popleft() if own_folders else links.popleft()
        try:
            state = folder.stat()
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            reason = words_of(error)
            problems.append(Problem("file_missing", f"{name}/", None, f"{name}/", reason))
            continue
        if (state.st_dev, state.st_ino) in seen_folders or is_made_here(folder, name):
            reason = "another way to a folder that was read, or an index"
            problems.append(Problem("photo_skipped", f"{name}/", None, f"{name}/", reason))
            continue
        seen_folders.add((state.st_dev, state.st_ino))
        for entry in entries:
            path = f"{name}/{text_of_name(entry.name)}" if name else text_of_name(entry.name)
            kind = _kind_of_entry(entry)
            if kind == "file":
                if entry.name.startswith(".") and entry.name.lower() not in LITTER:
                    problems.append(Problem("photo_skipped", path, None, path, "a hidden file"))
                elif entry.name.lower() not in LITTER:
                    files[path] = Path(entry.path)
            elif kind != "folder":
                problems.append(Problem("photo_skipped", path, None, path, kind))
            elif entry.name.startswith(".") or entry.name.lower() in LITTER_FOLDERS:
                problems.append(Problem("photo_skipped", f"{path}/", None, f"{path}/", "a hidden folder"))
            else:
                (links if entry.is_symlink() else own_folders).append((path, Path(entry.path)))
    return dict(sorted(files.items()))


def _kind_of_entry(entry: os.DirEntry[str]) -> str:
    """Return "file", "folder", or why an entry is none: a link may lead to itself, or to where nobody may look."""
    try:
        if entry.is_file():
            return "file"
        if entry.is_dir():
            return "folder"
    except OSError as error:
        nowhere = error.errno in (errno.ELOOP, errno.ENOTDIR, errno.ENAMETOOLONG)
        return "a link to nowhere" if nowhere else words_of(error)
    return "a link to nowhere" if entry.is_symlink() else "neither a file nor a folder"


def is_made_here(folder: Path, name: str) -> bool:
    """Return whether a folder holds what this package writes: an index, or artifacts with one."""
    parts = (folder, folder / "index") if folder.name == "artifacts" else (folder,)
    return bool(name) and any((part / INDEX).is_file() for part in parts)


def text_of_name(name: str) -> str:
    r"""Return a name as text: bytes that are no UTF-8, and signs that steer terminals, are written out.

    >>> text_of_name("a\nb.jpg"), text_of_name("Зима.jpg")
    ('a\\nb.jpg', 'Зима.jpg')
    """
    text = os.fsencode(name).decode("utf-8", errors="backslashreplace")
    return "".join(repr(sign)[1:-1] if unicodedata.category(sign) == "Cc" else sign for sign in text)


def kind_of(path: Path) -> FileKind:
    """Return what a file may be, by its ending; where that says nothing, by how the file begins."""
    ending = path.suffix.lower()
    by_ending: Iterable[tuple[FileKind, frozenset[str]]] = (
        ("photo", SUFFIXES),
        ("table", TABLES),
        ("text", TEXTS),
        ("json", JSON),
        ("xmp", frozenset({".xmp"})),
        ("unreadable", UNREADABLE),
    )
    for kind, endings in by_ending:
        if ending in endings:
            return kind
    try:
        with path.open("rb") as stream:
            start = stream.read(PEEK)
    except OSError:
        return "unreadable"
    if start.startswith((*SIGNATURES, *MORE_SIGNATURES)) or start[4:12] == BOX:
        return "photo"
    return "text" if start and b"\0" not in start else "other"
