from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from table_rows import add_photo

from withsense_tf.index.item import Item
from withsense_tf.index.stored_items import stored_items
from withsense_tf.index.tables.photos_table import ALL_PHOTOS, live_of_name
from withsense_tf.index.tables.schema import make_tables, show_live
from withsense_tf.index.upkeep.staging import _put_photo

ITEM = Item(
    "a.png",
    Path("/photos/a.png"),
    "d" * 64,
    (("a#1", "A wall ."), ("a#0", "Стена .")),
    (("title", "A title ."),),
    {"camera": "Nikon", "iso": 100.0},
    ("b.png", "c.png"),
    (("xmp", "too long"),),
    "a look",
)


def test_a_photo_comes_back_as_it_came_in() -> None:
    with closing(sqlite3.connect(":memory:")) as tables:
        make_tables(tables)
        show_live(tables)
        photo = _put_photo(tables, ITEM, ITEM.look, "1-a")
        ((number, item),) = stored_items(tables, ALL_PHOTOS)
        assert (number, item, item.tag) == (photo, ITEM, ITEM.tag)
        assert stored_items(tables, live_of_name("a.png")) == []


@pytest.mark.parametrize("facts", ["no JSON", "[1"])
def test_facts_that_cannot_be_read_are_an_error(facts: str) -> None:
    with closing(sqlite3.connect(":memory:")) as tables:
        make_tables(tables)
        add_photo(tables, "a.png", facts=facts, twins=json.dumps([]))
        with pytest.raises(json.JSONDecodeError):
            stored_items(tables, ALL_PHOTOS)
