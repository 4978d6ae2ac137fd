"""The full-text index of captions holds what the captions say, and finds words and phrases in them."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from table_rows import add_photo

from withsense_tf.index.tables.captions_table import CAPTIONS, OTHER_TEXTS, UNREAD, insert_texts
from withsense_tf.index.tables.photo_states import make_live
from withsense_tf.index.tables.rows_table import insert_rows
from withsense_tf.index.tables.schema import forget_photos, make_tables, show_live
from withsense_tf.index.tables.words_table import (
    all_caption_words,
    cells_at,
    count_plain_photos_with,
    count_wrong_words,
    forms_at,
    forms_of,
    make_words_anew,
    photos_with,
    plain_photos_with,
    plain_words,
    read_cells,
    rows_with_phrases,
    rows_with_words,
)

PHOTOS = {
    "a.png": ["A red motorcycle on a street .", "Street scene"],
    "b.png": ["A red car .", "Motorcycle parade"],
    "c.png": ["Собаки бегут по пляжу .", "Ещё одна ёлка"],
    "d.png": [],
}


@pytest.fixture
def photos(tables: sqlite3.Connection) -> dict[str, int]:
    numbers = {}
    for at, (name, texts) in enumerate(PHOTOS.items()):
        numbers[name] = photo = add_photo(tables, name)
        insert_texts(tables, photo, [(f"{name}#{n}", text, CAPTIONS) for n, text in enumerate(texts)])
        insert_rows(tables, 1, [(at, photo, 0, len(texts), 0)])
    return numbers


@pytest.mark.usefixtures("photos")
@pytest.mark.parametrize(
    ("forms", "rows"),
    [
        (["motorcycle"], [0, 1]),
        (["dog"], []),
        (["собака", "пляж"], [2]),
        (["parade", "car"], [1]),
        (['"', "(", "NEAR", "forms : x"], []),
    ],
)
def test_photos_are_found_by_basic_forms_of_words(
    tables: sqlite3.Connection, forms: list[str], rows: list[int]
) -> None:
    assert sorted(rows_with_words(tables, 1, forms, 10, ()).tolist()) == rows


@pytest.mark.usefixtures("photos")
@pytest.mark.parametrize(
    ("phrase", "rows"),
    [
        ("Red Motorcycle", [0]),
        ("motorcycle red", []),
        # No caption has it, though one ends and the next begins with it.
        ("car motorcycle", []),
        ("street street", []),
        ("Ещё одна", [2]),
        ("еще одна ЕЛКА", [2]),
        ("motorcycles", []),
    ],
)
def test_a_phrase_stands_in_one_caption(tables: sqlite3.Connection, phrase: str, rows: list[int]) -> None:
    assert rows_with_phrases(tables, 1, [plain_words(phrase)], ()).tolist() == rows


def test_a_form_is_counted_once_a_caption(tables: sqlite3.Connection, photos: dict[str, int]) -> None:
    (text,) = forms_at(tables, 1, np.array([0, 3]), None).values()
    assert text == forms_of(PHOTOS["a.png"])
    assert [text.count(f" {form} ") for form in ("street", "motorcycle", "a", "car")] == [2, 1, 1, 0]
    assert len(photos) == 4


def test_the_captions_of_a_row_stand_beside_their_forms(
    tables: sqlite3.Connection, photos: dict[str, int]
) -> None:
    (row,) = forms_at(tables, 1, np.array([0, 3]), None)
    forms, captions = read_cells(cells_at(tables, 1, row))
    assert captions == tuple(plain_words(caption) for caption in PHOTOS["a.png"])
    assert forms == frozenset(forms_of(PHOTOS["a.png"]).split())
    assert read_cells(cells_at(tables, 1, 999)) == (frozenset(), ())
    assert len(photos) == 4


def test_texts_for_the_law_alone_find_no_photo(tables: sqlite3.Connection) -> None:
    photo = add_photo(tables, "e.png")
    insert_texts(tables, photo, [("title", "A zebra", OTHER_TEXTS), ("x", "A zebra", UNREAD)])
    assert all_caption_words(tables) == []


def test_only_words_of_photos_of_which_all_may_be_told_are_those_of_plain_photos(
    tables: sqlite3.Connection, photos: dict[str, int]
) -> None:
    verdict = (
        "INSERT INTO law (photo, age_limit, own_restricted, own_source, by_hand, captions, votes, evidence, "
    )
    for name, by_hand, votes, restricted in (("a.png", 0, 1, 1), ("b.png", 0, 0, 0), ("c.png", 1, 0, 0)):
        tables.execute(
            verdict + "restricted) VALUES (?, 16, 0, '', ?, 0, ?, '[]', ?)",
            (photos[name], by_hand, votes, restricted),
        )
    assert plain_photos_with(tables, "forms", "motorcycle", 16, 9) == ["b.png"]
    assert plain_photos_with(tables, "plain", "street", 16, 9) == []
    assert count_plain_photos_with(tables, "forms", "motorcycle", 16) == 1
    assert count_plain_photos_with(tables, "forms", "motorcycle", 18) == 0
    assert plain_photos_with(tables, "plain", "street", None, 9) == ["a.png"]
    assert photos_with(tables, "plain", "street", photos.values()) == [photos["a.png"]]
    assert photos_with(tables, "plain", "street", [photos["b.png"]]) == []


def test_staged_photos_are_not_found(tables: sqlite3.Connection) -> None:
    photo = add_photo(tables, "e.png", writer="1-a")
    insert_texts(tables, photo, [("e#0", "A zebra .", CAPTIONS)])
    insert_rows(tables, 1, [(0, photo, 0, 1, 0)])
    found = [rows_with_words(tables, 1, ["zebra"], 9, ()), rows_with_phrases(tables, 1, ["zebra"], ())]
    assert [rows.tolist() for rows in found] == [[], []]
    make_live(tables, "1-a")
    assert rows_with_words(tables, 1, ["zebra"], 9, ()).tolist() == [0]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM words WHERE rowid = 1",
        "UPDATE words SET plain = 'a zebra' WHERE rowid = 1",
        "INSERT INTO words (rowid, forms, plain) VALUES (4, ' zebra ', 'zebra')",
        "UPDATE words_content SET c1 = 'a zebra' WHERE id = 1",
        "DELETE FROM words_data WHERE id > 10",
    ],
)
@pytest.mark.usefixtures("photos")
def test_what_another_hand_changed_is_counted_and_made_anew(
    tables: sqlite3.Connection, statement: str
) -> None:
    assert count_wrong_words(tables) == 0
    tables.execute(statement)
    assert count_wrong_words(tables) > 0
    make_words_anew(tables)
    assert count_wrong_words(tables) == 0


WORDS = st.lists(st.sampled_from(["dog", "Dogs", "ёлка", "a", "red-hot", "Ω", "x_1"]), max_size=4)
CHANGES = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["add", "remove"]), st.lists(WORDS, max_size=3)),
    max_size=12,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_the_words_are_those_of_the_captions_whatever_came_changed_and_left(
    changes: list[tuple[int, str, list[list[str]]]],
) -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    make_tables(connection)
    show_live(connection)
    here: dict[int, tuple[int, list[str]]] = {}
    for name, what, texts in changes:
        if name in here:
            forget_photos(connection, [here.pop(name)[0]])
        if what == "add":
            captions = [" ".join(text) for text in texts]
            photo = add_photo(connection, str(name))
            insert_texts(connection, photo, [(str(n), text, CAPTIONS) for n, text in enumerate(captions)])
            here[name] = photo, captions
    rows = connection.execute("SELECT rowid, forms FROM words").fetchall()
    assert dict(rows) == {photo: forms_of(captions) for photo, captions in here.values() if captions}
    assert count_wrong_words(connection) == 0
    connection.close()
