"""Where what users send waits until it is judged: a folder for each photo, which is there whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from withsense_tf.app.guards.request_log import LOGGER
from withsense_tf.app.photo_ids import PhotoIds
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.uploads.photo_kinds import ENDINGS, check_photo
from withsense_tf.common.atomic_files import flush
from withsense_tf.common.limits import read_json
from withsense_tf.data.named import own_texts
from withsense_tf.data.pictures.photo_file import digest_of
from withsense_tf.errors import on_disk
from withsense_tf.file_access import words_of

DRAFT, ABOUT, PHOTO = ".draft", "about.json", "photo"
# How folders end of photos that wait no more, and are being erased.
PAST: Final = f".past{DRAFT}"
# Who stopped amid taking a photo in left a draft; a server beside this one that still works on one writes to it.
DRAFT_SECONDS: Final = 3_600
PART_BYTES: Final = 1 << 20
# Notes a photo, by name and digest, before it changes; where the change fails, the note is taken back.
Note = Callable[[str, str], AbstractContextManager[None]]


@dataclass(frozen=True)
class Description:
    """What a user says of a photo: captions, who says so, by which key, and its file's name, which counts as a text."""

    captions: tuple[str, ...]
    by: str | None
    file_name: str
    key: str = ""


@dataclass(frozen=True)
class WaitingPhoto:
    """A photo that waits: its folder, the name that it will have, and what was said of it; None if that is damaged.

    Where it `waits_already`, it came before with the same words.
    """

    folder: Path
    name: str
    description: Description | None
    waits_already: bool = False
    digest: str = field(default="", compare=False)

    @property
    def file(self) -> Path:
        """Return its file."""
        return self.folder / f"{PHOTO}{Path(self.name).suffix}"


class Quarantine:
    """The photos that wait, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(
        self,
        stream: BinaryIO,
        description: Description,
        most_bytes: int,
        most_pixels: int,
        note: Note = lambda name, digest: nullcontext(),
    ) -> WaitingPhoto:
        """Take a photo in, if it is one, and its name and digest could be noted; nothing is left of others.

        Its name is as if drawn by lot, never the user's: the same photo with the same words has the same one, so that
        it waits, and comes into the index, once.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.folder / f"{secrets.token_hex(8)}{DRAFT}"
        with on_disk(self.folder):
            draft.mkdir(mode=0o700)
            try:
                _copy(stream, file := draft / PHOTO, most_bytes)
                kind, _ = check_photo(file, most_pixels)
                digest = digest_of(file)
                id_ = self._lot(digest, description)
                name = _name_of(id_, ENDINGS[kind])
                file.rename(file.with_suffix(ENDINGS[kind]))
                about = {"name": name, **asdict(description)}
                (draft / ABOUT).write_text(json.dumps(about), encoding="utf-8")
                flush(draft / ABOUT)
                with note(name, digest):
                    is_new = self._take_place(draft, self.folder / id_)
            except BaseException:
                shutil.rmtree(draft, ignore_errors=True)
                raise
        return WaitingPhoto(self.folder / id_, name, description, not is_new, digest)

    def _take_place(self, draft: Path, folder: Path) -> bool:
        """Let a draft wait in its folder; where the same waits there whole it is erased, and the answer is False."""
        while True:
            try:
                draft.rename(folder)
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise
            else:
                return True
            if self._is_whole(folder):
                shutil.rmtree(draft)
                return False
            # Damaged, or gone by now: the same takes its place.
            with suppress(FileNotFoundError):
                _set_aside(folder)

    def _is_whole(self, folder: Path) -> bool:
        """Return whether a photo waits as it came: its folder is called by all that counts of it."""
        with suppress(OSError):
            photo = _waiting(folder)
            return (
                photo.description is not None
                and self._lot(digest_of(photo.file), photo.description) == folder.name
            )
        return False

    def _lot(self, digest: str, description: Description) -> str:
        """Return the number of a photo, by its digest, with what is said of it, under the key of the index."""
        # Of the file's name counts what it says.
        name_texts = [text for _, text in own_texts(description.file_name)]
        parts = (digest, description.captions, description.by, name_texts)
        return PhotoIds.of_folder(self.folder.parent).lot((json.dumps(parts) + description.key).encode())

    def waiting(self) -> Iterator[WaitingPhoto]:
        """Yield the photos that wait, as they came."""
        for folder in sorted(self._folders(), key=lambda one: one.stat().st_mtime):
            try:
                photo = _waiting(folder)
            except OSError:
                continue  # it waits until it can be read
            yield photo

    def leave(self, waiting: WaitingPhoto) -> None:
        """Let a photo wait no more; stopped amid that, no half of it waits, and the rest is erased the next time."""
        _set_aside(waiting.folder)
        self.clear()

    def clear(self) -> None:
        """Erase photos that wait no more, and drafts that nobody works on; what cannot be erased is written down."""
        for folder in self.folder.iterdir() if self.folder.is_dir() else ():
            try:
                if folder.name.endswith(PAST) or (folder.suffix == DRAFT and _is_old(folder)):
                    shutil.rmtree(folder)
            except FileNotFoundError:
                continue  # another process was quicker
            except OSError as error:
                what = (
                    f"a photo that waits no more cannot be erased ({words_of(error)}): erase {folder} by hand"
                )
                LOGGER.error("", extra={"cells": {"error": what}})

    def count(self) -> int:
        """Return how many photos wait."""
        return len(self._folders())

    def waits(self, name: str) -> bool:
        """Return whether a photo of this name waits."""
        return any(_name_of(one.name, Path(name).suffix) == name for one in self._folders())

    def _folders(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return [one for one in self.folder.iterdir() if one.suffix != DRAFT and (one / ABOUT).is_file()]


def _set_aside(folder: Path) -> None:
    """Let what is in a folder wait no more: the same photo may come again before it is erased."""
    folder.rename(folder.with_suffix(f".{secrets.token_hex(4)}{PAST}"))


def _is_old(draft: Path) -> bool:
    """Return whether nothing was added to a draft for an hour."""
    times = [one.stat().st_mtime for one in (draft, *draft.iterdir())]
    return time.time() - max(times) > DRAFT_SECONDS


def _name_of(id_: str, ending: str) -> str:
    return f"upload_{id_}{ending}"


def _waiting(folder: Path) -> WaitingPhoto:
    """Return the photo that waits in a folder, with what was said of it as far as that is as it was written down."""
    names = {ending: _name_of(folder.name, ending) for ending in ENDINGS.values()}
    with suppress(ValueError, LookupError, TypeError):
        about = read_json(folder / ABOUT)
        captions, by, file_name = tuple(about["captions"]), about["by"], about["file_name"]
        key = about.get("key", "")
        texts = [*captions, file_name, key, *([] if by is None else [by])]
        # A name is a path, too.
        if captions and all(isinstance(text, str) for text in texts) and about["name"] in names.values():
            return WaitingPhoto(folder, about["name"], Description(captions, by, file_name, key))
    photos = [name for ending, name in names.items() if (folder / f"{PHOTO}{ending}").exists()]
    return WaitingPhoto(folder, [*photos, _name_of(folder.name, "")][0], None)


@contextmanager
def passing_photo(stream: BinaryIO, folder: Path, most_bytes: int, most_pixels: int) -> Iterator[Path]:
    """Yield the file of a photo that is only asked by, and is gone at the end; what is no photo is a problem."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="question-", dir=folder) as place:
        _copy(stream, file := Path(place) / PHOTO, most_bytes)
        kind, _ = check_photo(file, most_pixels)
        yield file.rename(file.with_suffix(ENDINGS[kind]))


def _copy(stream: BinaryIO, path: Path, most_bytes: int) -> None:
    """Copy what comes into a file that only this user may read and nobody may run."""
    size = 0
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        while part := stream.read(PART_BYTES):
            size += len(part)
            if size > most_bytes:
                raise ProblemError(
                    413, "too_large", f"The photo has more than {most_bytes:,} bytes.", "Send it smaller."
                )
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
