"""Is an index whole? What must hold of its tables, vectors, models and files, looked at one by one."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

import numpy as np

from withsense_tf.data.looks import SIDE
from withsense_tf.data.photo_file import PhotoError, read_photo
from withsense_tf.errors import DataError, WithSenseError
from withsense_tf.search.catalog import get_state
from withsense_tf.search.generations import Generation, folder_identity
from withsense_tf.search.photo_index import PhotoIndex
from withsense_tf.search.stored import count_lacking, live_rows

# Vectors that are read at once.
BLOCK: Final = 8_192


def verify_index(index: PhotoIndex, files: bool = False) -> list[str]:
    """Return what is wrong, a line each; with `files`, every photo's file is read, too."""
    try:
        with index.catalog.reading() as tables:
            problems = _tables(tables)
            number = get_state(tables, "current")
            if number is None:
                return [*problems, "No model is in use: the index is not built yet, or a build was stopped."]
            for each in dict.fromkeys([number, get_state(tables, "previous")]):
                if each is not None:
                    problems += _model(tables, index.generation(each), in_use=each == number)
            photos = tables.execute("SELECT name, path FROM photos WHERE writer IS NULL").fetchall()
    except DataError as error:
        return [str(error)]
    return problems + (_files(photos) if files else [])


def _tables(tables: sqlite3.Connection) -> list[str]:
    found = [row[0] for row in tables.execute("PRAGMA integrity_check")]
    problems = [] if found == ["ok"] else [f"The tables are damaged: {line}" for line in found]

    def count(what: str, sql: str) -> None:
        number = tables.execute(f"SELECT count(*) FROM {sql}").fetchone()[0]
        if number:
            problems.append(f"{number:,} {what}")

    live = "photos WHERE writer IS NULL"
    count("live photos are not judged: run index judge", f"{live} AND id NOT IN (SELECT photo FROM law)")
    count(
        "decisions on live photos are not settled: run index judge",
        "law JOIN photos ON photos.id = photo WHERE writer IS NULL AND restricted IS NULL",
    )
    count("live photos belong to no group of near-duplicates", f"{live} AND fold IS NULL")
    for table in ("captions", "facts", "law", "rows"):
        count(f"rows of {table} belong to no photo", f"{table} WHERE photo NOT IN (SELECT id FROM photos)")
    return problems


def _model(tables: sqlite3.Connection, generation: Generation, in_use: bool) -> list[str]:
    what = f"model {generation.number}"
    problems = []
    if folder_identity(generation.folder) != generation.identity:
        problems.append(f"The files of {what} are not those that the index was built with: build it anew.")
    if in_use:
        missing = count_lacking(tables, generation.number)
        if missing:
            problems.append(f"{missing:,} live photos have no vectors by {what}.")
    rows = live_rows(tables, generation.number)
    try:
        for part, engine in generation.vectors.items():
            for at in range(0, len(rows), BLOCK):
                if not np.isfinite(engine.get(rows[at : at + BLOCK])).all():
                    problems.append(f"{what} has {part} vectors that are not finite: build the index anew.")
        if generation.each_caption is not None:
            count = tables.execute(
                "SELECT captions FROM generations WHERE id = ?", (generation.number,)
            ).fetchone()[0]
            for at in range(0, count, BLOCK):
                generation.each_caption.get(np.arange(at, min(at + BLOCK, count)))
    except WithSenseError as error:
        problems.append(f"The vectors of {what}: {error}")
    return problems


def _files(photos: list[tuple[str, str]]) -> list[str]:
    problems = []
    for name, path in photos:
        try:
            read_photo(Path(path), (SIDE, SIDE))
        except PhotoError as error:
            problems.append(f"The file of {name} cannot be read any more: {error.reason}.")
    return problems
