"""A photo that waits and cannot be brought in costs itself alone: the others go on."""

from __future__ import annotations

import hashlib
import io
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from app_places import SHOWN, Place
from filelock import FileLock, Timeout
from uploads_of_tests import PNG, png_of

from withsense_tf.app.guards.request_log import LOGGER
from withsense_tf.app.photo_service import PhotoService
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.review import decide
from withsense_tf.app.routes.write_routes import quarantine_of, upload_state
from withsense_tf.app.uploads import index_writing
from withsense_tf.app.uploads.index_writing import (
    PHOTOS,
    add_caption,
    judge_own,
    judge_rest,
    judge_waiting,
    writing_alone,
)
from withsense_tf.app.uploads.quarantine import ABOUT, Description, WaitingPhoto
from withsense_tf.app.uploads.uploaded_item import item_of_upload
from withsense_tf.data.pictures.photo_file import PhotoError
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.item import Item
from withsense_tf.index.model_generation import Generation
from withsense_tf.index.tables.photos_table import live_names_of
from withsense_tf.index.trail.decision_trail import Signer
from withsense_tf.matchers import saved
from withsense_tf.matchers.base import Matcher

Change = Callable[[Path], object]


@pytest.fixture
def service(place: Place) -> PhotoService:
    return PhotoService(place.settings(country="BB"))


def take(service: PhotoService, content: bytes) -> WaitingPhoto:
    said = Description(("A marmalade wall .",), None, "a.png")
    return quarantine_of(service).take(io.BytesIO(content), said, 10**7, 10**7)


def put(name: str, content: bytes) -> Change:
    return lambda folder: (folder / name).write_bytes(content)


def told(**cells: object) -> Change:
    def change(folder: Path) -> None:
        about = json.loads((folder / ABOUT).read_text())
        (folder / ABOUT).write_text(json.dumps(about | cells))

    return change


DAMAGE: dict[str, tuple[Change, str]] = {
    "cut off": (put("photo.png", PNG[:-200]), "photo_truncated"),
    "empty": (put("photo.png", b""), "photo_empty"),
    "no photo": (put("photo.png", b"no photo"), "photo_not_image"),
    "vanished": (lambda folder: (folder / "photo.png").unlink(), "photo_missing"),
    "nothing told": (put(ABOUT, b"{"), "upload_damaged"),
    "told otherwise": (put(ABOUT, b"[]"), "upload_damaged"),
    "captions lost": (told(captions=None), "upload_damaged"),
    "captions of another kind": (told(captions=[5]), "upload_damaged"),
    "a name that is a path": (told(name="../../evil.png"), "upload_damaged"),
}


@pytest.mark.closed
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_photo_that_broke_while_it_waited_leaves_with_its_reason_and_the_next_comes_in(
    service: PhotoService, damage: str, place: Place
) -> None:
    change, kind = DAMAGE[damage]
    bad = take(service, PNG)
    change(bad.folder)
    good = take(service, png_of(1))
    judge_waiting(service, quarantine_of(service))
    assert upload_state(service, good.name, good.folder.exists(), "BB").state == "searchable"
    with pytest.raises(ProblemError) as problem:
        upload_state(service, bad.name, bad.folder.exists(), "BB")
    assert problem.value.kind == kind
    assert str(place.index) not in problem.value.detail
    assert quarantine_of(service).count() == 0
    assert [one.name for one in (service.settings.state_folder / PHOTOS).iterdir()] == [good.name]
    assert not list(place.index.parent.rglob("evil.png"))


@pytest.mark.closed
@pytest.mark.parametrize("trouble", ["copied", "read"])
def test_a_photo_that_cannot_be_brought_in_now_waits_and_keeps_nobody_waiting(
    service: PhotoService, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, good = take(service, PNG), take(service, png_of(1))
    # Nothing can be written, or read, there.
    place = (service.settings.state_folder / PHOTOS / stuck.name).with_suffix(".draft")
    if trouble == "copied":
        place.mkdir(parents=True)

    def read(name: str, *more: Any) -> Item:
        if trouble == "read" and name == stuck.name:
            raise PhotoError("photo_unreadable", "its disk is slow")
        return item_of_upload(name, *more)

    monkeypatch.setattr(index_writing, "item_of_upload", read)
    judge_waiting(service, quarantine_of(service))
    assert upload_state(service, good.name, good.folder.exists(), "BB").state == "searchable"
    assert stuck.folder.exists()
    # Who brought it is told.
    with pytest.raises((IsADirectoryError, PhotoError)):
        judge_own(service, stuck)
    monkeypatch.undo()
    with suppress(FileNotFoundError):
        place.rmdir()
    judge_waiting(service, quarantine_of(service))
    assert upload_state(service, stuck.name, stuck.folder.exists(), "BB").state == "searchable"


@pytest.mark.closed
def test_a_photo_that_two_workers_take_in_at_once_comes_in_once(service: PhotoService, place: Place) -> None:
    other = PhotoService(place.settings(country="BB"))
    one, same = take(service, PNG), take(other, PNG)
    assert (same.name, same.waits_already, quarantine_of(other).count()) == (one.name, True, 1)
    judge_own(other, same)
    judge_own(service, one)
    # One that comes while it is judged, or behind a machine that stopped, brings nothing new either.
    judge_own(service, take(service, PNG))
    assert quarantine_of(service).count() == 0
    assert [file.name for file in (service.settings.state_folder / PHOTOS).iterdir()] == [one.name]
    with service.doorway("BB") as here:
        assert live_names_of(here.tables, hashlib.sha256(PNG).hexdigest()) == [one.name]


def test_an_upload_waits_for_no_other_and_what_waits_is_judged_once_who_writes_is_done(
    service: PhotoService, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(index_writing, "PATIENCE_SECONDS", 0.01)
    other, own = take(service, PNG), take(service, png_of(1))
    judge_own(service, own)
    assert (other.folder.exists(), own.folder.exists()) == (True, False)
    with writing_alone(service):
        service.later.submit(judge_rest, service, quarantine_of(service))
        with pytest.raises(ProblemError) as problem:
            judge_own(service, other)
        # The worker that comes first waits on.
        deadline = time.monotonic() + 60
        while len(records := [one for one in caplog.records if one.name == LOGGER.name]) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert (problem.value.kind, other.folder.exists()) == ("busy", True)
    log = str([vars(one) for one in records])
    parts = ("waited 0.01 seconds", "got 503", f"process {os.getpid()} ")
    assert [part for part in parts if part not in log] == []
    # A turn takes a while, and all is well.
    assert {one.levelname for one in records} == {"WARNING"}
    service.later.shutdown()
    assert upload_state(service, other.name, other.folder.exists(), "BB").state == "searchable"


def test_a_service_that_ends_tries_no_more(service: PhotoService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_writing, "PATIENCE_SECONDS", 0.01)
    waiting = take(service, PNG)
    with writing_alone(service):
        service.later.submit(judge_rest, service, quarantine_of(service))
        service.close()
    assert waiting.folder.exists()


@pytest.mark.parametrize(
    ("writer", "minutes", "level", "says_how_to_end_it"),
    [
        (4_999_999, 0, "WARNING", False),
        (4_999_999, 11, "ERROR", True),
        (None, 11, "ERROR", False),  # the server itself
    ],
)
def test_a_change_that_waits_for_a_process_is_an_error_only_where_that_takes_longer_than_networks_do(
    service: PhotoService,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    writer: int | None,
    minutes: int,
    level: str,
    says_how_to_end_it: bool,
) -> None:
    writer = writer or os.getpid()
    monkeypatch.setattr(index_writing, "PATIENCE_SECONDS", 0.01)
    with writing_alone(service):
        (file := service.settings.state_folder / "writing.by").write_text(str(writer))
        os.utime(file, (since := time.time() - 60 * minutes, since))
        with pytest.raises(ProblemError), writing_alone(service):
            pass
    (record,) = caplog.records
    (line,) = vars(record)["cells"].values()
    assert (record.levelname, f"process {writer} " in line) == (level, True)
    assert (f"(top -p {writer})" in line, f"(kill {writer})" in line) == (says_how_to_end_it,) * 2


def test_a_decision_goes_through_while_an_upload_loads_its_networks(
    service: PhotoService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_writing, "PATIENCE_SECONDS", 30.0)
    loads, goes_on, load = Event(), Event(), Generation.matcher

    def slow(generation: Generation, store: VectorStore) -> Matcher:
        loads.set()
        assert goes_on.wait(60)
        return load(generation, store)

    monkeypatch.setattr(Generation, "matcher", slow)
    waiting = take(service, PNG)
    with ThreadPoolExecutor(1) as pool:
        upload = pool.submit(judge_own, service, waiting)
        try:
            assert loads.wait(60)
            monkeypatch.setattr(index_writing, "PATIENCE_SECONDS", 0.1)
            decision = decide(
                service, service.ids.write(SHOWN[0]), "restrict", Signer("Ann"), "It shows a child."
            )
        finally:
            goes_on.set()
        upload.result()
    # The photo came in by the law that the decision changed meanwhile.
    assert upload_state(service, waiting.name, waiting.folder.exists(), "BB").state == "searchable"
    with service.doorway("BB") as here:
        assert (decision.photo, here.door.photo(SHOWN[0])) == (SHOWN[0], False)


def test_an_upload_loads_nothing_in_the_turn_for_which_decisions_wait(
    service: PhotoService, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, turns = saved.load_matcher, list[bool]()

    def noted(*arguments: Any) -> Matcher:
        lock = FileLock(service.settings.state_folder / "writing.lock", timeout=0)
        with suppress(Timeout), lock:
            turns.append(True)
            return load(*arguments)
        turns.append(False)
        return load(*arguments)

    monkeypatch.setattr(saved, "load_matcher", noted)
    judge_own(service, take(service, PNG))
    add_caption(service, service.ids.write(SHOWN[0]), "A wall of plain red .", "Ann", "BB")
    assert turns == [True]  # and they stay loaded
