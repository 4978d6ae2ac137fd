"""The columns of each photo that a search can filter by: from `photos.csv`, the file's EXIF, its size and pixels."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import Final

import pandas as pd

from withsense_tf.common.cell_texts import BETWEEN, COLOUR
from withsense_tf.common.machine import usable_cores
from withsense_tf.common.terminal import track
from withsense_tf.data.folder.cells import is_photo_name
from withsense_tf.data.folder.problems import Problem
from withsense_tf.data.folder.tables import RawTable, TableRow, read_table
from withsense_tf.data.pictures.exif import Facts, exif_facts, iso_day
from withsense_tf.data.pictures.look_cache import COLOURS, LookCache, look_cache
from withsense_tf.data.pictures.main_colours import NAMES, SIDE, main_colours
from withsense_tf.data.pictures.photo_file import PhotoError, read_photo

TABLE: Final = "photos.csv"
IMAGE: Final = "image"
FOLDER: Final = "folder"
# What a photo has there that lies in no folder of the folder.
TOP: Final = "."
# Numbers as people write them. "007" and "1e5" stay texts: they would not come back as they were.
PLAIN_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]*[1-9])?")
YEAR_OR_MONTH: Final = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2]))?")
# Dots part days, months and years in this order; slashes do so in some countries only.
DAY_FIRST: Final = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(?![0-9])")


def photo_facts(
    folder: str | Path,
    photos: pd.DataFrame,
    problems: list[Problem] | None = None,
    known_facts: Mapping[str, Facts] | None = None,
) -> dict[str, Facts]:
    """Return the facts of each of `photos` (a table as `Dataset.photos` is) by photo.

    What `photos.csv` says wins over the file. Rows of it that cannot be used are added to `problems` and never stop
    anything. The facts that a data set has read already (`Dataset.listed_facts`) come in the place of that file.
    """
    names = [str(name) for name in photos["photo"]]
    table = Path(folder) / TABLE
    by_photo: Mapping[str, Facts] = {} if known_facts is None else known_facts
    if known_facts is None and table.exists():
        said_of_it = [] if problems is None else problems
        raw = read_table(table, (IMAGE,), header=True)
        said_of_it += raw.problems
        by_photo = listed_facts(raw, frozenset(names), said_of_it)
    folders = {} if any(FOLDER in cells for cells in by_photo.values()) else folder_facts(names)
    facts: dict[str, Facts] = {}
    # Opening files waits for the disk, and threads can wait together. Pillow warns of damaged tags, which nobody
    # who searches can mend; filters of warnings are the process's, so they are set around all threads.
    threads = ThreadPoolExecutor(max_workers=usable_cores())
    with warnings.catch_warnings(), look_cache() as cache, threads as pool:
        warnings.simplefilter("ignore")
        read = pool.map(file_facts, map(Path, photos["path"]), photos["digest"], repeat(cache))
        facts_of_files = track(read, len(names), "Reading what cameras said")
        sizes = zip(names, photos["width"], photos["height"], facts_of_files, strict=True)
        for name, width, height, of_file in sizes:
            own = {**size_facts(float(width), float(height)), **folders.get(name, {})}
            facts[name] = {**own, **of_file, **by_photo.get(name, {})}
    return facts


def file_facts(path: Path, digest: str, cache: LookCache | None = None) -> Facts:
    """Return the columns that come of a photo's file: what the camera said, and the main colours."""
    colours = _colours(path, digest, cache)
    return {**({COLOUR: BETWEEN.join(colours)} if colours else {}), **exif_facts(path)}


def _colours(path: Path, digest: str, cache: LookCache | None) -> list[str]:
    """Return the main colours of a photo; none where the file has another content, or cannot be read any more."""
    numbers = None if cache is None else cache.find(digest, COLOURS)
    if numbers is None:
        try:
            numbers = bytes(
                map(NAMES.index, main_colours(read_photo(path, (SIDE, SIDE), digest=digest)))
            ).hex()
        except PhotoError:
            return []
        if cache is not None:
            cache.add(digest, COLOURS, numbers)
    return [NAMES[number] for number in bytes.fromhex(numbers)]


def size_facts(width: float, height: float) -> Facts:
    """Return the columns that come of a photo's size alone."""
    orientation = "square" if width == height else "landscape" if width > height else "portrait"
    return {"width": width, "height": height, "orientation": orientation}


def folder_facts(names: Collection[str]) -> dict[str, Facts]:
    """Return the folder that each photo lies in, below the one of all; of photos that all lie in that one, nothing.

    >>> folder_facts(["sea.jpg", "trip/day 2/lake.jpg"])
    {'sea.jpg': {'folder': '.'}, 'trip/day 2/lake.jpg': {'folder': 'trip/day 2'}}
    >>> folder_facts(["sea.jpg"])
    {}
    """
    if not any("/" in name for name in names):
        return {}
    return {name: {FOLDER: name.rpartition("/")[0] or TOP} for name in names}


def listed_facts(table: RawTable, names: Collection[str], problems: list[Problem]) -> dict[str, Facts]:
    """Return the facts that the table has, by photo; rows that cannot be used are added to `problems`."""
    facts: dict[str, Facts] = {}
    lines: dict[str, int] = {}
    for row in table.rows:
        name = row.fields[IMAGE]
        kind, reason = "", ""
        if not is_photo_name(name):
            kind, reason = "bad_photo_name", f"expected a plain file name, got {name!r}"
        elif name not in names:
            kind, reason = "row_photo_missing", f"{name} is no usable photo of the folder"
        elif name in lines:
            kind, reason = "duplicate_row", f"line {lines[name]} has it already"
        if kind:
            problems.append(Problem(kind, table.file, row.line, name[:200], reason))
            continue
        lines[name] = row.line
        facts[name] = _row_facts(row)
    return facts


def _row_facts(row: TableRow) -> Facts:
    """Return a row's facts; a cell without content says nothing, and a column without a name is an index."""
    cells = {column.casefold(): value for column, value in row.fields.items() if column not in (IMAGE, "")}
    return {column: cell_fact(column, " ".join(value.split())) for column, value in cells.items() if value}


def cell_fact(column: str, text: str) -> str | float:
    """Return the fact that a cell holds: a number, a day, a list of colours, or a text.

    >>> cell_fact("iso", "400"), cell_fact("date", "1.5.2020"), cell_fact("colour", "red,blue")
    (400.0, '2020-05-01', 'red, blue')
    """
    if column == "date":
        return _date(text)
    if column == COLOUR:
        return BETWEEN.join(filter(None, map(str.strip, text.split(","))))
    return float(text) if PLAIN_NUMBER.fullmatch(text) else text


def _date(text: str) -> str:
    """Return a date as ISO 8601 has it; what cannot be told to be one stays as it is.

    >>> _date("1.5.2020"), _date("2020/05/01"), _date("2020-05"), _date("5/1/2020")
    ('2020-05-01', '2020-05-01', '2020-05', '5/1/2020')
    """
    if YEAR_OR_MONTH.fullmatch(text):
        return text
    match = DAY_FIRST.match(text)
    if match:
        day, month, year = match.groups()
        return iso_day(f"{year}-{month:0>2}-{day:0>2}") or text
    return iso_day(text) or text
