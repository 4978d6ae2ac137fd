"""Is an index whole? What must hold of its tables, vectors, models and files, looked at one by one."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from withsense_tf.errors import DataError, WithSenseError
from withsense_tf.index.integrity.cell_kinds import wrong_cells
from withsense_tf.index.integrity.census import check_census
from withsense_tf.index.integrity.file_checks import file_problems, how_to_run
from withsense_tf.index.integrity.seal import sealed_photos
from withsense_tf.index.integrity.table_errors import ANEW, index_remedy, repair
from withsense_tf.index.integrity.vector_checks import bad_rows
from withsense_tf.index.model_generation import FORM, Generation, folder_identity
from withsense_tf.index.photo_index import NotBuiltError, PhotoIndex
from withsense_tf.index.tables.facts_table import facts_by_photo
from withsense_tf.index.tables.models_table import caption_count
from withsense_tf.index.tables.photos_table import (
    LIVE_PHOTOS,
    LIVE_WITHOUT_GROUP,
    count_photos,
    live_files,
    live_without_rows,
    live_without_verdict,
)
from withsense_tf.index.tables.rows_table import caption_end, count_rows_behind_end
from withsense_tf.index.tables.schema import count_orphans, damage
from withsense_tf.index.tables.state_table import get_state
from withsense_tf.index.tables.words_table import count_wrong_words
from withsense_tf.index.vectors.filters import fact_rows
from withsense_tf.policy.levels import age_limit_of
from withsense_tf.printed_commands import index_command

# By whether a search can read the model.
NEEDS: Final = {
    True: "Searches need none of them and answer; photos that come in do, and are refused.",
    False: "No search is answered.",
}


def verify_index(index: PhotoIndex, files: bool = False) -> list[str]:
    """Return what is wrong, a line each; with `files`, photos are read, too; raise where nothing is built."""
    try:
        with index.catalog.reading() as tables:
            if wrong := wrong_cells(tables):
                return wrong
            problems = (
                _tables(tables, index.folder)
                + check_census(tables, index.folder)
                + _law(tables, index.folder)
            )
            number = get_state(tables, "current")
            if number is None:
                index.current(tables)
            for each in dict.fromkeys([number, get_state(tables, "previous")]):
                if each is not None:
                    problems += _model(tables, index.generation(each), in_use=each == number)
            photos, source = live_files(tables), get_state(tables, "source")
    except NotBuiltError as error:
        if not problems:
            raise
        return [*problems, str(error)]
    except DataError as error:
        return [str(error)]
    return problems + (file_problems(photos, source, index.folder) if files else [])


def _tables(tables: sqlite3.Connection, folder: Path) -> list[str]:
    problems = [f"The tables are damaged: {line}" for line in damage(tables)]
    judge_all = f"Run: {index_remedy(folder, 'judge', '--all')}"
    counts = {
        f"live photos are not judged for the age limit of {age_limit_of(limit)}. {judge_all}": count_photos(
            tables, live_without_verdict(limit)
        )
        for limit in get_state(tables, "limits") or []
    }
    counts[f"photos are found by other words than their captions'. {repair(folder)}"] = count_wrong_words(
        tables
    )
    counts["live photos belong to no group of near-duplicates"] = count_photos(tables, LIVE_WITHOUT_GROUP)
    for table, number in count_orphans(tables).items():
        counts[f"rows of {table} belong to no photo"] = number
    return problems + [f"{number:,} {what}" for what, number in counts.items() if number]


def _law(tables: sqlite3.Connection, folder: Path) -> list[str]:
    version, judge_all = get_state(tables, "policy"), index_remedy(folder, "judge", "--all")
    photos = sealed_photos(tables, LIVE_PHOTOS)
    foreign = [one.item.name for one in photos if not one.whole]
    broken_photos = [one.item.name for one in photos if one.whole and one.broken_limits(version)]
    problems = []
    facts = facts_by_photo(tables)
    other = [one.item.name for one in photos if facts.get(one.photo, set()) != set(fact_rows(one.item.facts))]
    if other:
        problems.append(
            f"The columns that filters ask of {len(other):,} photos are not those that came in, such as of {other[0]}. "
            f"{ANEW}"
        )
    if foreign:
        problems.append(
            f"What is said of {len(foreign):,} photos is not what came in, such as of {foreign[0]}: they are not "
            f"shown. {how_to_run(folder, get_state(tables, 'source'), judge_all)}"
        )
    if broken_photos:
        problems.append(
            f"The verdicts on {len(broken_photos):,} photos are not those that the rules gave, such as on "
            f"{broken_photos[0]}: they are not shown. Run: {judge_all}"
        )
    return problems


def _model(tables: sqlite3.Connection, generation: Generation, in_use: bool) -> list[str]:
    number = generation.number
    what, remedy_of_rows = f"model {number}", repair(generation.folder)
    problems = []
    # Where its form is damaged, nobody can read its vectors before that is put right.
    is_readable = folder_identity(generation.folder, (FORM,)) == generation.form_identity
    compact = index_command(generation.folder.parents[1], "compact")
    removal = f"To remove it, as it is the model before the present one, run: {compact}"
    if not generation.is_whole():
        remedy = f"{NEEDS[is_readable]} {generation.build_again}" if in_use else removal
        problems.append(f"The files of {what} are not those that the index was built with. {remedy}")
    if in_use:
        missing = count_photos(tables, live_without_rows(number))
        if missing:
            problems.append(f"{missing:,} live photos have no vectors by {what}. {remedy_of_rows}")
    if caption_count(tables, number) < (caption_end(tables, number) or 0):
        problems.append(f"Model {number} counts fewer captions than it has. {remedy_of_rows}")
    behind_end = count_rows_behind_end(tables, number)
    if behind_end:
        problems.append(f"{behind_end:,} rows of {what} lie behind its end. {remedy_of_rows}")
    vectors = _vectors(tables, generation, what) if is_readable or not in_use else []
    return problems + [line if in_use else f"{line} {removal}" for line in vectors]


def _vectors(tables: sqlite3.Connection, generation: Generation, what: str) -> list[str]:
    try:
        damaged_rows = list(bad_rows(tables, generation))
    except WithSenseError as error:
        return [f"The vectors of {what}: {error}"]
    reasons = dict.fromkeys(why for _, why in damaged_rows if why)
    problems = [f"The vectors of {what}: {why}" for why in reasons]
    bad = sum(len(rows) for rows, _ in damaged_rows)
    if bad:
        problems.append(
            f"{bad:,} photos have vectors by {what} that are not those that were written. {repair(generation.folder)}"
        )
    return problems
