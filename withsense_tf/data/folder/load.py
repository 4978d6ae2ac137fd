"""A folder of either kind -> Dataset: bad rows and photos are left out and kept, with the reason, in quarantine."""

from __future__ import annotations

import errno
import hashlib
import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from types import NoneType
from typing import Final

import pandas as pd

from withsense_tf.common.limits import is_dir, is_file
from withsense_tf.data.dataset import Dataset
from withsense_tf.data.demo_marker import read_marker
from withsense_tf.data.folder.contents import Contents
from withsense_tf.data.folder.photo_folders import read_photo_folders
from withsense_tf.data.folder.photo_names import FOLDERS
from withsense_tf.data.folder.problems import KINDS, Problem, problem_table
from withsense_tf.data.folder.renamed_photos import renamed_test_photos
from withsense_tf.data.folder.table_rows import CaptionBook, FileReader, caption_table
from withsense_tf.data.folder.tables import RawTable, read_table
from withsense_tf.data.other_texts import add_evidence
from withsense_tf.data.photo_facts import IMAGE, TABLE, listed_facts
from withsense_tf.data.plain_folder.caption_file import CaptionFile
from withsense_tf.data.plain_folder.plain_load import read_plain_folder
from withsense_tf.data.plain_folder.sources import without_captions
from withsense_tf.errors import DataError, DataWarning, SettingError, check_kind
from withsense_tf.file_access import has_right, no_rights, path_of
from withsense_tf.printed_commands import command_line

EXPERT_COLUMNS: Final = ("photo", "caption", "expert1", "expert2", "expert3")
CROWD_COLUMNS: Final = ("photo", "caption", "share", "yes", "no")
TEXT_COLUMNS: Final = ("image", "query_id", "query_text")
CAPTIONS: Final = "captions.csv"
JUDGEMENTS: Final = ("ExpertAnnotations.tsv", "CrowdAnnotations.tsv")
OWN_CAPTIONS: Final = f"train_dataset.csv or {CAPTIONS}, with the columns {','.join(TEXT_COLUMNS)}"
# Tables of a With Sense folder; another folder may have one that is called so.
OWN_TABLES: Final = (
    "train_dataset.csv",
    "test_queries.csv",
    "caption_corpus.csv",
    "ExpertAnnotations.tsv",
    "CrowdAnnotations.tsv",
    "test_images.csv",
)


def load_dataset(
    folder: str | Path,
    decode: bool = True,
    captions: str | Path | CaptionFile | None = None,
    tell: Callable[[str], object] | None = None,
    needs_captions: bool = False,
) -> Dataset:
    """Read a folder of photos; warn if anything had to be left out.

    A With Sense folder is read as the archive has it: separators are detected; test files, expert and crowd judgements,
    `captions.csv` and `caption_corpus.csv` may be missing, and all captions: the tables they fill are then empty.
    Training photos that look like a test photo are left out. Any other folder is read with its photos in all depths,
    and with captions from tables, side-cars and the photo files themselves, as far as there are any; `captions` names a
    table of them, in the folder or elsewhere (with its columns: `ws.CaptionFile(file, photo_column, text_columns)`),
    and `tell` is called with what was found before the photos are decoded. With `needs_captions`, such a folder without
    any is an error then.

    Every photo is decoded once, which takes about a second for a thousand. With `decode=False` large photos are decoded
    at a reduced size, and those that are truncated are no problem here, but an error when they are used.
    """
    contents = read_folder(folder, decode, captions, tell, needs_captions)
    _check_photos(contents)
    # Who is told what was found has read it there.
    if (lack := lack_of_captions(contents)) and not (contents.plain and tell):
        warnings.warn(f"{contents.folder}: {lack}", DataWarning, stacklevel=2)
    left_out = [problem for problem in contents.problems if problem.level == "error"]
    if left_out:
        first, count = left_out[0], len(left_out)
        what = "row, photo or file" if count == 1 else "rows, photos or files"
        warnings.warn(
            f"{contents.folder}: left out {count} {what}, for example {first.where}: {first.reason}. See all with: "
            f"{command_line('data', 'check', contents.folder)} (in Python: `dataset.quarantine`)",
            DataWarning,
            stacklevel=2,
        )
    marker = None if contents.plain else read_marker(contents.folder)
    name = marker.name if marker else contents.folder.resolve().name
    return Dataset(name, contents.folder, marker is not None, contents.fingerprint, contents.tables)


def lack_of_captions(contents: Contents) -> str:
    """Say of a folder in which no photo has a caption what that means; nothing of any other."""
    if not contents.tables["captions"].empty or contents.tables["photos"].empty:
        return ""
    return without_captions() if contents.plain else without_captions(OWN_CAPTIONS)


def _check_photos(contents: Contents) -> None:
    if not contents.tables["photos"].empty:
        return
    where = "any depth of it, and all that are there are damaged"
    if not contents.plain:
        where = f"train_images/; {_why_withsense(contents.folder)}"
    raise DataError(
        f"{contents.folder} has no usable photos: expected them in {where}. "
        f"See everything that is wrong with: {command_line('data', 'check', contents.folder)}"
    )


def read_folder(
    folder: str | Path,
    decode: bool = False,
    captions: str | Path | CaptionFile | None = None,
    tell: Callable[[str], object] | None = None,
    needs_captions: bool = False,
) -> Contents:
    """Read all files of the folder, and say what is wrong instead of stopping at it."""
    check_kind("load_dataset", folder, (str, Path), "the path of a folder of photos")
    if folder == "":
        raise SettingError(
            'load_dataset expects the path of a folder of photos, got "": pass "." for this folder.'
        )
    check_kind(
        "tell=",
        tell,
        object if callable(tell) else NoneType,
        "a function that takes a line",
        "pass tell=print",
    )
    root = path_of(folder)
    if not is_dir(root):
        what = "is a file, not a folder" if is_file(root) else "is not a folder: there is none of that name"
        raise DataError(
            f"{root} {what}. Expected a folder of photos in any depth, with captions if there are any, or a With Sense "
            "folder with train_dataset.csv and train_images/."
        )
    if not has_right(root, os.R_OK | os.X_OK):
        raise DataError(no_rights(PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(root))))
    if not is_withsense_folder(root):
        return read_plain_folder(root, decode, CaptionFile.of(captions), tell, needs_captions)
    if captions is not None:
        raise SettingError(
            f"A file of captions is for plain folders: {root} is a With Sense folder, which has its own."
        )
    files = _read_files(root)
    problems = [problem for table in files.values() for problem in table.problems]
    photos, copies, names, photo_problems = read_photo_folders(
        root, files["test_images"], files["queries"], decode
    )
    problems += [_with_why(problem, root) for problem in photo_problems]
    # It judges and describes nothing, so it is no part of the fingerprint.
    columns = _optional(root / TABLE, (IMAGE,))
    problems += columns.problems
    listed_facts(columns, names.usable_names, problems)
    renamings = renamed_test_photos(
        [files[name] for name in ("pairs", "captions", "queries", "corpus")], names
    )
    renamed_names = {problem.item for problem in renamings}
    names = replace(names, test=names.test | renamed_names)
    photos = photos[~photos["photo"].isin(renamed_names)].reset_index(drop=True)
    problems += renamings

    reader = FileReader(CaptionBook(), names, problems)
    tables = _read_tables(reader, files, columns, photos, copies)
    problems += reader.missing_photos()
    problems.sort(key=lambda problem: list(KINDS).index(problem.kind))
    tables["quarantine"] = problem_table(problems)
    rows_in_file = {table.file: table.rows_in_file for table in files.values()}
    photo_files = {part: len(paths) for part, paths in names.files.items()}
    fingerprint = _fingerprint(files.values(), photos)
    return Contents(root, tables, tuple(problems), rows_in_file, photo_files, fingerprint)


def is_withsense_folder(root: Path) -> bool:
    """Return whether a folder has tables of a With Sense folder, or its captions beside its photo folders.

    Any folder may have a `captions.csv`, or keep its photos in `train_images/`. One table more that is called as one of
    a With Sense folder is a table as others are, where nothing else of such a folder is.
    """
    own = _own_parts(root)
    if any(name in OWN_TABLES for name in own):
        return len(own) > 1
    return bool(own) and read_table(root / CAPTIONS, TEXT_COLUMNS, header=True).usable


def _own_parts(root: Path) -> list[str]:
    """Return the tables and photo folders that a folder has and that are called as those of a With Sense folder."""
    folders = [f"{name}/" for name in FOLDERS.values() if (root / name).is_dir()]
    return [*(name for name in OWN_TABLES if os.path.lexists(root / name)), *folders]


def _with_why(problem: Problem, root: Path) -> Problem:
    """Return a problem, that of missing training photos with what makes them be expected."""
    if problem.kind != "file_missing" or problem.file != f"{FOLDERS['train']}/":
        return problem
    return replace(problem, reason=f"{problem.reason}; {_why_withsense(root)}")


def _why_withsense(root: Path) -> str:
    return (
        f"this is read as a With Sense folder because of {' and '.join(_own_parts(root))}: if it is a folder of photos "
        "of another kind, rename these, and all its photos and tables are read"
    )


def may_be_judged(root: Path) -> bool:
    """Return whether a folder has a file of judgements at all: a look at its names, before any photo is read."""
    return any((root / name).is_file() for name in JUDGEMENTS)


def _read_files(root: Path) -> dict[str, RawTable]:
    return {
        "pairs": read_table(root / "train_dataset.csv", TEXT_COLUMNS, header=True),
        "captions": _usable_if_filled(_optional(root / CAPTIONS, TEXT_COLUMNS)),
        "queries": read_table(root / "test_queries.csv", TEXT_COLUMNS, header=True),
        "corpus": _optional(root / "caption_corpus.csv", TEXT_COLUMNS[1:]),
        "experts": read_table(root / "ExpertAnnotations.tsv", EXPERT_COLUMNS, header=False),
        "crowd": read_table(root / "CrowdAnnotations.tsv", CROWD_COLUMNS, header=False),
        "test_images": _optional(root / "test_images.csv", TEXT_COLUMNS[:1]),
    }


def _read_tables(
    reader: FileReader,
    files: dict[str, RawTable],
    columns: RawTable,
    photos: pd.DataFrame,
    copies: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """Return the tables of a data set; `copies` are the training photos that look like a test photo."""
    pairs, queries = reader.captions(files["pairs"], judged=True), reader.captions(files["queries"])
    captions = pairs + reader.captions(files["captions"]) + queries + reader.captions(files["corpus"])
    # What stands in the file of a photo that was left out as a copy speaks of the one that is kept, too.
    photo_texts = pd.concat([photos, copies])[["photo", "digest", "embedded"]]
    captions += add_evidence(reader, captions, photo_texts, columns)
    tables = {
        "photos": photos.drop(columns="embedded"),
        "left_in_test": copies.drop(columns="embedded").reset_index(drop=True),
        "captions": caption_table(captions, reader.names.part),
        "pairs": reader.beside_photos(files["pairs"], pairs, "train")[["photo", "caption"]],
        "experts": reader.expert_table(files["experts"]),
        "crowd": reader.crowd_table(files["crowd"]),
        "queries": reader.beside_photos(files["queries"], queries, "test"),
    }
    other = pd.DataFrame(reader.other_texts, columns=["caption", "photo", "text"], dtype="str")
    unread = pd.DataFrame(reader.unread, columns=["photo", "where", "reason"], dtype="str")
    return {
        **tables,
        "other_texts": other.drop_duplicates(),
        "unread": unread.drop_duplicates(ignore_index=True),
    }


def _optional(path: Path, columns: Sequence[str]) -> RawTable:
    """Read a table that the original archive does not need to have: its absence is no problem."""
    if os.path.lexists(path):
        return read_table(path, columns, header=True)
    return RawTable(path.name, usable=False, there=False)


def _usable_if_filled(table: RawTable) -> RawTable:
    """Take a table that has nothing but its header for one that cannot be read: who has no captions needs none."""
    return table if table.rows or table.unread else replace(table, usable=False)


def _fingerprint(files: Iterable[RawTable], photos: pd.DataFrame) -> str:
    digest = hashlib.sha256()
    for table in files:
        digest.update(f"{table.file}\0{hashlib.sha256(table.content).hexdigest()}\n".encode())
    for part, photo, content in zip(photos["part"], photos["photo"], photos["digest"], strict=True):
        digest.update(f"{part}/{photo}\0{content}\n".encode())
    return digest.hexdigest()[:16]
