"""Vectors that are not those that were written any more are made anew, in their place, by the model that made them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from withsense_tf.common.terminal import track
from withsense_tf.errors import SettingError
from withsense_tf.index.integrity.table_errors import index_remedy
from withsense_tf.index.integrity.vector_checks import bad_rows
from withsense_tf.index.item import Item
from withsense_tf.index.model_generation import EACH, VECTORS, Generation
from withsense_tf.index.model_rows import write_rows
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.stored_items import stored_items
from withsense_tf.index.tables.models_table import add_to_caption_count, caption_count, row_count
from withsense_tf.index.tables.photos_table import LIVE_PHOTOS, count_photos, live_without_rows
from withsense_tf.index.tables.rows_table import caption_end, delete_rows, delete_rows_behind_end, is_row_of
from withsense_tf.index.tables.schema import forget_photos
from withsense_tf.index.tables.state_table import get_state
from withsense_tf.index.tables.words_table import count_wrong_words, make_words_anew
from withsense_tf.index.upkeep.ingest import FEW, ingest
from withsense_tf.index.upkeep.readable import UnusablePhoto, damaged_uploads, looks_of_files, readable_rows
from withsense_tf.index.upkeep.switch_model import fill
from withsense_tf.index.vectors.vector_file import mend
from withsense_tf.matchers.search_forms import CAPTIONS, PHOTO
from withsense_tf.policy.current_policy import Policy

if TYPE_CHECKING:
    from withsense_tf.matchers.base import Matcher

BATCH = 64


@dataclass
class Repair:
    """How many photos have vectors again, and which leave the index because their file cannot be used any more."""

    photos: int = 0
    unusable: list[UnusablePhoto] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"{self.photos:,} photos were embedded again."]
        lines += [f"{one.name} left the index ({one.reason}); it is in quarantine." for one in self.unusable]
        return "\n".join(lines)


def repair_index(index: PhotoIndex, policy: Policy, lift: bool = False) -> Repair:
    """Make the vectors anew that do not fit their checksums, of the model in use and of the one before.

    They stand in the same rows, so answers are those of before. A photo whose file is gone, or is another one by now,
    has no vectors to be found by: it leaves the index, and so does what users brought whose file is
    damaged. That this lifts the restriction of another needs `lift`.
    """
    repair = Repair()
    with index.catalog.writing() as tables:
        if count_wrong_words(tables):
            make_words_anew(tables)
        current, live = index.current(tables).number, count_photos(tables, LIVE_PHOTOS)
        models = [number for number in (current, get_state(tables, "previous")) if number is not None]
    for number in dict.fromkeys(models):
        generation = index.generation(number)
        _mend_files(index, generation)
        count, unusable = _mend_rows(index, generation, in_use=number == current)
        repair.photos += count
        repair.unusable += unusable
    repair.unusable += damaged_uploads(index, repair.unusable)
    if repair.unusable:
        _check_not_emptied(index, repair.unusable, live)
        ingest(index, repair.unusable, policy, lift=lift)
    with index.catalog.reading() as tables:
        lacking = count_photos(tables, live_without_rows(current))
    if lacking:
        repair.photos += fill(index, current)
    return repair


def _mend_files(index: PhotoIndex, generation: Generation) -> None:
    with index.catalog.writing() as tables:
        lacking = (caption_end(tables, generation.number) or 0) - caption_count(tables, generation.number)
        add_to_caption_count(tables, generation.number, max(0, lacking))
    if generation.engine.kind != "exact":
        return
    widths = generation.form.widths
    with index.catalog.writing() as tables:
        rows = row_count(tables, generation.number)
        captions = caption_count(tables, generation.number)
        files = [(part, width, rows) for part, width in widths.items()]
        files += [(EACH, widths[CAPTIONS], captions)] if generation.form.each_caption else []
        for part, width, count in files:
            mend(generation.folder / VECTORS / part / "rows.vectors", width, generation.engine.dtype, count)


def _mend_rows(index: PhotoIndex, generation: Generation, in_use: bool) -> tuple[int, list[UnusablePhoto]]:
    """Write the damaged rows of a model anew; return how many, and the photos that must leave for want of a file."""
    places, items, live = _damaged_photos(index, generation)
    if not items:
        return 0, []
    # A vector of another content must not stand for the photo, so its file is compared first.
    unusable = looks_of_files(list(items.values()))[1] if PHOTO in generation.form.widths else []
    if in_use:
        _check_not_emptied(index, unusable, live)
    names = {one.name for one in unusable}
    rows = sorted((places[photo], photo) for photo, item in items.items() if item.name not in names)
    matcher = generation.matcher(index.store)
    count = 0
    for at in track(
        range(0, len(rows), BATCH), -(-len(rows) // BATCH), "Repairing", unit="batches of photos"
    ):
        batch, unread = _embed_again(index, generation, matcher, rows[at : at + BATCH], items)
        count += batch
        unusable += unread
    if in_use:
        return count, unusable
    # Whoever goes back to this model gets them anew.
    names = {one.name for one in unusable}
    with index.catalog.writing() as tables:
        delete_rows(tables, generation.number, [photo for photo, item in items.items() if item.name in names])
    return count, []


def _damaged_photos(index: PhotoIndex, generation: Generation) -> tuple[dict[int, int], dict[int, Item], int]:
    with index.catalog.writing() as tables:
        delete_rows_behind_end(tables, generation.number)
        places = {row.photo: row.row for rows, _ in bad_rows(tables, generation) for row in rows}
        items = {photo: item for photo, item in stored_items(tables, LIVE_PHOTOS) if photo in places}
        # What waits to be published is made anew by its writer.
        forget_photos(tables, sorted(places.keys() - items.keys()))
        return places, items, count_photos(tables, LIVE_PHOTOS)


def _check_not_emptied(index: PhotoIndex, unusable: Sequence[UnusablePhoto], live: int) -> None:
    if len(unusable) > max(FEW, live / 2):
        raise SettingError(
            f"{len(unusable):,} of {live:,} photos of {index.folder} would leave, for their vectors or files are "
            f"damaged, such as {unusable[0].name} ({unusable[0].reason}): is their folder there? Nothing was removed. "
            f"To give them up, run: {index_remedy(index.folder, 'update', 'FOLDER', '--replace')}"
        )


def _embed_again(
    index: PhotoIndex,
    generation: Generation,
    matcher: Matcher,
    rows: Sequence[tuple[int, int]],
    items: Mapping[int, Item],
) -> tuple[int, list[UnusablePhoto]]:
    good, vectors, unread = readable_rows(generation, matcher, [items[photo] for _, photo in rows])
    names = {item.name for item in good}
    readable = [(row, photo) for row, photo in rows if items[photo].name in names]
    with index.catalog.writing() as tables:
        same = [n for n, place in enumerate(readable) if is_row_of(tables, generation.number, *place)]
        write_rows(
            tables,
            generation,
            np.array([readable[n][0] for n in same], np.int64),
            [readable[n][1] for n in same],
            [good[n] for n in same],
            vectors.take(same),
        )
    return len(same), unread
