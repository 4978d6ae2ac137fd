"""What could be asked of an index: its columns with values, and queries to begin with; of photos that may be shown."""

from __future__ import annotations

from typing import Final

from withsense_tf.app.answers import ColumnAnswer, ColumnsAnswer, ExamplesAnswer
from withsense_tf.app.photo_service import Doorway, PhotoService
from withsense_tf.data.named import column_text
from withsense_tf.index.tables.captions_table import free_captions
from withsense_tf.index.tables.facts_table import free_values
from withsense_tf.search.filter_law import columns_to_name

MOST_VALUES: Final = 30
# Longer ones are stories; a box shows some fifty signs.
MOST_SIGNS: Final = 70
# Captions that are looked at for each example that is wanted.
SPARE: Final = 10


def column_suggestions(service: PhotoService, country: str | None) -> ColumnsAnswer:
    """Return the columns, each with the values that most photos have."""
    with service.doorway(country) as here:
        return ColumnsAnswer(
            columns=[
                ColumnAnswer(name=name, values=_values(here, name))
                for name in columns_to_name(here.tables, here.door)
            ]
        )


def _values(here: Doorway, column: str) -> list[str | float]:
    values = free_values(here.tables, column, _limit(here), MOST_VALUES)
    return [value for value in values if not here.door.refuses(column_text(column, value))]


def query_examples(service: PhotoService, k: int, country: str | None) -> ExamplesAnswer:
    """Return short captions as people would type them."""
    with service.doorway(country) as here:
        captions = free_captions(here.tables, _limit(here), MOST_SIGNS, k * SPARE)
        queries = dict.fromkeys(
            text.strip(" .").casefold() for text in captions if not here.door.refuses(text)
        )
        return ExamplesAnswer(queries=list(queries)[:k])


def _limit(here: Doorway) -> int | None:
    rule = here.door.rule
    return None if rule.rule == "none" else here.door.level.key
