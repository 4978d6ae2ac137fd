"""Is an index whole? What must hold of its tables, vectors, models and files, looked at one by one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from withsense_tf.data.pictures.looks import SIDE
from withsense_tf.data.pictures.photo_file import PhotoError, read_photo
from withsense_tf.errors import DataError, WithSenseError
from withsense_tf.index.catalog import get_state
from withsense_tf.index.integrity.cell_kinds import wrong_cells
from withsense_tf.index.integrity.census import miscounted
from withsense_tf.index.integrity.seal import broken_limits, sealed_photos
from withsense_tf.index.integrity.vector_checks import bad_rows
from withsense_tf.index.model_generation import Generation, folder_identity
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.stored_items import count_lacking
from withsense_tf.index.vectors.filters import fact_rows


def verify_index(index: PhotoIndex, files: bool = False) -> list[str]:
    """Return what is wrong, a line each; with `files`, every photo's file is read, too."""
    try:
        with index.catalog.reading() as tables:
            if wrong := wrong_cells(tables):
                return wrong
            problems = _tables(tables) + miscounted(tables) + _law(tables)
            number = get_state(tables, "current")
            if number is None:
                return [*problems, "No model is in use: the index is not built yet, or a build was stopped."]
            for each in dict.fromkeys([number, get_state(tables, "previous")]):
                if each is not None:
                    problems += _model(tables, index.generation(each), in_use=each == number)
            photos = tables.execute("SELECT name, path, digest FROM live ORDER BY name").fetchall()
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

    for limit in get_state(tables, "limits") or []:
        count(
            f"live photos are not judged for the age limit of {limit}: run index judge --all",
            f"live WHERE id NOT IN (SELECT photo FROM law WHERE age_limit = {int(limit)} AND restricted NOT NULL)",
        )
    count("live photos belong to no group of near-duplicates", "live WHERE fold IS NULL")
    for table in ("captions", "facts", "law", "rows"):
        count(f"rows of {table} belong to no photo", f"{table} WHERE photo NOT IN (SELECT id FROM photos)")
    return problems


def _law(tables: sqlite3.Connection) -> list[str]:
    """Look whether photos, their texts and verdicts are as they came in and were given."""
    version = get_state(tables, "policy")
    photos = sealed_photos(tables, "live")
    foreign = [one.item.name for one in photos if not one.whole]
    broken = [one.item.name for one in photos if one.whole and broken_limits(tables, one, version)]
    problems = []
    kept: dict[int, set[tuple[object, ...]]] = {}
    for photo, *told in tables.execute("SELECT photo, name, text, number FROM facts"):
        kept.setdefault(photo, set()).add(tuple(told))
    other = [one.item.name for one in photos if kept.get(one.photo, set()) != set(fact_rows(one.item.facts))]
    if other:
        problems.append(
            f"The columns that filters ask of {len(other):,} photos are not those that came in, such as of {other[0]}: "
            "build the index anew."
        )
    if foreign:
        problems.append(
            f"What is said of {len(foreign):,} photos is not what came in, such as of {foreign[0]}: they are not "
            "shown. Run index judge --all, and then index update."
        )
    if broken:
        problems.append(
            f"The verdicts on {len(broken):,} photos are not those that the rules gave, such as on {broken[0]}: they "
            "are not shown. Run index judge --all."
        )
    return problems


def _model(tables: sqlite3.Connection, generation: Generation, in_use: bool) -> list[str]:
    what = f"model {generation.number}"
    problems = []
    if folder_identity(generation.folder) != generation.identity:
        problems.append(f"The files of {what} are not those that the index was built with: build it anew.")
    if in_use:
        missing = count_lacking(tables, generation.number)
        if missing:
            problems.append(f"{missing:,} live photos have no vectors by {what}: run index verify --repair.")
    lost = tables.execute(
        "SELECT count(*) FROM rows WHERE generation = ? "
        "AND NOT row BETWEEN 0 AND (SELECT rows - 1 FROM generations WHERE id = ?)",
        (generation.number, generation.number),
    ).fetchone()[0]
    counted = tables.execute(
        "SELECT captions, (SELECT max(first_caption + captions) FROM rows WHERE generation = id) FROM generations "
        "WHERE id = ?",
        (generation.number,),
    ).fetchone()
    if counted[1] is not None and counted[0] < counted[1]:
        problems.append(f"Model {generation.number} counts fewer captions than it has: build it anew.")
    if lost:
        problems.append(f"{lost:,} rows of {what} lie behind its end: run index verify --repair.")
    try:
        found = list(bad_rows(tables, generation))
    except WithSenseError as error:
        return [*problems, f"The vectors of {what}: {error}"]
    problems += [f"The vectors of {what}: {why}" for why in dict.fromkeys(why for _, why in found) if why]
    bad = sum(len(rows) for rows, _ in found)
    if bad:
        problems.append(
            f"{bad:,} photos have vectors by {what} that are not those that were written: run index verify --repair."
        )
    return problems


def _files(photos: list[tuple[str, str, str]]) -> list[str]:
    problems = []
    for name, path, digest in photos:
        try:
            read_photo(Path(path), (SIDE, SIDE), digest=digest)
        except PhotoError as error:
            problems.append(f"The file of {name} is not used: {error.reason}.")
    return problems
