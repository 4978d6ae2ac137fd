"""A server says before it is asked which file it may not use; asked, it answers by a kind of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from app_places import Place
from full_files import files_of_at_most, without_rights, without_room
from starlette.testclient import TestClient
from uploads_of_tests import PNG

from withsense_tf.app.guards.file_rights import check_law_files, check_start, state_damage
from withsense_tf.app.guards.request_log import LOGGER, JsonLines
from withsense_tf.app.settings import AppSettings
from withsense_tf.errors import DataError, DiskError, RightsError

pytestmark = pytest.mark.closed
# Without these no search is answered.
OF_ANSWERS = ("audit.jsonl", "audit.jsonl.lock", "audit.jsonl.key", "consents.jsonl.lock", "overrides.csv")


@pytest.fixture
def settings(place: Place) -> AppSettings:
    settings = place.settings(country="BB", law=replace(place.law, audit=place.index.parent / "audit.jsonl"))
    check_start(settings)
    for name in (*OF_ANSWERS, "overrides.csv.lock"):
        (place.index.parent / name).touch()
    return settings


@pytest.mark.parametrize("name", OF_ANSWERS)
def test_a_file_that_is_needed_for_answers_is_named_at_the_start(settings: AppSettings, name: str) -> None:
    folder = settings.index.parent
    check_law_files(settings.law)
    with without_rights(folder, name):
        for check in (lambda: check_start(settings), lambda: check_law_files(settings.law)):
            with pytest.raises(RightsError, match=rf"{name} may not be read or written"):
                check()


@pytest.mark.parametrize("name", ["overrides.csv.lock", "index/app", "index/app/writing.lock"])
def test_a_file_that_only_changes_need_is_a_reason(settings: AppSettings, name: str) -> None:
    state = settings.state_folder
    state.mkdir(exist_ok=True)
    for file in ("writing.lock", "photo_ids.key"):
        (state / file).write_bytes(bytes(32))
    with without_rights(settings.index.parent, name, mode=0o555):
        (reason,) = check_start(settings)
        assert reason.startswith(f"{settings.index.parent / name} may not be read or written")
    assert check_start(settings) == []


def test_on_a_disk_that_may_only_be_read_a_server_is_told_to_keep_what_it_makes_elsewhere(
    settings: AppSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with without_rights(settings.index.parent, "index", mode=0o555):
        # A disk that may only be read cannot be mounted here.
        flags = os.statvfs_result((*os.statvfs(settings.index)[:8], os.ST_RDONLY, 255))
        monkeypatch.setattr(os, "statvfs", lambda _: flags)
        with pytest.raises(DiskError, match=r"index may only be read: .* --state FOLDER\.") as problem:
            check_start(settings)
    assert not isinstance(problem.value, RightsError)


def test_a_new_state_that_nobody_can_make_is_an_error_and_none_is_made(settings: AppSettings) -> None:
    assert not settings.state_folder.exists()
    with (
        without_rights(settings.index.parent, "index", mode=0o555),
        pytest.raises(RightsError, match=r"index may not .*elsewhere with --state FOLDER\."),
    ):
        check_start(settings)


def test_a_server_whose_rights_were_taken_is_not_ready_and_its_log_names_the_file(
    settings: AppSettings, new_client: Callable[..., TestClient], caplog: pytest.LogCaptureFixture
) -> None:
    client = new_client(settings)
    assert client.get("/api/v1/ready").status_code == 200
    for name in ("audit.jsonl.lock", "consents.jsonl.lock", "overrides.csv"):
        caplog.clear()
        with without_rights(settings.index.parent, name):
            paths = (
                ("/api/v1/ready", "/api/v1/search?q=toddler")
                if name == "audit.jsonl.lock"
                else ["/api/v1/ready"]
            )
            for path in paths:
                answer = client.get(path)
                assert (answer.status_code, answer.json()["kind"]) == (503, "no_rights"), (name, path)
                assert name not in answer.text
        lines = [json.loads(JsonLines().format(one)) for one in caplog.records if one.name == LOGGER.name]
        errors = [line["error"] for line in lines if "error" in line]
        assert len(errors) == len(paths)
        assert all(str(settings.index.parent / name) in error for error in errors), errors


def test_a_server_that_cannot_log_for_want_of_room_is_not_ready(
    settings: AppSettings, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(settings)
    log = settings.law.audit or Path()
    with without_room(log):
        answer = client.get("/api/v1/search?q=toddler")
        assert (answer.status_code, answer.json()["kind"]) == (503, "disk_full")
    log.with_name("audit.jsonl.key").write_bytes(b"")
    with files_of_at_most(0):
        for path in ("/api/v1/ready", "/api/v1/search?q=toddler"):
            answer = client.get(path)
            assert (answer.status_code, answer.json()["kind"]) == (503, "disk_full")


def test_what_a_read_only_index_cannot_take_is_said_so(
    settings: AppSettings, new_client: Callable[..., TestClient], tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir()
    settings = replace(settings, state=tmp_path / "state")
    # What Python itself reads late lies where the test has no rights, either.
    new_client(settings).get("/api/v1/search?q=wall")
    files = [f"place/index/{file.name}" for file in settings.index.iterdir() if file.is_file()]
    with without_rights(tmp_path, *files, "place/index", mode=0o555):
        client = new_client(settings)
        assert client.get("/api/v1/search?q=wall").status_code == 200
        sent = {"photo": ("a.png", PNG, "image/png")}
        answer = client.post("/api/v1/upload", files=sent, data={"caption": ["A marmalade wall ."]})
        assert (answer.status_code, answer.json()["kind"]) == (503, "index_read_only")
        assert "may only be read" in answer.json()["detail"]


def test_what_a_server_keeps_and_nothing_makes_anew_is_damaged_where_it_cannot_be_read(
    tmp_path: Path,
) -> None:
    assert state_damage(tmp_path / "nowhere") == []
    (tmp_path / "photo_ids.key").write_bytes(bytes(32))
    (tmp_path / "decisions.jsonl").write_text("\n")
    assert state_damage(tmp_path) == []
    (tmp_path / "photo_ids.key").write_bytes(bytes(10))
    (tmp_path / "decisions.jsonl").write_text('\n{"id": 1\n')
    key, trail = state_damage(tmp_path)
    assert key.startswith(f"{tmp_path / 'photo_ids.key'} holds no key of 32 bytes.")
    assert trail.startswith(f"Line 2 of {tmp_path / 'decisions.jsonl'} is no decision")


def test_half_a_key_is_an_error_before_a_server_loads_anything(settings: AppSettings) -> None:
    settings.state_folder.mkdir(exist_ok=True)
    (settings.state_folder / "photo_ids.key").write_bytes(bytes(10))
    with pytest.raises(DataError, match="holds no key of 32 bytes"):
        check_start(settings)
