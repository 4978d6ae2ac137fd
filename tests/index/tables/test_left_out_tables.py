from __future__ import annotations

import sqlite3

from withsense_tf.index.tables.left_out_tables import (
    clear_quarantine,
    count_kept_out,
    delete_kept_out,
    insert_kept_out,
    insert_quarantine,
    kept_out_photos,
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
