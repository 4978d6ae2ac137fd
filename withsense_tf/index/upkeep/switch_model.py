"""A new model gets the vectors of the photos that are in the index already, and then takes over.

`index build` and `index rollback` call it; the switch itself, one transaction, is `PhotoIndex.switch`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from withsense_tf.common.terminal import track
from withsense_tf.errors import SettingError
from withsense_tf.index.item import Item
from withsense_tf.index.model_generation import Generation
from withsense_tf.index.model_rows import put_rows, rows_of
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.stored_items import stored_items
from withsense_tf.index.tables.photos_table import count_photos, live_without_rows, photo_of_id
from withsense_tf.index.tables.rows_table import has_row
from withsense_tf.index.tables.state_table import get_state

if TYPE_CHECKING:
    from withsense_tf.matchers.base import Matcher

BATCH = 64


def fill(index: PhotoIndex, model: int) -> int:
    """Add the vectors of all live photos that a model lacks; return how many. Then `switch` to it."""
    generation = index.generation(model)
    matcher = generation.matcher(index.store)
    count = 0
    while missing := _missing(index, model):
        for at in track(
            range(0, len(missing), BATCH), -(-len(missing) // BATCH), "Filling", unit="batches of photos"
        ):
            count += _fill_some(index, generation, matcher, missing[at : at + BATCH])
    return count


def take_over(index: PhotoIndex, model: int, tries: int = 5) -> None:
    """Fill a model and switch to it; photos may come in meanwhile."""
    for tries_to_come in range(tries - 1, -1, -1):
        fill(index, model)
        try:
            index.switch(model)
        except SettingError:
            if not tries_to_come:
                raise
        else:
            return


def roll_back(index: PhotoIndex) -> int:
    """Switch back to the model before, with the photos that came since; return its number."""
    with index.catalog.reading() as tables:
        previous = get_state(tables, "previous")
    if previous is None:
        raise SettingError("This index has no model before the one in use: there is nothing to go back to.")
    take_over(index, previous)
    return int(previous)


def _missing(index: PhotoIndex, model: int) -> list[tuple[int, Item]]:
    with index.catalog.reading() as tables:
        return stored_items(tables, live_without_rows(model))


def _fill_some(
    index: PhotoIndex, generation: Generation, matcher: Matcher, missing: Sequence[tuple[int, Item]]
) -> int:
    rows = rows_of(generation, matcher, [item for _, item in missing])
    with index.catalog.writing() as tables:
        here = [
            at
            for at, (photo, _) in enumerate(missing)
            if count_photos(tables, photo_of_id(photo)) and not has_row(tables, generation.number, photo)
        ]
        put_rows(
            tables,
            generation,
            [missing[at][0] for at in here],
            [missing[at][1] for at in here],
            rows.take(here),
        )
    return len(here)
