"""The two photo folders -> which photos there are, which can be used, and to which part each belongs."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from withsense_tf.data.caption_ids import owner_of
from withsense_tf.data.folder.photo_names import FOLDERS, OPTIONAL, PhotoNames
from withsense_tf.data.folder.photo_table import PhotoPlace, look_at_photos, twins_of, with_groups
from withsense_tf.data.folder.problems import Problem
from withsense_tf.data.folder.tables import RawTable
from withsense_tf.data.pictures.photo_file import LITTER


def read_photo_folders(
    root: Path, test_images: RawTable, queries: RawTable, decode: bool
) -> tuple[pd.DataFrame, pd.DataFrame, PhotoNames, list[Problem]]:
    """Look at every photo; `test_images` (test_images.csv) and `queries` (test_queries.csv) name test photos too.

    A photo that is a test photo by name, by content or by its look is taken out of training, and one of corpus_images
    that train_images has by its name is left out. Photos that are or look the same have one `group`: the lowest of
    their digests.
    """
    problems: list[Problem] = []
    paths = {part: _photo_files(root / folder, problems) for part, folder in FOLDERS.items()}
    files = {part: frozenset(path.name for path in folder_paths) for part, folder_paths in paths.items()}
    test_names = {row.fields["image"] for table in (test_images, queries) for row in table.rows}
    # The caption of a query describes its owner, whatever photo stands beside it.
    test_names |= {owner_of(row.fields["query_id"]) for row in queries.rows}
    places = [PhotoPlace(path, path.name, part) for part, some in paths.items() for path in some]
    photos = with_groups(look_at_photos(places, decode, problems))
    doubles = (photos["part"] == "corpus") & photos["photo"].isin(files["train"] - files["test"] - test_names)
    reason = "train_images/ has a photo of this name, and judgements and captions are of that one"
    problems += [
        Problem("photo_judged", f"corpus_images/{photo}", None, photo, reason)
        for photo in photos.loc[doubles, "photo"]
    ]
    photos = photos[~doubles].reset_index(drop=True)
    test = files["test"] | test_names
    by_name = photos["photo"].isin(test)
    test_photos = photos[(photos["part"] == "test") | by_name]
    leaks = (photos["part"] != "test") & (by_name | photos["group"].isin(test_photos["group"]))
    problems += _leaks(photos[leaks], test_photos)
    copies = photos.loc[leaks, ["photo", "digest", "group", "embedded"]]
    usable_photos = photos.drop(index=copies.index).reset_index(drop=True)
    problems += twins_of(usable_photos)
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
        kind, reason = "photo_skipped", ""
        if name_in_text != path.name:
            kind, reason = "photo_bad_name", "rename the file: its name is not UTF-8, so no table can name it"
        elif path.is_dir():
            reason = "a folder: photos are looked for one level deep"
        elif not path.is_file():
            reason = "a link to nowhere"
        elif path.name.startswith("."):
            reason = "a hidden file"
        if reason:
            problems.append(Problem(kind, where, None, name_in_text, reason))
        else:
            files.append(path)
    if not files:
        problems.append(Problem("file_empty", f"{folder.name}/", None, folder.name, "no photos in it"))
    return files


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
    return problems + [
        Problem("photo_unlisted", f"test_images/{name}", None, name, reason) for name in sorted(there - names)
    ]
