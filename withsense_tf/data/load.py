"""A With Sense folder -> Dataset: bad rows and photos are left out and kept, with the reason, in quarantine."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.photo_file import PhotoError, PhotoFacts, inspect_photo
from withsense_tf.data.problems import Problem, problem_table
from withsense_tf.data.rows import CaptionBook, FileReader, caption_table
from withsense_tf.data.tables import RawTable, read_table
from withsense_tf.errors import DataError, DataWarning
from withsense_tf.terminal import track

EXPERT_COLUMNS: Final = ("photo", "caption", "expert1", "expert2", "expert3")
CROWD_COLUMNS: Final = ("photo", "caption", "share", "yes", "no")
LISTED: Final = ("image", "query_id", "query_text")
PHOTO_FOLDERS: Final = {"train": "train_images", "test": "test_images"}
# Files that operating systems leave beside photos.
NOT_PHOTOS: Final = frozenset({"thumbs.db", "desktop.ini"})


@dataclass(frozen=True)
class Contents:
    """All that a folder holds: the tables, and what is wrong with it."""

    folder: Path
    tables: dict[str, pd.DataFrame]
    problems: tuple[Problem, ...]
    rows_in_file: dict[str, int]
    fingerprint: str
    marker: dict[str, object]


def load_dataset(folder: str | Path, decode: bool = False) -> Dataset:
    """Read a With Sense folder; warn if anything had to be left out.

    Separators are detected. Test files, expert and crowd judgements, `captions.csv` and `caption_corpus.csv`
    may be missing: the tables they fill are then empty. With `decode` every photo is decoded, which finds
    truncated ones now; without, they are found when they are first read.
    """
    contents = read_folder(folder, decode=decode)
    photos, captions = contents.tables["photos"], contents.tables["captions"]
    if photos.empty or captions.empty:
        what = "photos" if photos.empty else "captions"
        where = "train_images/" if photos.empty else "train_dataset.csv or captions.csv"
        raise DataError(
            f"{contents.folder} has no usable {what}: expected them in {where}. "
            f"See everything that is wrong with: python -m withsense_tf data check {contents.folder}"
        )
    left_out = [problem for problem in contents.problems if problem.level == "error"]
    if left_out:
        first = left_out[0]
        warnings.warn(
            f"{contents.folder}: left out {len(left_out)} rows, photos or files, for example {first.where}: "
            f"{first.reason}. All of them, with reasons, are in `dataset.quarantine`.",
            DataWarning,
            stacklevel=2,
        )
    synthetic = contents.marker.get("synthetic") is True
    seed = contents.marker.get("seed")
    name = f"demo (synthetic, seed {seed})" if synthetic else contents.folder.resolve().name
    return Dataset(name, contents.folder, synthetic, contents.fingerprint, contents.tables)


def read_folder(folder: str | Path, decode: bool = False) -> Contents:
    """Read all files of the folder, and say what is wrong instead of stopping at it."""
    root = Path(folder)
    if not root.is_dir():
        raise DataError(
            f"{root} is not a folder. Expected a With Sense folder with train_dataset.csv and train_images/."
        )
    files = {
        "pairs": read_table(root / "train_dataset.csv", LISTED, header=True),
        "captions": _optional(root / "captions.csv", LISTED),
        "queries": read_table(root / "test_queries.csv", LISTED, header=True),
        "corpus": _optional(root / "caption_corpus.csv", LISTED[1:]),
        "experts": read_table(root / "ExpertAnnotations.tsv", EXPERT_COLUMNS, header=False),
        "crowd": read_table(root / "CrowdAnnotations.tsv", CROWD_COLUMNS, header=False),
        "test_images": _optional(root / "test_images.csv", LISTED[:1]),
    }
    problems = [problem for table in files.values() for problem in table.problems]
    photos, bad_photos = _photos(root, files["test_images"], decode)
    problems += bad_photos
    by_part = {part: set(photos.loc[photos["part"] == part, "photo"]) for part in PHOTO_FOLDERS}

    book = CaptionBook()
    reader = FileReader(book, problems)
    pairs, queries = reader.captions(files["pairs"], judged=True), reader.captions(files["queries"])
    captions = pairs + reader.captions(files["captions"]) + queries + reader.captions(files["corpus"])
    tables = {
        "photos": photos,
        "captions": caption_table(captions, by_part["train"], by_part["test"]),
        "pairs": reader.beside_photos(files["pairs"], pairs, by_part["train"])[["photo", "caption"]],
        "experts": reader.expert_table(files["experts"], by_part["train"]),
        "crowd": reader.crowd_table(files["crowd"], by_part["train"]),
        "queries": reader.beside_photos(files["queries"], queries, by_part["test"]),
    }
    tables["quarantine"] = problem_table(problems)
    rows_in_file = {t.file: len(t.rows) + sum(p.line is not None for p in t.problems) for t in files.values()}
    return Contents(
        root, tables, tuple(problems), rows_in_file, _fingerprint(files.values(), photos), _marker(root)
    )


def _optional(path: Path, columns: Sequence[str]) -> RawTable:
    """Read a table that the original archive does not need to have: its absence is no problem."""
    return read_table(path, columns, header=True) if path.exists() else RawTable(path.name, usable=False)


def _photos(root: Path, listed: RawTable, decode: bool) -> tuple[pd.DataFrame, list[Problem]]:
    """Look at every photo file of both parts."""
    paths = [(part, path) for part, name in PHOTO_FOLDERS.items() for path in _photo_files(root / name)]
    problems: list[Problem] = []
    for part, name in PHOTO_FOLDERS.items():
        if not any(of == part for of, _ in paths):
            kind = "file_empty" if (root / name).is_dir() else "file_missing"
            problems.append(Problem(kind, f"{name}/", None, f"{name}/", "expected a folder of photos"))

    def look(path: Path) -> PhotoFacts | PhotoError:
        try:
            return inspect_photo(path, decode)
        except PhotoError as error:
            return error

    rows: list[dict[str, object]] = []
    # Threads help: Pillow decodes, and the file system reads, outside the interpreter's lock.
    with ThreadPoolExecutor() as pool:
        looked = track(pool.map(look, (path for _, path in paths)), len(paths), "Looking at photos")
        for (part, path), facts in zip(paths, looked, strict=True):
            where = f"{path.parent.name}/{path.name}"
            if isinstance(facts, PhotoError):
                problems.append(Problem(facts.kind, where, None, path.name, facts.reason))
                continue
            problems += [Problem(odd, where, None, path.name, "") for odd in facts.oddities]
            rows.append(
                {"photo": path.name, "part": part, "path": str(path), "width": facts.width}
                | {"height": facts.height, "digest": facts.digest}
            )
    table = pd.DataFrame(rows, columns=["photo", "part", "path", "width", "height", "digest"])
    table, leaks = _without_leaks(table)
    return table, problems + leaks + _listing(listed, table)


def _photo_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    files = (path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    return sorted(path for path in files if path.name.lower() not in NOT_PHOTOS)


def _without_leaks(photos: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
    """Take photos that are also test photos (by name or content) out of training; note equal files."""
    test = photos[photos["part"] == "test"]
    train = photos[photos["part"] == "train"]
    same_name, same_bytes = train["photo"].isin(test["photo"]), train["digest"].isin(test["digest"])
    problems = []
    for photo, by_name in zip(
        train["photo"][same_name | same_bytes], same_name[same_name | same_bytes], strict=True
    ):
        reason = (
            "test_images/ has a photo of this name"
            if by_name
            else "test_images/ has the same file by another name"
        )
        problems.append(Problem("photo_in_both", f"train_images/{photo}", None, photo, reason))
    kept = photos.drop(index=train.index[same_name | same_bytes])
    first = kept.groupby(["part", "digest"])["photo"].transform("first")
    for photo, part, twin in zip(kept["photo"], kept["part"], first, strict=True):
        if photo != twin:
            where = f"{PHOTO_FOLDERS[part]}/{photo}"
            problems.append(Problem("photo_twice", where, None, photo, f"the same file as {twin}"))
    return kept.reset_index(drop=True), problems


def _listing(listed: RawTable, photos: pd.DataFrame) -> list[Problem]:
    """Compare test_images.csv with the test photos that are there."""
    if not listed.usable:
        return []
    there = set(photos.loc[photos["part"] == "test", "photo"])
    problems, seen = [], set()
    for row in listed.rows:
        name = row.fields["image"]
        if name in seen:
            problems.append(Problem("duplicate_row", listed.file, row.line, name, "listed before"))
        elif name not in there:
            problems.append(
                Problem("row_photo_missing", listed.file, row.line, name, "not a usable test photo")
            )
        seen.add(name)
    unlisted = sorted(there - seen)
    return problems + [
        Problem("photo_unlisted", f"test_images/{name}", None, name, f"not in {listed.file}")
        for name in unlisted
    ]


def _fingerprint(files: Iterable[RawTable], photos: pd.DataFrame) -> str:
    """Condense the content of every table and photo into 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for table in files:
        digest.update(f"{table.file}\0{hashlib.sha256(table.content).hexdigest()}\n".encode())
    for part, photo, content in zip(photos["part"], photos["photo"], photos["digest"], strict=True):
        digest.update(f"{part}/{photo}\0{content}\n".encode())
    return digest.hexdigest()[:16]


def _marker(root: Path) -> dict[str, object]:
    """Read demo.json, which a rendered demo set carries; a photo archive has none."""
    try:
        marker = json.loads((root / "demo.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return marker if isinstance(marker, dict) else {}
