"""What tables call photos -> which photos of the folder these are: by path, by name, with or without an ending."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterable
from functools import cached_property
from typing import Final
from urllib.parse import unquote

from withsense_tf.common.limits import NAME_SIGNS
from withsense_tf.data.folder.meant_photos import MeantPhotos
from withsense_tf.data.pictures.photo_file import SUFFIXES

ADDRESS: Final = re.compile(r"[a-z]+://")
NUMBER_BEHIND: Final = re.compile(r"#\d{1,9}$")


class PhotoLookup:
    """Find photos, given by their paths in the folder.

    >>> lookup = PhotoLookup(["trip/Sea.JPG", "dog.jpg"])
    >>> lookup.photos_named("D:/all/trip/sea.jpg"), lookup.photos_named("dog#2"), lookup.photos_named("cat.jpg")
    (('trip/Sea.JPG',), ('dog.jpg',), ())
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(names)
        self._by_path = {unicodedata.normalize("NFC", name): name for name in self.names}
        self._by_last: dict[str, list[str]] = {}
        self._by_stem: dict[str, list[str]] = {}
        for path in self._by_path:
            last = posixpath.basename(path).casefold()
            self._by_last.setdefault(last, []).append(path)
            self._by_stem.setdefault(posixpath.splitext(last)[0], []).append(path)
        self._answers: dict[tuple[str, str], tuple[str, ...]] = {}

    @cached_property
    def meant_photos(self) -> MeantPhotos:
        """Return what finds photos by what is left of their names."""
        return MeantPhotos(self.names)

    def photos_named(self, value: str, beside: str = "") -> tuple[str, ...]:
        """Return the photos that a cell may name: one, none, or several that nothing tells apart.

        `beside` is the folder of the table, whose own photos come first.
        """
        key = value, beside
        if key not in self._answers:
            paths = self._paths_named(value, beside) or self._paths_named(
                NUMBER_BEHIND.sub("", value.strip()), beside
            )
            self._answers[key] = tuple(self._by_path[path] for path in paths)
        return self._answers[key]

    def _paths_named(self, value: str, beside: str) -> list[str]:
        own = unicodedata.normalize("NFC", value.strip())
        path = own.replace("\\", "/")
        if ADDRESS.match(path):
            # Folders of a server are none of this folder's.
            path = posixpath.basename(unquote(re.split(r"[?#]", path)[0]))
        if not path or len(path) > NAME_SIGNS:
            return []
        if own in self._by_path:
            return [own]
        parts = [part for part in path.casefold().split("/") if part not in ("", ".", "..")]
        # Tables may name many photos that are not here.
        if not parts or not (parts[-1] in self._by_last or parts[-1] in self._by_stem):
            return []
        for one in (posixpath.normpath(posixpath.join(beside, path)), posixpath.normpath(path)):
            if one in self._by_path:
                return [one]
        paths = [one for one in self._by_last.get(parts[-1], ()) if _one_ends_with_other(_parts(one), parts)]
        if not paths and posixpath.splitext(parts[-1])[1] not in SUFFIXES:
            paths = [
                one
                for one in self._by_stem.get(parts[-1], ())
                if _one_ends_with_other([*_parts(one)[:-1], parts[-1]], parts)
            ]
        return _nearest(paths, beside) if len(paths) > 1 else paths

    def of_side_car(self, name: str) -> list[str]:
        """Return the photos that a file belongs to by its name, `dog.jpg.txt` or `dog.txt`.

        They lie in its folder. Where none does, and texts have a folder of their own, one photo of that name is meant.
        """
        bare = unicodedata.normalize("NFC", posixpath.splitext(name)[0]).casefold()
        folder, last = posixpath.split(bare)
        whole = [one for one in self._by_last.get(last, ()) if one.casefold() == bare]
        stems = [one for one in self._by_stem.get(last, ()) if posixpath.dirname(one).casefold() == folder]
        if whole or stems:
            return [self._by_path[path] for path in whole or stems]
        elsewhere = self.photos_named(posixpath.splitext(posixpath.basename(name))[0])
        return list(elsewhere) if len(elsewhere) == 1 and not self.beside(posixpath.dirname(name)) else []

    def beside(self, folder: str) -> list[str]:
        """Return the photos that lie in a folder, not in folders of it."""
        return [name for name in self.names if posixpath.dirname(name) == folder]

    def below(self, folder: str) -> list[str]:
        """Return the photos that a file in this folder may speak of: those below it, or all where there are none."""
        return [name for name in self.names if not folder or name.startswith(f"{folder}/")] or self.names


def _parts(path: str) -> list[str]:
    return path.casefold().split("/")


def _one_ends_with_other(some: list[str], others: list[str]) -> bool:
    count = min(len(some), len(others))
    return some[-count:] == others[-count:]


def _nearest(paths: list[str], beside: str) -> list[str]:
    """Return those of several photos that lie below the folder of the table, if any do."""
    near = [path for path in paths if beside and path.startswith(f"{beside}/")]
    return near or paths
