"""Whoever takes photos out for good, the trail says so, once for each that left."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from full_files import without_room
from PIL import ImageOps
from scenes import collage_of, scene
from small_index import LAW, item_of, new_index

from withsense_tf.data.pictures.photo_file import digest_of
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError, DiskError, SettingError
from withsense_tf.index.item import Item
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.left_out_tables import kept_out_photos
from withsense_tf.index.tables.photos_table import live_ids
from withsense_tf.index.trail.decision_trail import READMIT, REMOVE, DecisionTrail, Signer
from withsense_tf.index.trail.take_out import let_in, take_out
from withsense_tf.index.upkeep.ingest import ingest, remove_for_good
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.audit import AuditLog
from withsense_tf.policy.current_policy import Policy


@pytest.fixture
def index(looks: Path, fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path) -> PhotoIndex:
    items = [
        item_of(looks, "far.png", 1, texts=["A plain red wall ."]),
        item_of(looks, "copy.png", 1, light=2, texts=["A plain red wall ."]),
        item_of(looks, "wall.png", 2, texts=["A plain blue wall ."]),
    ]
    return new_index(tmp_path / "index", fitted("hybrid"), items, store)


def test_each_photo_that_left_has_a_line_and_copies_do_too(index: PhotoIndex, tmp_path: Path) -> None:
    trail = DecisionTrail(tmp_path / "state")
    report, leaving, unknown = take_out(
        index, ["far.png", "nobody.png"], LAW, trail, Signer("Ann", "7"), "He asked."
    )
    assert (report.removed, sorted(leaving), unknown) == (2, ["copy.png", "far.png"], ["nobody.png"])
    lines = [(one.photo, one.decision, one.by, one.key, one.reason) for one in trail.decisions()]
    assert lines == [(photo, REMOVE, "Ann", "7", "He asked.") for photo in ("far.png", "copy.png")]


def test_what_left_without_a_line_gets_it_when_it_is_asked_for_again_and_once(
    index: PhotoIndex, tmp_path: Path
) -> None:
    trail = DecisionTrail(tmp_path / "state")
    remove_for_good(index, ["wall.png"], LAW)
    for _ in range(2):
        _, leaving, _ = take_out(index, ["wall.png"], LAW, trail, Signer("Ann"), "He asked.")
        assert not leaving
    assert [one.photo for one in trail.decisions()] == ["wall.png"]


@pytest.fixture
def collages(index: PhotoIndex, tmp_path: Path) -> PhotoIndex:
    items = []
    for name, picture in (
        ("one.png", scene(0)),
        ("page.png", collage_of([scene(1), scene(0)])),
        ("two.png", ImageOps.mirror(scene(0))),
    ):
        picture.save(tmp_path / name)
        digest = digest_of(tmp_path / name)
        items.append(Item(name, tmp_path / name, digest, ((f"{name}#0", "A plain red wall ."),)))
    ingest(index, items, LAW)
    return index


SHOWS = [("one.png", None), ("two.png", None), ("page.png", "one.png")]


def test_of_a_collage_that_leaves_along_the_line_says_what_it_shows(
    collages: PhotoIndex, tmp_path: Path
) -> None:
    trail = DecisionTrail(tmp_path / "state")
    take_out(collages, ["one.png"], LAW, trail, Signer("Ann"), "He asked.")
    assert [(one.photo, one.shows) for one in trail.decisions()] == SHOWS


def test_who_asks_again_after_a_stop_gets_a_line_of_all_that_left_along_and_once(
    collages: PhotoIndex, tmp_path: Path
) -> None:
    trail = DecisionTrail(tmp_path / "state")
    remove_for_good(collages, ["far.png"], LAW)
    remove_for_good(collages, ["one.png"], LAW)
    for _ in range(2):
        _, leaving, unknown = take_out(collages, ["one.png"], LAW, trail, Signer("Ann"), "He asked.")
        assert (leaving, unknown) == ({}, [])
    assert sorted((one.photo, one.shows) for one in trail.decisions()) == sorted(SHOWS)


@pytest.mark.closed
def test_nothing_is_taken_out_where_the_trail_cannot_be_read_or_the_reason_says_nothing(
    index: PhotoIndex, tmp_path: Path
) -> None:
    trail = DecisionTrail(tmp_path / "state")
    with pytest.raises(SettingError, match="The reason cannot be written"):
        take_out(index, ["wall.png"], LAW, trail, Signer("Ann"), "   ")
    with pytest.raises(SettingError, match="The name of who decides cannot be written"):
        take_out(index, ["wall.png"], LAW, trail, Signer(" "), "He asked.")
    trail.file.parent.mkdir()
    trail.file.write_text('{"id": "a", "ti')
    with pytest.raises(DataError, match="Line 1 of"):
        take_out(index, ["wall.png"], LAW, trail, Signer("Ann"), "He asked.")
    with index.catalog.reading() as tables:
        assert "wall.png" in live_ids(tables)
        assert kept_out_photos(tables) == []


def test_who_lets_photos_in_again_stands_in_the_trail_with_each_of_them(
    index: PhotoIndex, tmp_path: Path
) -> None:
    trail, log = DecisionTrail(tmp_path / "state"), tmp_path / "audit.jsonl"
    policy = Policy.current(replace(LAW, audit=AuditLog(log)))
    take_out(index, ["far.png", "wall.png"], policy, trail, Signer("Ann"), "He asked.")
    assert let_in(index, ["far.png"], policy, trail, Signer("Bob", "7"), " A slip. ") == 2
    lines = [
        (one.photo, one.by, one.key, one.reason, len(one.digest))
        for one in trail.decisions()
        if one.decision == READMIT
    ]
    assert sorted(lines) == [(photo, "Bob", "7", "A slip.", 64) for photo in ("copy.png", "far.png")]
    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [one["by"] for one in entries if one["decision"] == READMIT] == ["Bob", "Bob"]


def test_nothing_is_let_in_that_the_trail_cannot_have(index: PhotoIndex, tmp_path: Path) -> None:
    trail = DecisionTrail(tmp_path / "state")
    take_out(index, ["wall.png"], LAW, trail, Signer("Ann"), "He asked.")
    for names, reason in ((["wall.png"], " "), (["wal.png", "wall.png"], "A slip.")):
        with pytest.raises(SettingError, match="Nothing was changed"):
            let_in(index, names, LAW, trail, Signer("Bob"), reason)
    with trail.file.open("a") as stream:
        stream.write('{"id": "a", "ti')
    with pytest.raises(DataError, match="Line 2 of"):
        let_in(index, ["wall.png"], LAW, trail, Signer("Bob"), "A slip.")
    with index.catalog.reading() as tables:
        assert [name for name, *_ in kept_out_photos(tables)] == ["wall.png"]


@pytest.mark.closed
def test_nothing_leaves_or_is_let_in_that_the_audit_log_cannot_have(
    index: PhotoIndex, tmp_path: Path
) -> None:
    trail, log = DecisionTrail(tmp_path / "state"), tmp_path / "audit.jsonl"
    policy = Policy.current(replace(LAW, audit=AuditLog(log)))
    take_out(index, ["far.png"], policy, trail, Signer("Ann"), "He asked.")
    lines = (log.read_bytes(), trail.file.read_bytes())
    for change, names in ((take_out, ["wall.png"]), (let_in, ["far.png"])):
        with without_room(log), pytest.raises(DiskError, match="No space left"):
            change(index, names, policy, trail, Signer("Ann"), "He asked.")
        assert (log.read_bytes(), trail.file.read_bytes()) == lines
        with index.catalog.reading() as tables:
            assert "wall.png" in live_ids(tables)
            assert sorted(name for name, *_ in kept_out_photos(tables)) == ["copy.png", "far.png"]
    # With room again, it is one as if it were asked for the first time.
    report, *_ = take_out(index, ["wall.png"], policy, trail, Signer("Ann"), "He asked.")
    assert report.removed == 1
    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [one["photo"] for one in entries][2:] == ["wall.png"]
