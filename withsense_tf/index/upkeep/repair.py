"""Vectors that are not those that were written any more are made anew, in their place, by the model that made them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

import numpy as np

from withsense_tf.common.terminal import track
from withsense_tf.errors import SettingError
from withsense_tf.index.catalog import get_state
from withsense_tf.index.integrity.vector_checks import bad_rows
from withsense_tf.index.model_generation import EACH, VECTORS, Generation
from withsense_tf.index.model_rows import write_rows
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.publish import forget
from withsense_tf.index.stored_items import count_lacking, row_count, stored_items
from withsense_tf.index.upkeep.ingest import FEW, ingest
from withsense_tf.index.upkeep.readable import Refused, looks_of_files, readable_rows
from withsense_tf.index.upkeep.switch_model import fill
from withsense_tf.index.vectors.vector_file import mend
from withsense_tf.matchers.search_forms import CAPTIONS, PHOTO
from withsense_tf.policy.current_policy import Policy

BATCH = 64


@dataclass
class Repaired:
    """How many photos have vectors again, and which left the index because their file cannot be used any more."""

    mended: int = 0
    left: list[Refused] = field(default_factory=list)

    def __str__(self) -> str:
        told = [f"{self.mended:,} photos were embedded again."]
        told += [f"{one.name} left the index ({one.reason}); it is in quarantine." for one in self.left]
        return "\n".join(told)


def repair_index(index: PhotoIndex, policy: Policy, lift: bool = False) -> Repaired:
    """Make the vectors anew that do not fit their checksums, of the model in use and of the one before.

    They stand in the same rows, so answers are those of before. A photo whose file is gone, or is another one by now,
    has no vectors to be found by: it leaves the index. That this lifts the restriction of another needs `lift`.
    """
    done = Repaired()
    with index.catalog.reading() as tables:
        current = index.current(tables).number
        models = [number for number in (current, get_state(tables, "previous")) if number is not None]
    for number in dict.fromkeys(models):
        generation = index.generation(number)
        _mend_files(index, generation)
        _mend_rows(index, generation, done, leave=number == current)
    if done.left:
        ingest(index, [], policy, refused=done.left, lift=lift)
    with index.catalog.reading() as tables:
        lacking = count_lacking(tables, current)
    if lacking:
        done.mended += fill(index, current)
    return done


def _mend_files(index: PhotoIndex, generation: Generation) -> None:
    if generation.engine.kind != "exact":
        return
    widths = generation.form.widths
    with index.catalog.writing() as tables:
        rows = row_count(tables, generation.number)
        captions = tables.execute(
            "SELECT captions FROM generations WHERE id = ?", (generation.number,)
        ).fetchone()[0]
        files = [(part, width, rows) for part, width in widths.items()]
        files += [(EACH, widths[CAPTIONS], captions)] if generation.form.each_caption else []
        for part, width, count in files:
            mend(generation.folder / VECTORS / part / "rows.vectors", width, generation.engine.dtype, count)


def _mend_rows(index: PhotoIndex, generation: Generation, done: Repaired, leave: bool) -> None:
    number = generation.number
    with index.catalog.writing() as tables:
        # What these name was never there.
        tables.execute(
            "DELETE FROM rows WHERE generation = ? "
            "AND NOT row BETWEEN 0 AND (SELECT rows - 1 FROM generations WHERE id = ?)",
            (number, number),
        )
        places = {row.photo: row.row for rows, _ in bad_rows(tables, generation) for row in rows}
        stored = {photo: item for photo, item in stored_items(tables, "live") if photo in places}
        # What waits to be published is made anew by its writer.
        forget(tables, sorted(places.keys() - stored.keys()))
        live = tables.execute("SELECT count(*) FROM live").fetchone()[0]
    if not stored:
        return
    # A vector of another content must not stand for the photo, so its file is compared first.
    gone = looks_of_files(list(stored.values()))[1] if PHOTO in generation.form.widths else []
    if leave and len(gone) > max(FEW, live / 2):
        raise SettingError(
            f"{len(gone):,} of {live:,} photos of {index.folder} have damaged vectors and no file to make them anew, "
            f"such as {gone[0].name} ({gone[0].reason}): is their folder there? Nothing was removed. To give them up, "
            "say index update --replace."
        )
    lost = {one.name for one in gone}
    usable = sorted((places[photo], photo) for photo, item in stored.items() if item.name not in lost)
    matcher = generation.matcher(index.store)
    for at in track(
        range(0, len(usable), BATCH), -(-len(usable) // BATCH), "Repairing", unit="batches of photos"
    ):
        batch = usable[at : at + BATCH]
        good, rows, refused = readable_rows(generation, matcher, [stored[photo] for _, photo in batch])
        gone += refused
        names = {item.name for item in good}
        batch = [(row, photo) for row, photo in batch if stored[photo].name in names]
        with index.catalog.writing() as tables:
            still = [n for n, (row, photo) in enumerate(batch) if _stands(tables, number, row, photo)]
            write_rows(
                tables,
                generation,
                np.array([batch[n][0] for n in still], np.int64),
                [batch[n][1] for n in still],
                [good[n] for n in still],
                rows.take(still),
            )
        done.mended += len(still)
    if leave:
        done.left += gone
    else:
        # Whoever goes back to this model gets them anew.
        lost = {one.name for one in gone}
        with index.catalog.writing() as tables:
            tables.executemany(
                "DELETE FROM rows WHERE generation = ? AND photo = ?",
                [(number, photo) for photo, item in stored.items() if item.name in lost],
            )


def _stands(tables: sqlite3.Connection, model: int, row: int, photo: int) -> bool:
    """Tell whether a row is still that of a photo: another writer may have been here."""
    asked = "SELECT 1 FROM rows WHERE generation = ? AND row = ? AND photo = ?"
    return tables.execute(asked, (model, row, photo)).fetchone() is not None
