"""Photos that left an index leave their vectors behind; this writes the vectors anew without them."""

from __future__ import annotations

from withsense_tf.search.catalog import get_state
from withsense_tf.search.fill import take_over
from withsense_tf.search.photo_index import PhotoIndex


def compact_index(index: PhotoIndex) -> str:
    """Copy the model in use, with the vectors of live photos alone, switch to the copy and drop all others.

    Searches go on meanwhile. What was staged and not published is made anew by the next ingest. There is nothing to
    roll back to afterwards.
    """
    with index.catalog.reading() as tables:
        current = index.current(tables)
    copy = index.copy_model(current.number)
    take_over(index, copy)
    with index.catalog.writing() as tables:
        index.forget_previous(tables)
        others = [
            number
            for (number,) in tables.execute("SELECT id FROM generations WHERE id != ?", (copy,)).fetchall()
        ]
        kept = get_state(tables, "current") == copy
    dropped = [number for number in others if kept]
    for number in dropped:
        index.drop(number)
    return f"model {copy} is in use, without what photos left behind; {len(dropped)} models were dropped."
