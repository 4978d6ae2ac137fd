from __future__ import annotations

import sqlite3

from withsense_tf.index.tables.left_out_tables import (
    add_along,
    clear_quarantine,
    count_kept_out,
    delete_kept_out,
    insert_kept_out,
    insert_quarantine,
    kept_out_photos,
    kept_out_since,
    left_along,
    quarantined_photos,
)

B, A = (("b.png", "/b", "photo_not_image", "why", "today"), ("a.png", "/a", "photo_empty", "why", "today"))


def test_the_last_reason_of_a_photo_counts_and_is_forgotten_by_name(tables: sqlite3.Connection) -> None:
    insert_quarantine(tables, [B, A])
    insert_quarantine(tables, [(*B[:3], "another reason", "later")])
    assert [row[3] for row in quarantined_photos(tables)] == ["why", "another reason"]
    clear_quarantine(tables, {"b.png", "c.png"})
    assert quarantined_photos(tables) == [A]
    clear_quarantine(tables, set())
    assert quarantined_photos(tables) == [A]
    clear_quarantine(tables)
    assert quarantined_photos(tables) == []


def test_photos_stay_out_until_they_are_forgotten(tables: sqlite3.Connection) -> None:
    for name in ("a.png", "b.png", "a.png"):
        insert_kept_out(tables, name, "digest", "look", "today")
    assert count_kept_out(tables) == 2
    delete_kept_out(tables, ["a.png", "c.png"])
    assert kept_out_photos(tables) == [("b.png", "digest", "look")]
    assert kept_out_since(tables) == {"b.png": "today"}


def test_what_left_with_a_photo_is_known_and_of_a_version_before_by_the_time(
    tables: sqlite3.Connection,
) -> None:
    for name, look, along in (
        ("one", "look", "one"), ("page", "", "one"), ("copy", "look", "one"), ("three", "look", "three"),
        ("book", "", "three"), ("old", "look", None), ("older", "", None),
    ):  # fmt: skip
        insert_kept_out(tables, name, "digest", look, "today", along)
    assert left_along(tables, {"one"}) == {"page": "one", "copy": "one"}
    assert left_along(tables, {"old", "three"}) == {"older": "old", "book": "three"}
    assert left_along(tables, {"page", "older"}) == {}


def test_tables_of_a_version_before_get_the_column(tables: sqlite3.Connection) -> None:
    tables.execute("ALTER TABLE kept_out DROP COLUMN along")
    for _ in range(2):
        add_along(tables)
    insert_kept_out(tables, "one", "digest", "look", "today", "one")
