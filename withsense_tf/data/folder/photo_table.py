"""Photo files -> a table of what is in them, with what is wrong with them, and which are copies of each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from withsense_tf.common.blas_threads import one_blas_thread
from withsense_tf.common.machine import usable_cores
from withsense_tf.common.terminal import track
from withsense_tf.data.folder.photo_names import FOLDERS
from withsense_tf.data.folder.problems import Problem
from withsense_tf.data.pictures.look_cache import look_cache
from withsense_tf.data.pictures.near_duplicates import connect, read_looks, relations
from withsense_tf.data.pictures.photo_file import SUFFIXES, PhotoError, PhotoFacts, inspect_photo

COLUMNS: Final = ["photo", "part", "path", "width", "height", "digest", "look", "embedded"]


@dataclass(frozen=True)
class PhotoPlace:
    """A file that should be a photo: where it is, the photo's name, its part, and whether reports name a folder."""

    path: Path
    name: str
    part: str
    plain: bool = False

    @property
    def where(self) -> str:
        """Return what reports call the file."""
        return self.name if self.plain else f"{self.path.parent.name}/{self.path.name}"


# A thread a core looks at photos: none of these needs more to multiply.
@one_blas_thread()
def look_at_photos(
    places: Sequence[PhotoPlace], decode: bool, problems: list[Problem], with_looks: bool = True
) -> pd.DataFrame:
    """Look at the files; bad ones become problems, the others rows."""

    def look(place: PhotoPlace) -> PhotoFacts | PhotoError:
        try:
            return inspect_photo(place.path, decode, cache)
        except PhotoError as error:
            return error

    rows = []
    # Threads help: Pillow decodes, and the file system reads, outside the interpreter's lock. No more of them
    # than cores: a large photo takes a gigabyte while it is decoded.
    with look_cache() as cache, ThreadPoolExecutor(max_workers=usable_cores()) as pool:
        results = track(pool.map(look, places), len(places), "Looking at photos")
        for place, facts in zip(places, results, strict=True):
            where, name = place.where, place.name
            if isinstance(facts, PhotoFacts):
                problems += [Problem(odd, where, None, name, "") for odd in facts.oddities]
                values = (facts.width, facts.height, facts.digest, facts.look, facts.file_texts)
                rows.append((name, place.part, str(place.path), *values))
            elif place.path.suffix.lower() not in SUFFIXES and facts.kind in (
                "photo_not_image",
                "photo_empty",
            ):
                problems.append(Problem("photo_skipped", where, None, name, "no photo by name or content"))
            else:
                problems.append(Problem(facts.kind, where, None, name, facts.reason))
    photos = pd.DataFrame(rows, columns=COLUMNS)
    if with_looks and not decode:
        # Only headers were read. What turns out to be damaged has no look.
        photos["look"] = read_looks([Path(path) for path in photos["path"]])
    return photos


def with_groups(photos: pd.DataFrame) -> pd.DataFrame:
    """Add to photos their `group`, the lowest digest of those that are the same or copies, and their `parts`.

    These are the groups of other photos that a photo shows, as a collage does.
    """
    looks, digests = photos["look"].tolist(), photos["digest"].to_numpy(str)
    _, first, place = np.unique(digests, return_index=True, return_inverse=True)
    near = relations(looks)
    same = np.stack([np.arange(len(photos)), first[place]])
    labels = connect(len(photos), np.concatenate([near.copies, same], axis=1))
    group = photos.groupby(labels)["digest"].transform("min")
    parts: list[set[str]] = [set() for _ in looks]
    # Of photos with one look, one was compared.
    by_look: dict[str, list[int]] = {}
    for at, look in enumerate(looks):
        by_look.setdefault(look, []).append(at)
    for part, whole in near.parts.T.tolist():
        for at in by_look[looks[whole]]:
            parts[at].add(group.iloc[part])
    return photos.assign(group=group, parts=pd.Series([tuple(sorted(some)) for some in parts], photos.index))


def twins_of(photos: pd.DataFrame, plain: bool = False) -> list[Problem]:
    """Return a note for each photo that is the same file as another one of its part, or looks like one."""
    return [
        *_twins(photos, "digest", "photo_twice", "the same file as", plain),
        *_twins(photos.drop_duplicates("digest"), "group", "photo_alike", "looks like", plain),
    ]


def _twins(photos: pd.DataFrame, by: str, kind: str, reason: str, plain: bool) -> list[Problem]:
    first = photos.groupby(["part", by])["photo"].transform("first")
    rows: Iterable[tuple[str, str, str]] = zip(photos["photo"], photos["part"], first, strict=True)
    return [
        Problem(kind, photo if plain else f"{FOLDERS[part]}/{photo}", None, photo, f"{reason} {twin}")
        for photo, part, twin in rows
        if photo != twin
    ]
