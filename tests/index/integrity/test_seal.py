"""Who changes a verdict, or what it was given on, by hand: the photo is not shown, and a check of the index says so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from small_index import LAW, item_of, items_of_looks, law, new_whole_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.integrity.seal import BROKEN_VERDICT
from withsense_tf.index.item import Item
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.photos_table import LIVE_PHOTOS, photo_digests
from withsense_tf.index.tables.row_lookup import live_photos_at
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.judge_anew import judge_anew
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.audit import AuditLog
from withsense_tf.policy.consent_register import ConsentRegister
from withsense_tf.policy.overrides import Override
from withsense_tf.search.search import Search

pytestmark = pytest.mark.closed
CHILD, TWIN = "child.png", "twin.png"


@pytest.fixture(scope="module")
def items(looks: Path) -> list[Item]:
    """Return some photos, one that shows a child, and one that looks like that one and says nothing of it."""
    return [
        *items_of_looks(looks, 5),
        replace(
            item_of(looks, CHILD, 30, texts=["A child near a wall .", "A wall ."]),
            other_texts=(("damaged", "A wall, too ."),),
            facts={"title": "A wall of Ünal", "iso": 100.0, "width": 32},
        ),
        item_of(looks, TWIN, 30, light=1),
    ]


@pytest.fixture(scope="module")
def whole(
    fitted: Callable[[str], Matcher],
    store: VectorStore,
    items: list[Item],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    folder = tmp_path_factory.mktemp("sealed") / "index"
    return new_whole_index(folder, fitted("hybrid"), items, store)


@pytest.fixture
def index(whole: Path, store: VectorStore, tmp_path: Path) -> PhotoIndex:
    return PhotoIndex(shutil.copytree(whole, tmp_path / "index"), store)


def by_hand(index: PhotoIndex, statement: str) -> None:
    with index.catalog.writing() as tables:
        assert tables.execute(statement).rowcount > 0


def allowed(index: PhotoIndex, country: str = "BB") -> set[str]:
    with index.catalog.reading() as tables:
        door = IndexDoor(LAW, tables, country)
        names = [name for (name,) in tables.execute("SELECT name FROM photos WHERE writer IS NULL")]
        return {name for name in names if door.photo(name, "show")}


def found(index: PhotoIndex) -> set[str]:
    return {hit.photo for hit in Search(index, policy=LAW, country="BB")("a wall", k=9, minimum=0.0)}


def test_an_index_that_nobody_touched_is_whole_and_restricts_the_child_and_its_twin(
    index: PhotoIndex,
) -> None:
    assert verify_index(index) == []
    assert allowed(index) == {f"{n:03d}.png" for n in range(5)}
    assert len(allowed(index, "AQ")) == 7


VERDICTS = [
    "UPDATE law SET restricted = 0",
    "UPDATE law SET restricted = 0, own_restricted = 0",
    "UPDATE law SET restricted = 0, source = own_source",
    "UPDATE law SET restricted = 0, own_restricted = 0, votes = 0, evidence = '[]', seal = NULL",
    "UPDATE law SET restricted = 0, by_hand = 1, source = 'override by me', own_source = 'override by me'",
    "DELETE FROM law WHERE restricted = 1",
    "DELETE FROM law WHERE age_limit = 16",
    "UPDATE law SET age_limit = 17 WHERE age_limit = 16",
    "UPDATE law SET (restricted, source, own_restricted, own_source, evidence, votes, captions, seal, own_seal) = "
    "(SELECT restricted, source, own_restricted, own_source, evidence, votes, captions, seal, own_seal FROM law AS l "
    "WHERE l.photo = 1 AND l.age_limit = law.age_limit) WHERE restricted = 1",
]


@pytest.mark.parametrize("statement", VERDICTS)
def test_a_verdict_that_was_changed_by_hand_restricts_until_all_is_judged_anew(
    statement: str, index: PhotoIndex
) -> None:
    by_hand(index, statement)
    assert not {CHILD, TWIN} & allowed(index)
    assert not {CHILD, TWIN} & found(index)
    problems = verify_index(index)
    assert any(f"index judge --all --index {index.folder}" in line for line in problems)
    # The law is the same, so this has nothing to do.
    assert not judge_anew(index, LAW)
    assert verify_index(index) == problems
    assert judge_anew(index, LAW, anyway=True)
    assert verify_index(index) == []
    assert allowed(index) == {f"{n:03d}.png" for n in range(5)}


EVIDENCE = [
    "DELETE FROM captions WHERE text LIKE '%child%'",
    "UPDATE captions SET text = 'A wall .' WHERE text LIKE '%child%'",
    "UPDATE captions SET counts = 7 WHERE text LIKE '%child%'",
    "DELETE FROM captions WHERE text = 'A wall, too .'",
    "UPDATE photos SET facts = '{}' WHERE name = 'child.png'",
    "UPDATE photos SET digest = (SELECT digest FROM photos WHERE name = '000.png') WHERE name = 'child.png'",
    "UPDATE photos SET look = '' WHERE name = 'child.png'",
    "UPDATE photos SET look = 'ff' WHERE name = 'child.png'",
    "UPDATE photos SET twins = '[\"other.png\"]' WHERE name = 'child.png'",
    "UPDATE photos SET name = 'other.png' WHERE name = 'child.png'",
]


@pytest.mark.parametrize("statement", EVIDENCE)
def test_what_is_said_of_a_photo_restricts_it_once_it_was_changed_by_hand_until_the_photo_comes_in_anew(
    statement: str, index: PhotoIndex, items: list[Item]
) -> None:
    by_hand(index, statement)
    assert not {CHILD, TWIN, "other.png"} & allowed(index)
    assert any("index update" in line for line in verify_index(index))
    judge_anew(index, LAW, anyway=True)
    # The evidence is gone, so a new verdict does not bless what is left of it, nor let its twin go.
    assert not {CHILD, "other.png"} & allowed(index)
    assert any("index update" in line for line in verify_index(index))
    # Another photo that took part in what was changed is freed only by a word.
    ingest(index, items, LAW, others="remove", lift="SET digest" in statement)
    assert verify_index(index) == []
    assert allowed(index) == {f"{n:03d}.png" for n in range(5)}


def outcome(door: IndexDoor, photo: str) -> tuple[object, ...]:
    """Return all that a door says of a photo, or that it cannot be read."""
    try:
        shown = [door.photo(photo, scope) for scope in ("show", "search")]
        return (door.knows(photo), door.content(photo), door.decision(photo), *shown)
    except ValueError as error:
        return ("unreadable", type(error))


@pytest.mark.parametrize("country", ["AQ", "BB"])
def test_photos_that_are_looked_up_together_are_decided_as_one_by_one(
    country: str, index: PhotoIndex, tmp_path: Path
) -> None:
    register = ConsentRegister(tmp_path / "consents.jsonl")
    policy = replace(LAW, consents=register)
    with index.catalog.reading() as tables:
        digests = photo_digests(tables, LIVE_PHOTOS)
    register.grant(TWIN, "Mum", ["show"], ["BB"], digest=digests[TWIN])
    of = "(SELECT id FROM photos WHERE name = '{}')"
    for statement in (
        f"UPDATE law SET votes = 7 WHERE photo = {of.format('000.png')}",
        f"DELETE FROM law WHERE photo = {of.format('001.png')}",
        f"UPDATE law SET restricted = NULL WHERE photo = {of.format('002.png')}",
        f"UPDATE captions SET text = 'Another .' WHERE photo = {of.format('003.png')}",
    ):
        by_hand(index, statement)
    names = [*digests, "nobody.png"]

    def one_by_one() -> dict[str, tuple[object, ...]]:
        alone = PhotoIndex(index.folder)  # a connection that remembers nothing yet
        with alone.catalog.reading() as tables:
            return {name: outcome(IndexDoor(policy, tables, country), name) for name in names}

    def together() -> dict[str, tuple[object, ...]]:
        alone = PhotoIndex(index.folder)
        with alone.catalog.reading() as tables:
            door = IndexDoor(policy, tables, country)
            door.look_up(names)
            return {name: outcome(door, name) for name in names}

    def by_rows() -> dict[str, tuple[object, ...]]:
        alone = PhotoIndex(index.folder)
        with alone.catalog.reading() as tables:
            door = IndexDoor(policy, tables, country)
            photos = live_photos_at(tables, alone.current(tables).number, range(20), door.limit)
            door.look_up_live({name: (number, digest, law) for _, law, number, name, _, _, digest in photos})
            return {name: outcome(door, name) for name in names}

    expected = one_by_one()
    assert together() == by_rows() == expected
    assert expected["nobody.png"] == (False, "", None, False, False)
    if country == "BB":
        allowed_here = {name for name, (*_, show, _) in expected.items() if show}
        assert allowed_here == {"004.png", TWIN}
    # What cannot be read is an error for who asks for this photo alone.
    by_hand(index, "UPDATE photos SET facts = '[' WHERE name = '004.png'")
    expected = one_by_one()
    assert together() == by_rows() == expected
    assert (expected["004.png"][0] == "unreadable") == (country == "BB")
    assert expected[TWIN][0] is True


def test_what_is_looked_up_together_is_asked_of_the_tables_once(index: PhotoIndex) -> None:
    with index.catalog.reading() as tables:
        names = list(photo_digests(tables, LIVE_PHOTOS))
        statements: list[str] = []
        tables.set_trace_callback(statements.append)
        door = IndexDoor(LAW, tables, "BB")
        door.look_up(names)
        first = len(statements)
        assert [door.photo(name) for name in names].count(True) == 5
        door.look_up(names)
        tables.set_trace_callback(None)
    assert first < len(names) + 4
    assert len(statements) == first


def test_a_restricted_photo_is_withheld_without_reading_why(index: PhotoIndex) -> None:
    with index.catalog.reading() as tables:
        door = IndexDoor(LAW, tables, "BB")
        statements: list[str] = []
        tables.set_trace_callback(statements.append)
        door.look_up([CHILD, TWIN])
        assert not door.photo(CHILD, "show")
        assert not door.photo(TWIN, "search")
        assert [place.photo for place in door.results([CHILD, "000.png"])] == [None, "000.png"]
        tables.set_trace_callback(None)
        of_child = [one for one in statements if CHILD in one]
        assert len(of_child) == 1
        assert "captions" not in of_child[0]
        decision = door.decision(CHILD)
        assert decision is not None
        assert (decision.restricted, decision.votes) == (True, 2)
        assert decision == IndexDoor(LAW, tables, "BB").decision(CHILD)


def test_a_photo_that_was_looked_up_is_judged_anew_once_another_hand_restricts_it(index: PhotoIndex) -> None:
    reader = PhotoIndex(index.folder)
    for restricted in (False, True):
        if restricted:
            with index.catalog.writing() as tables:
                tables.execute(
                    "UPDATE law SET restricted = 1 WHERE photo = (SELECT id FROM live WHERE name = '000.png')"
                )
        with reader.catalog.reading() as tables:
            door = IndexDoor(LAW, tables, "BB")
            door.look_up(["000.png"])
            assert door.photo("000.png") is not restricted


def test_publishing_makes_no_changed_verdict_whole(index: PhotoIndex, looks: Path, items: list[Item]) -> None:
    by_hand(index, "UPDATE law SET own_restricted = 0, restricted = 0 WHERE own_restricted = 1")
    ingest(index, [*items, item_of(looks, "new.png", 40)], LAW)
    assert not {CHILD, TWIN} & allowed(index)
    assert "new.png" in allowed(index)
    by_hand(index, f"DELETE FROM law WHERE photo = (SELECT id FROM photos WHERE name = '{CHILD}')")
    ingest(index, [*items, item_of(looks, "newer.png", 41)], LAW)
    assert not {CHILD, TWIN} & allowed(index)


def test_a_photo_that_was_said_to_be_judged_by_the_present_rules_is_not_shown(index: PhotoIndex) -> None:
    lenient = law(overrides={CHILD: Override(CHILD, "allow", "Ann", "an adult")})
    judge_anew(index, lenient)
    by_hand(index, f"UPDATE state SET value = '{json.dumps(LAW.version)}' WHERE name = 'policy'")
    assert allowed(index) == set()
    assert any("index judge --all" in line for line in verify_index(index))


def test_the_log_says_why_a_changed_verdict_restricts(index: PhotoIndex, tmp_path: Path) -> None:
    policy = replace(LAW, audit=AuditLog(tmp_path / "audit.jsonl"))
    by_hand(index, "UPDATE law SET restricted = 0")
    Search(index, policy=policy, country="BB")("a wall", k=9, minimum=0.0)
    told = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    assert {(one["photo"], one["rule"]) for one in told if one["place"] == "result"} >= {
        (CHILD, BROKEN_VERDICT)
    }
