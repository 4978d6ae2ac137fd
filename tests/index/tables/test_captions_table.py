from __future__ import annotations

import sqlite3

import pytest
from table_rows import add_photo

from withsense_tf.index.tables.captions_table import (
    CAPTIONS,
    OTHER_TEXTS,
    count_live_captions,
    free_captions,
    insert_texts,
    live_captions,
    texts_of_photos,
)
from withsense_tf.index.tables.photos_table import photo_of_id


@pytest.fixture
def photo(tables: sqlite3.Connection) -> int:
    number = add_photo(tables, "a.png")
    texts = [("a#1", "Zebra .", CAPTIONS), ("title", "A title .", OTHER_TEXTS), ("a#0", "Ant .", CAPTIONS)]
    insert_texts(tables, number, texts)
    return number


def test_texts_come_back_by_kind_in_the_order_in_which_they_came(
    tables: sqlite3.Connection, photo: int
) -> None:
    assert texts_of_photos(tables, photo_of_id(photo)) == {
        (photo, CAPTIONS): (("a#1", "Zebra ."), ("a#0", "Ant .")),
        (photo, OTHER_TEXTS): (("title", "A title ."),),
    }


@pytest.mark.usefixtures("photo")
def test_captions_of_live_photos_are_counted_each_and_listed_once(tables: sqlite3.Connection) -> None:
    insert_texts(tables, add_photo(tables, "b.png"), [("b#0", "Ant .", CAPTIONS)])
    insert_texts(tables, add_photo(tables, "c.png", writer="1-a"), [("c#0", "Staged .", CAPTIONS)])
    assert count_live_captions(tables) == 3
    assert live_captions(tables) == ["Ant .", "Zebra ."]


@pytest.mark.usefixtures("photo")
def test_short_captions_stand_together_by_photo_in_the_letters_that_are_asked_for(
    tables: sqlite3.Connection,
) -> None:
    texts = [("b#0", "Bee .", CAPTIONS), ("b#1", "Ёж .", CAPTIONS), ("b#2", "Пчела .", CAPTIONS)]
    insert_texts(tables, add_photo(tables, "b.png"), texts)
    insert_texts(tables, add_photo(tables, "c.png"), [("c#0", "Длинная подпись .", CAPTIONS)])

    def ask(is_russian: bool | None) -> list[str]:
        return sorted(text for _, text in free_captions(tables, None, 10, is_russian))

    assert ask(None) == ["Ant .", "Bee .", "Zebra .", "Ёж .", "Пчела ."]
    assert ask(False) == ["Ant .", "Bee .", "Zebra ."]
    assert ask(True) == ["Ёж .", "Пчела ."]
    photos = [photo for photo, _ in free_captions(tables, None, 10)]
    assert photos in ([1, 1, 2, 2, 2], [2, 2, 2, 1, 1])
