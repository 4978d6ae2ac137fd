"""The two photo folders -> which photos there are, which can be used, and to which part each belongs."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from withsense_tf.common.machine import usable_cores
from withsense_tf.common.terminal import track
from withsense_tf.data.caption_ids import owner_of
from withsense_tf.data.folder.photo_names import FOLDERS, OPTIONAL, PhotoNames
from withsense_tf.data.folder.problems import Problem
from withsense_tf.data.folder.tables import RawTable
from withsense_tf.data.pictures.near_duplicates import connect, near_pairs, read_looks
from withsense_tf.data.pictures.photo_file import LITTER, SUFFIXES, PhotoError, PhotoFacts, inspect_photo

COLUMNS: Final = ["photo", "part", "path", "width", "height", "digest", "look", "embedded"]


def read_photo_folders(
    root: Path, test_images: RawTable, queries: RawTable, decode: bool
) -> tuple[pd.DataFrame, pd.DataFrame, PhotoNames, list[Problem]]:
    """Look at every photo; `test_images` (test_images.csv) and `queries` (test_queries.csv) name test photos too.

    A photo that is a test photo by name, by content or by its look is taken out of training, and one of corpus_images
    that train_images has by its name is left out. Photos that are the same,
    or look the same, have one `group`: the lowest of their digests.
    """
    problems: list[Problem] = []
    paths = {part: _photo_files(root / folder, problems) for part, folder in FOLDERS.items()}
    files = {part: frozenset(path.name for path in folder_paths) for part, folder_paths in paths.items()}
    test_names = {row.fields["image"] for table in (test_images, queries) for row in table.rows}
    # The caption of a query describes its owner, whatever photo stands beside it.
    test_names |= {owner_of(row.fields["query_id"]) for row in queries.rows}
    photos = _look(paths, decode, problems)
    photos["group"] = _groups(photos)
    doubles = (photos["part"] == "corpus") & photos["photo"].isin(files["train"] - files["test"] - test_names)
    problems += [_double(photo) for photo in photos.loc[doubles, "photo"]]
    photos = photos[~doubles].reset_index(drop=True)
    test = files["test"] | test_names
    by_name = photos["photo"].isin(test)
    test_photos = photos[(photos["part"] == "test") | by_name]
    leaks = (photos["part"] != "test") & (by_name | photos["group"].isin(test_photos["group"]))
    problems += _leaks(photos[leaks], test_photos)
    copies = photos.loc[leaks, ["photo", "digest", "group", "embedded"]]
    usable_photos = photos.drop(index=copies.index).reset_index(drop=True)
    problems += _twins(usable_photos, "digest", "photo_twice", "the same file as")
    problems += _twins(usable_photos.drop_duplicates("digest"), "group", "photo_alike", "looks like")
    problems += _listing(test_images, usable_photos)
    usable = {part: frozenset(usable_photos.loc[usable_photos["part"] == part, "photo"]) for part in FOLDERS}
    return usable_photos, copies, PhotoNames(files, frozenset(test | set(copies["photo"])), usable), problems


def _photo_files(folder: Path, problems: list[Problem]) -> list[Path]:
    if not folder.is_dir():
        if folder.name in OPTIONAL and not os.path.lexists(folder):
            return []
        name = f"{folder.name}/"
        problems.append(Problem("file_missing", name, None, name, "expected a folder of photos"))
        return []
    files = []
    for path in sorted(folder.iterdir()):
        name_in_text = os.fsencode(path.name).decode("utf-8", errors="backslashreplace")
        where = f"{folder.name}/{name_in_text}"
        if path.name.lower() in LITTER:
            continue
        if name_in_text != path.name:
            reason = "rename the file: its name is not UTF-8, so no table can name it"
            problems.append(Problem("photo_bad_name", where, None, name_in_text, reason))
        elif not path.is_file():
            reason = (
                "a folder: photos are looked for one level deep" if path.is_dir() else "a link to nowhere"
            )
            problems.append(Problem("photo_skipped", where, None, name_in_text, reason))
        elif path.name.startswith("."):
            problems.append(Problem("photo_skipped", where, None, name_in_text, "a hidden file"))
        else:
            files.append(path)
    if not files:
        problems.append(Problem("file_empty", f"{folder.name}/", None, folder.name, "no photos in it"))
    return files


def _look(paths: dict[str, list[Path]], decode: bool, problems: list[Problem]) -> pd.DataFrame:
    """Look at the files; bad ones become problems, the others rows."""
    todo = [(part, path) for part, folder_paths in paths.items() for path in folder_paths]

    def look(path: Path) -> PhotoFacts | PhotoError:
        try:
            return inspect_photo(path, decode)
        except PhotoError as error:
            return error

    rows = []
    # Threads help: Pillow decodes, and the file system reads, outside the interpreter's lock. No more of them
    # than cores: a large photo takes a gigabyte while it is decoded.
    with ThreadPoolExecutor(max_workers=usable_cores()) as pool:
        results = track(pool.map(look, (path for _, path in todo)), len(todo), "Looking at photos")
        for (part, path), facts in zip(todo, results, strict=True):
            where = f"{path.parent.name}/{path.name}"
            if isinstance(facts, PhotoFacts):
                problems += [Problem(odd, where, None, path.name, "") for odd in facts.oddities]
                values = (facts.width, facts.height, facts.digest, facts.look, facts.file_texts)
                rows.append((path.name, part, str(path), *values))
            elif path.suffix.lower() not in SUFFIXES and facts.kind in ("photo_not_image", "photo_empty"):
                problems.append(
                    Problem("photo_skipped", where, None, path.name, "no photo by name or content")
                )
            else:
                problems.append(Problem(facts.kind, where, None, path.name, facts.reason))
    photos = pd.DataFrame(rows, columns=COLUMNS)
    if not decode:
        # Only headers were read. What turns out to be damaged has no look.
        photos["look"] = read_looks([Path(path) for path in photos["path"]])
    return photos


def _groups(photos: pd.DataFrame) -> pd.Series[str]:
    """Return for each photo the lowest digest of those that are the same or look the same."""
    looks, digests = photos["look"].tolist(), photos["digest"].to_numpy(str)
    _, first, place = np.unique(digests, return_index=True, return_inverse=True)
    near = near_pairs(looks)
    same = np.arange(len(photos)), first[place]
    left, right = (np.concatenate(some) for some in zip(near, same, strict=True))
    return photos.groupby(connect(len(photos), (left, right)))["digest"].transform("min")


def _double(photo: str) -> Problem:
    reason = "train_images/ has a photo of this name, and judgements and captions are of that one"
    return Problem("photo_judged", f"corpus_images/{photo}", None, photo, reason)


def _leaks(leaks: pd.DataFrame, test_photos: pd.DataFrame) -> list[Problem]:
    """Tell why each of the training photos is a test photo."""
    names, digests = set(test_photos["photo"]), set(test_photos["digest"])
    like = test_photos.drop_duplicates("group").set_index("group")["photo"]
    problems = []
    for photo, part, digest, group in leaks[["photo", "part", "digest", "group"]].itertuples(index=False):
        kind, reason = "photo_in_both", "it is named as a test photo"
        if photo not in names:
            reason = "a test photo has the same content"
        if photo not in names and digest not in digests:
            kind, reason = "photo_like_test", f"it looks like {like[group]}"
        problems.append(Problem(kind, f"{FOLDERS[part]}/{photo}", None, photo, reason))
    return problems


def _twins(photos: pd.DataFrame, by: str, kind: str, reason: str) -> list[Problem]:
    first = photos.groupby(["part", by])["photo"].transform("first")
    rows: Iterable[tuple[str, str, str]] = zip(photos["photo"], photos["part"], first, strict=True)
    return [
        Problem(kind, f"{FOLDERS[part]}/{photo}", None, photo, f"{reason} {twin}")
        for photo, part, twin in rows
        if photo != twin
    ]


def _listing(table: RawTable, photos: pd.DataFrame) -> list[Problem]:
    """Compare test_images.csv with the test photos that are there."""
    if not table.usable:
        return []
    there = set(photos.loc[photos["part"] == "test", "photo"])
    problems = []
    names: set[str] = set()
    for row in table.rows:
        name = row.fields["image"]
        if name in names:
            problems.append(Problem("duplicate_row", table.file, row.line, name, "listed before"))
        elif name not in there:
            reason = f"{name} is no usable photo of test_images/"
            problems.append(Problem("row_photo_missing", table.file, row.line, name, reason))
        names.add(name)
    reason = f"not in {table.file}"
    missing = (name for name in sorted(there - names))
    return problems + [
        Problem("photo_unlisted", f"test_images/{name}", None, name, reason) for name in missing
    ]
