"""The photos of an index, read back from its tables as they once came in."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from withsense_tf.common.limits import parse_json
from withsense_tf.index.item import Item
from withsense_tf.index.tables.captions_table import CAPTIONS, OTHER_TEXTS, UNREAD, texts_of_photos
from withsense_tf.index.tables.photos_table import PhotoSet, photo_records


def stored_items(tables: sqlite3.Connection, photos: PhotoSet) -> list[tuple[int, Item]]:
    """Return photos of the tables, by id, as they once came in."""
    return [(photo, item) for photo, item, _, _ in items_with_seals(tables, photos)]


def items_with_seals(tables: sqlite3.Connection, photos: PhotoSet) -> list[tuple[int, Item, str, str]]:
    """Return photos of the tables, by id, as they once came in, each with its tag and seal."""
    texts = texts_of_photos(tables, photos)
    return [
        (
            photo,
            Item(
                name,
                Path(path),
                digest,
                texts.get((photo, CAPTIONS), ()),
                texts.get((photo, OTHER_TEXTS), ()),
                parse_json(facts),
                tuple(parse_json(twins)),
                texts.get((photo, UNREAD), ()),
                look,
            ),
            tag,
            seal,
        )
        for photo, name, path, digest, facts, twins, look, tag, seal in photo_records(tables, photos)
    ]
