"""Photos are staged, live or departed, and each state is found as such."""

from __future__ import annotations

import sqlite3

import pytest
from table_rows import add_photo

from withsense_tf.index.tables.photo_states import (
    DEPARTED_MARK,
    count_and_sum,
    count_staged,
    departed_again,
    departed_contents,
    groups_of,
    latest_staged,
    live_and_departed_groups,
    live_and_departed_looks,
    live_with_same_file,
    make_departed,
    make_live,
    not_live,
    parts_of,
    set_groups,
    set_parts,
    staged_before,
    staged_by,
    staged_like_live,
    take_over_staged,
)
from withsense_tf.index.tables.photos_table import LIVE_PHOTOS, photo_ids, photo_records, photos_of_ids

ME = "1-me"


@pytest.fixture(autouse=True)
def four(tables: sqlite3.Connection) -> None:
    """Add a live photo a (1), what I staged of a with the same file (2) and of b (3), and a departed c (4)."""
    add_photo(tables, "a.png")
    add_photo(tables, "a.png", writer=ME, tag="new", staged=50.0)
    add_photo(tables, "b.png", writer=ME, staged=100.0)
    add_photo(tables, "c.png", writer=DEPARTED_MARK, staged=None)


def test_of_a_name_that_was_staged_twice_the_later_state_counts(tables: sqlite3.Connection) -> None:
    again = add_photo(tables, "b.png", writer=ME)
    assert latest_staged(tables, ME) == {"a.png": 2, "b.png": again}
    assert staged_by(tables, ME) == {2, 3, again}
    assert latest_staged(tables, "") == {}


def test_departed_photos_wait_for_nobody(tables: sqlite3.Connection) -> None:
    assert count_staged(tables) == 2
    assert {photo for photo, *_ in not_live(tables)} == {2, 3, 4}
    assert staged_before(tables, 75.0) == [2]
    assert staged_before(tables, 1e12) == [2, 3]


def test_photos_are_published_by_their_writer_alone(tables: sqlite3.Connection) -> None:
    take_over_staged(tables, "2-you", [(3, "/elsewhere/b.png")])
    make_live(tables, "2-you")
    assert photo_ids(tables, LIVE_PHOTOS) == {1, 3}
    assert [path for _, _, path, *_ in photo_records(tables, photos_of_ids([3]))] == ["/elsewhere/b.png"]
    assert staged_by(tables, ME) == {2}


def test_what_is_live_already_is_told_from_what_has_the_same_file(tables: sqlite3.Connection) -> None:
    assert staged_like_live(tables, ME) == []
    assert live_with_same_file(tables, ME) == {1}
    same = add_photo(tables, "a.png", writer=ME)
    assert staged_like_live(tables, ME) == [same]


def test_a_photo_that_departs_keeps_neither_path_nor_group(tables: sqlite3.Connection) -> None:
    set_groups(tables, [(1, 1)])
    make_departed(tables, 1, '{"place": "Paris"}')
    assert list(departed_contents(tables).values()) == [[1], [4]]
    assert photo_records(tables, photos_of_ids([1]))[0][2:5] == ("", "digest of a.png", '{"place": "Paris"}')
    assert groups_of(tables, [1]) == set()


def test_a_departed_photo_is_there_again_live_or_departed_later_but_not_staged(
    tables: sqlite3.Connection,
) -> None:
    add_photo(tables, "c.png", writer=ME)
    assert departed_again(tables) == []
    live, later = add_photo(tables, "c.png"), add_photo(tables, "c.png", writer=DEPARTED_MARK)
    assert sorted(departed_again(tables)) == [(4, live), (4, later), (later, live)]


def test_copies_are_looked_for_among_live_and_departed_photos(tables: sqlite3.Connection) -> None:
    looks = live_and_departed_looks(tables)
    assert [(photo, live) for photo, *_, live in looks] == [(1, True), (4, False)]
    assert [(one[0], bool(one[4])) for one in live_and_departed_groups(tables)] == [(1, True), (4, False)]


def test_groups_are_those_of_the_photos_that_have_one(tables: sqlite3.Connection) -> None:
    set_groups(tables, [(7, 1), (8, 2)])
    assert groups_of(tables, [1, 2, 3]) == {7, 8}


def test_counts_and_sums_tell_one_photo_from_another(tables: sqlite3.Connection) -> None:
    assert count_and_sum(tables) == [1, 1, 1, 4]
    make_live(tables, "nobody")
    assert count_and_sum(tables) == [1, 1, 1, 4]


def test_photos_that_others_show_are_written_in_the_place_of_those_before(tables: sqlite3.Connection) -> None:
    set_parts(tables, {1: {4, 2}})
    assert parts_of(tables) == {1: [2, 4]}
    set_parts(tables, {4: {1}})
    assert parts_of(tables) == {4: [1]}
