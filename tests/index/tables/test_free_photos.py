from __future__ import annotations

import sqlite3

from table_rows import add_photo

from withsense_tf.index.tables.free_photos import FREE, PLAIN, photos_with_doubt, which_are
from withsense_tf.index.tables.law_table import insert_verdicts, settle_own_verdicts


def test_a_free_photo_is_plain_unless_a_person_or_too_few_votes_made_it_free(
    tables: sqlite3.Connection,
) -> None:
    verdicts = {"plain": (False, False, 0), "allowed": (False, True, 1), "voted": (False, False, 1),
                "withheld": (True, False, 1)}  # fmt: skip
    numbers = {name: add_photo(tables, name, digest=name) for name in (*verdicts, "new")}
    insert_verdicts(
        tables,
        [
            (numbers[name], 16, restricted, "", by_hand, 1, votes, "[]")
            for name, (restricted, by_hand, votes) in verdicts.items()
        ],
    )
    settle_own_verdicts(tables)

    def names(kind: str, age_limit: int | None) -> list[str]:
        condition, values = which_are(kind, age_limit)
        return [
            name
            for (name,) in tables.execute(f"SELECT name FROM live WHERE 1{condition} ORDER BY id", values)
        ]

    assert names(FREE, 16) == ["plain", "allowed", "voted"]
    assert names(PLAIN, 16) == ["plain"]
    assert names(FREE, 18) == []
    assert names(PLAIN, None) == [*numbers]
    with_doubt = {numbers[name]: name for name in ("allowed", "voted")}
    assert photos_with_doubt(tables, 16, []) == with_doubt
    assert photos_with_doubt(tables, 16, ["withheld"]) == with_doubt | {numbers["withheld"]: "withheld"}
    assert photos_with_doubt(tables, 18, []) == {}
