"""Photos that left an index leave their vectors behind; this writes the vectors anew without them."""

from __future__ import annotations

from withsense_tf.index.brought import erase_kept_out
from withsense_tf.index.catalog import TABLES
from withsense_tf.index.integrity.table_errors import check_writable
from withsense_tf.index.photo_index import GRACE_SECONDS, PhotoIndex, dropped_models
from withsense_tf.index.tables.models_table import model_numbers
from withsense_tf.index.tables.state_table import get_state, set_state
from withsense_tf.index.upkeep.switch_model import take_over


def compact_index(index: PhotoIndex) -> str:
    """Copy the model in use, with the vectors of live photos alone, switch to the copy and drop the others.

    Searches go on meanwhile. What was staged and not published is made anew by the next ingest. There is nothing to
    roll back to afterwards. A model that is being built stays; the files of those that are dropped go later.
    """
    check_writable(index.folder / TABLES)
    index.remove_dropped()
    erase_kept_out(index)
    with index.catalog.reading() as tables:
        current = index.current(tables)
    copy = index.copy_model(current.number)
    take_over(index, copy)
    others: list[int] = []
    with index.catalog.writing() as tables:
        if get_state(tables, "current") == copy:
            replaced_models = {current.number, get_state(tables, "previous")}
            set_state(tables, previous=None)
            others = [
                number
                for number in model_numbers(tables)
                if number != copy
                and number not in dropped_models(tables)
                and (number in replaced_models or not index.written_lately(number))
            ]
            for number in others:
                index.drop(number)
    message = f"model {copy} is in use, without what photos left behind; {len(others)} models were dropped."
    if others:
        message += (
            f" Their files go when something is written {GRACE_SECONDS / 60:.0f} minutes from now or later."
        )
    return message
