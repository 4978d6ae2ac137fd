"""Verdicts on photos: by themselves, settled, and their seals."""

from __future__ import annotations

import sqlite3

import pytest
from table_rows import add_photo

from withsense_tf.index.tables.law_table import (
    copy_strictest_verdict,
    count_restricted,
    delete_verdicts,
    departed_by_pixels,
    drop_seals,
    insert_verdicts,
    is_restricted_by_evidence,
    judged_limits,
    live_permissions,
    live_restrictions,
    own_restriction,
    own_verdicts,
    own_verdicts_of_live,
    put_own_seal,
    put_seals_of_settled,
    sealed_verdicts,
    settle_own_verdicts,
    settle_verdicts,
    settled_without_seal,
)
from withsense_tf.index.tables.photo_states import DEPARTED_MARK
from withsense_tf.index.tables.photos_table import photo_of_id


def verdict(photo: int, limit: int, restricted: bool, source: str = "captions") -> tuple[object, ...]:
    return (photo, limit, restricted, source, False, 2, 1, '["a word"]')


@pytest.fixture(autouse=True)
def two(tables: sqlite3.Connection) -> None:
    """Judge a live photo (1), which is restricted under 18, and a departed one (2), which is under both."""
    add_photo(tables, "a.png")
    add_photo(tables, "b.png", writer=DEPARTED_MARK)
    insert_verdicts(tables, [verdict(1, 16, False), verdict(1, 18, True)])
    insert_verdicts(tables, [verdict(2, limit, True, "classifier") for limit in (16, 18)])


def test_own_verdicts_are_found_by_photo_and_limit(tables: sqlite3.Connection) -> None:
    assert judged_limits(tables) == [16, 18]
    assert [own_restriction(tables, 1, limit) for limit in (16, 18, 21)] == [False, True, None]
    assert own_verdicts(tables, 1)[1] == (18, 1, "captions", 0, 2, 1, '["a word"]')
    assert own_verdicts_of_live(tables, [1, 2], 16) == [("a.png", 1, 0, "captions", 0, 2, 1, '["a word"]')]
    delete_verdicts(tables, [1])
    assert own_verdicts(tables, 1) == []
    assert own_verdicts(tables, 2) != []


def test_want_of_captions_is_no_evidence(tables: sqlite3.Connection) -> None:
    assert is_restricted_by_evidence(tables, 1)
    insert_verdicts(tables, [verdict(1, 18, True, "no captions")])
    assert not is_restricted_by_evidence(tables, 1)


def test_of_departed_photos_those_judged_by_pixels_are_found(tables: sqlite3.Connection) -> None:
    insert_verdicts(tables, [verdict(1, 18, True, "classifier")])
    assert departed_by_pixels(tables) == {2}


def test_the_strictest_verdict_fills_a_limit_that_has_none_and_changes_no_other(
    tables: sqlite3.Connection,
) -> None:
    copy_strictest_verdict(tables, 1, 21)
    copy_strictest_verdict(tables, 1, 16)
    assert [own_restriction(tables, 1, limit) for limit in (16, 18, 21)] == [False, True, True]


def test_nothing_is_settled_before_it_is(tables: sqlite3.Connection) -> None:
    assert (live_restrictions(tables), live_permissions(tables)) == ([], [])
    settle_own_verdicts(tables)
    assert live_restrictions(tables) == [("a.png", 18, 1, 1, 0, None, "captions")]
    assert live_permissions(tables) == [("a.png", 16, 0)]
    assert count_restricted(tables) == {16: 0, 18: 1}


def settled(tables: sqlite3.Connection) -> tuple[object, ...]:
    first = sealed_verdicts(tables, photo_of_id(1))[1][0]
    return (first.restricted, first.source, *first.own[2:])


def test_what_copies_make_of_a_verdict_stands_until_its_own_is_settled_again(
    tables: sqlite3.Connection,
) -> None:
    settle_own_verdicts(tables)
    settle_verdicts(tables, [(True, "duplicate of b.png", 1, 16)])
    assert settled(tables) == (1, "duplicate of b.png", 0, 2, 1, '["a word"]')
    settle_own_verdicts(tables)
    assert settled(tables) == (0, "captions", 0, 2, 1, '["a word"]')


def test_a_settled_verdict_waits_for_a_new_seal_whenever_what_it_is_over_changes(
    tables: sqlite3.Connection,
) -> None:
    def seal_all() -> list[int]:
        limits = [limit for *_, limit in settled_without_seal(tables)]
        put_seals_of_settled(tables, [("seal", 1, limit) for limit in limits])
        return limits

    settle_own_verdicts(tables)
    assert seal_all() == [16, 18]
    settle_own_verdicts(tables)
    assert seal_all() == []
    put_own_seal(tables, 1, 18, "own seal")
    assert seal_all() == [18]
    settle_verdicts(tables, [(True, "duplicate of b.png", 1, 16)])
    assert seal_all() == [16]
    drop_seals(tables, [1])
    assert seal_all() == [16, 18]
    verdict = sealed_verdicts(tables, photo_of_id(1))[1][1]
    assert (verdict.seal, verdict.own_seal, verdict.group) == ("seal", "own seal", None)
    assert (verdict.restricted, verdict.source, verdict.age_limit) == (1, "captions", 18)
