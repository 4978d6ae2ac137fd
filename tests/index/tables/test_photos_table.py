from __future__ import annotations

import sqlite3

import pytest
from table_rows import add_photo

from withsense_tf.index.tables.photo_states import set_groups
from withsense_tf.index.tables.photos_table import (
    ALL_PHOTOS,
    LIVE_PHOTOS,
    LIVE_WITHOUT_GROUP,
    PhotoSet,
    clear_tags,
    count_photos,
    digests_of_live,
    live_files,
    live_ids,
    live_looks,
    live_names_of,
    live_of_content,
    live_of_ids,
    live_of_name,
    live_of_names,
    live_tags,
    live_twins,
    live_without_rows,
    live_without_verdict,
    move_files,
    photo_digests,
    photo_ids,
    photo_of_id,
    photo_records,
    photo_seals,
    photos_of_ids,
    reseal_photo,
)
from withsense_tf.index.tables.rows_table import insert_rows


@pytest.fixture(autouse=True)
def three(tables: sqlite3.Connection) -> None:
    """Add two live photos, b (1) and a (2), and a staged state of b (3)."""
    add_photo(tables, "b.png", digest="same")
    add_photo(tables, "a.png", digest="same", twins='["c.png"]')
    add_photo(tables, "b.png", digest="other", writer="1-a")
    set_groups(tables, [(2, 2)])


def test_two_live_photos_cannot_have_one_name(tables: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        add_photo(tables, "a.png")


@pytest.mark.parametrize(
    ("photos", "expected"),
    [
        (ALL_PHOTOS, {1, 2, 3}),
        (LIVE_PHOTOS, {1, 2}),
        (LIVE_WITHOUT_GROUP, {1}),
        (photo_of_id(3), {3}),
        (photos_of_ids([1, 3, 9]), {1, 3}),
        (photos_of_ids([]), set()),
        (live_of_ids([1, 3]), {1}),
        (live_of_name("b.png"), {1}),
        (live_of_name("c.png"), set()),
        (live_of_content("b.png", "same"), {1}),
        (live_of_content("b.png", "other"), set()),
        (live_without_verdict(16), {1, 2}),
        (live_without_rows(1), {1}),
    ],
    ids=str,
)
def test_a_set_of_photos_means_these(
    tables: sqlite3.Connection, photos: PhotoSet, expected: set[int]
) -> None:
    insert_rows(tables, 1, [(0, 2, 0, 0, 0)])
    assert photo_ids(tables, photos) == expected
    assert count_photos(tables, photos) == len(expected)
    assert [record[0] for record in photo_records(tables, photos)] == sorted(expected)


def test_of_a_name_the_live_photo_is_read(tables: sqlite3.Connection) -> None:
    assert live_ids(tables) == {"b.png": 1, "a.png": 2}
    assert photo_digests(tables, live_of_names(["b.png", "c.png"])) == {"b.png": "same"}
    assert live_names_of(tables, "same") == ["a.png", "b.png"]
    assert live_names_of(tables, "other") == []
    assert [row[0] for row in live_files(tables)] == ["a.png", "b.png"]
    assert [row[0] for row in live_looks(tables)] == ["a.png", "b.png"]
    assert ("a.png", "same", '["c.png"]') in live_twins(tables)


def test_a_file_moves_for_the_live_photo_alone(tables: sqlite3.Connection) -> None:
    move_files(tables, [("b.png", "/elsewhere/b.png"), ("c.png", "/elsewhere/c.png")])
    assert [path for _, _, path, *_ in photo_records(tables, ALL_PHOTOS)] == [
        "/elsewhere/b.png",
        "/photos/a.png",
        "/photos/b.png",
    ]


def test_tags_and_seals_are_written_by_id(tables: sqlite3.Connection) -> None:
    reseal_photo(tables, 1, "new tag", "new seal")
    clear_tags(tables, [2])
    assert live_tags(tables) == {"b.png": "new tag", "a.png": ""}
    assert photo_seals(tables, photo_of_id(1)) == {1: ("new tag", "", "new seal")}


def test_of_many_digests_those_of_live_photos_are_returned(tables: sqlite3.Connection) -> None:
    digests = ["same", "other", *map(str, range(40_000))]
    assert digests_of_live(tables, digests) == {"same"}
    assert digests_of_live(tables, []) == set()
