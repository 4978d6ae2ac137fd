"""Any folder of photos -> its contents: the tables of a data set without judgements."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pandas as pd

from withsense_tf.data.embedded.file_words import NOTHING, Embedded
from withsense_tf.data.folder.contents import Contents
from withsense_tf.data.folder.photo_table import PhotoPlace, look_at_photos, twins_of, with_groups
from withsense_tf.data.folder.problems import KINDS, Problem, problem_table
from withsense_tf.data.folder.table_rows import Caption, caption_table
from withsense_tf.data.named import own_texts
from withsense_tf.data.other_texts import words_of_files
from withsense_tf.data.pictures.photo_file import FORMATS
from withsense_tf.data.plain_folder.caption_file import CaptionFile
from withsense_tf.data.plain_folder.findings import Findings
from withsense_tf.data.plain_folder.folder_files import FileKind, files_of, kind_of, text_of_name
from withsense_tf.data.plain_folder.folder_texts import read_texts
from withsense_tf.data.plain_folder.photo_lookup import PhotoLookup
from withsense_tf.data.plain_folder.sources import count_words_of_files, source_table, told_sources
from withsense_tf.errors import DataError, NoCaptionsError

PART: Final = "train"
# What has no judgements has these tables without a row.
NO_ROWS: Final[dict[str, dict[str, str]]] = {
    "left_in_test": {"photo": "str", "digest": "str", "group": "str"},
    "pairs": {"photo": "str", "caption": "str"},
    "experts": {"photo": "str", "caption": "str", "expert1": "int64", "expert2": "int64", "expert3": "int64"},
    "crowd": {"photo": "str", "caption": "str", "share": "float64", "yes": "int64", "no": "int64"},
    "queries": {"caption": "str", "text": "str", "photo": "str"},
}


def read_plain_folder(
    root: Path,
    decode: bool,
    asked_file: CaptionFile | None = None,
    tell: Callable[[str], object] | None = None,
    needs_captions: bool = False,
) -> Contents:
    """Read a folder of photos in any depth, with all that is said of them; `tell` gets what was found, first.

    Then it is an error if captions are needed and none is there.
    """
    findings = Findings()
    problems = findings.problems
    files = {name: (path, kind_of(path)) for name, path in files_of(root, problems).items()}
    places = _places(files, root, problems)
    photos = look_at_photos(places, False, problems, with_looks=False)
    lookup = PhotoLookup(place.name for place in places)
    side_words = read_texts(root, files, lookup, findings, asked_file)
    captions = _captions(photos, side_words, findings)

    def in_short(usable: set[str]) -> str:
        with_captions = {caption.photo for caption in captions} & usable
        keywords = len(findings.keywords & usable - with_captions)
        sources = source_table(findings, usable)
        return told_sources(len(usable), len(with_captions), sources, problems, keywords)

    if tell is not None:
        tell(in_short(set(photos["photo"])))
    if needs_captions and not captions:
        raise NoCaptionsError(
            f"{root} has no captions to learn from: expected captions of at least two photos. Write captions into "
            "captions.csv, or leave out --matcher (in Python: needs_captions), to look at photos alone."
        )
    photos = _with_looks(photos, decode, problems)
    problems += twins_of(photos, plain=True)
    usable = set(photos["photo"])
    tables = {
        "photos": photos.drop(columns="embedded"),
        "captions": caption_table([one for one in captions if one.photo in usable], lambda _: PART),
        **{name: pd.DataFrame(columns=list(types)).astype(types) for name, types in NO_ROWS.items()},
        "other_texts": _rows(findings.other_texts, ["caption", "photo", "text"], usable),
        "unread": _rows(findings.unread, ["photo", "where", "reason"], usable),
        "facts": _fact_table(findings, usable),
        "sources": source_table(findings, usable),
    }
    problems.sort(key=lambda problem: list(KINDS).index(problem.kind))
    tables["quarantine"] = problem_table(problems)
    counts = {PART: len(places)}
    return Contents(root, tables, tuple(problems), {}, counts, _fingerprint(tables), True, in_short(usable))


def _places(files: dict[str, tuple[Path, FileKind]], root: Path, problems: list[Problem]) -> list[PhotoPlace]:
    """Return the files that are photos by name or content; a folder without any is an error."""
    places = []
    for name, (path, kind) in files.items():
        own = path.relative_to(root).as_posix() if path.is_relative_to(root) else name
        if kind != "photo":
            continue
        if "/".join(map(text_of_name, own.split("/"))) != own:
            reason = "rename the file: its path is not UTF-8, or holds control signs, so no table can name it"
            problems.append(Problem("photo_bad_name", name, None, name, reason))
        else:
            places.append(PhotoPlace(path, name, PART, plain=True))
    if not places:
        there = f"{len(files):,} other files, such as {next(iter(files))}" if files else "no file"
        raise DataError(
            f"{root} has no photos: expected files of {', '.join(FORMATS)}, in any depth, and found {there}. Give the "
            "folder that holds the photos."
        )
    return places


def _captions(photos: pd.DataFrame, side_words: dict[str, Embedded], findings: Findings) -> list[Caption]:
    """Number the captions of each photo, those of its file behind the others; add what else its file and name say."""
    names = photos["photo"].tolist()
    own = {
        photo: [
            Caption(f"{photo}#{n}", photo, n, text, photo, 0)
            for n, text in enumerate(findings.captions[photo])
        ]
        for photo in names
        if photo in findings.captions
    }
    words_in_files = {
        photo: words + side_words.get(photo, NOTHING)
        for photo, words in zip(names, photos["embedded"], strict=True)
    }
    file_words = words_of_files(words_in_files, dict(zip(names, photos["digest"], strict=True)), own)
    count_words_of_files(file_words.captions, words_in_files, findings)
    findings.other_texts |= dict.fromkeys(file_words.other_texts)
    findings.unread |= dict.fromkeys(file_words.unread)
    for photo in names:
        findings.other_texts |= {(where, photo, text): None for where, text in own_texts(photo)}
    return [*(caption for some in own.values() for caption in some), *file_words.captions]


def _with_looks(photos: pd.DataFrame, decode: bool, problems: list[Problem]) -> pd.DataFrame:
    """Decode the photos: add their looks and groups, and leave out those that turn out to be damaged."""
    places = [
        PhotoPlace(Path(path), name, PART, plain=True)
        for name, path in zip(photos["photo"], photos["path"], strict=True)
    ]
    new_problems: list[Problem] = []
    before = dict(zip(photos["photo"], photos["digest"], strict=True))
    photos = look_at_photos(places, decode, new_problems)
    changed = photos["digest"] != photos["photo"].map(before)
    reason = "it was changed while it was read: run it again"
    problems += [
        Problem("photo_truncated", name, None, name, reason) for name in photos.loc[changed, "photo"]
    ]
    photos = photos[~changed].reset_index(drop=True)
    # What is odd about them was said before.
    problems += [problem for problem in new_problems if problem.level == "error"]
    return with_groups(photos)


def _rows(rows_found: dict[tuple[str, str, str], None], columns: list[str], usable: set[str]) -> pd.DataFrame:
    at = columns.index("photo")
    return pd.DataFrame([row for row in rows_found if row[at] in usable], columns=columns, dtype="str")


def _fact_table(findings: Findings, usable: set[str]) -> pd.DataFrame:
    rows = [
        (photo, column, value)
        for photo, facts in findings.facts.items()
        if photo in usable
        for column, value in facts.items()
    ]
    return pd.DataFrame(rows, columns=["photo", "column", "value"], dtype=object)


def _fingerprint(tables: dict[str, pd.DataFrame]) -> str:
    digest = hashlib.sha256(b"plain folder\n")
    parts = {
        "photos": ["photo", "digest"],
        "captions": ["caption", "text"],
        "other_texts": ["caption", "photo", "text"],
        "unread": ["photo", "where", "reason"],
        "facts": ["photo", "column", "value"],
    }
    for name, columns in parts.items():
        rows = sorted(tables[name][columns].astype(str).itertuples(index=False, name=None))
        digest.update(f"{name}\n{json.dumps(rows)}\n".encode())
    return digest.hexdigest()[:16]
