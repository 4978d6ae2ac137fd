from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from app_places import Place
from starlette.testclient import TestClient

from withsense_tf.app import questions
from withsense_tf.app.guards.request_log import LOGGER, JsonLines, write_lines


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[dict]]:
    caplog.set_level(logging.INFO, LOGGER.name)
    return lambda: [json.loads(JsonLines().format(one)) for one in caplog.records if one.name == LOGGER.name]


@pytest.mark.closed
def test_the_log_has_the_request_and_not_what_was_asked_for(
    client: TestClient, lines: Callable[[], list[dict]]
) -> None:
    answer = client.get("/api/v1/search", params={"q": "an unspeakable query", "where": "camera=Nikon"})
    (line,) = lines()
    assert line["request"] == answer.headers["x-request-id"]
    assert (line["route"], line["status"], line["method"]) == ("/api/v1/search", 200, "GET")
    assert "unspeakable" not in str(line)
    assert "Nikon" not in str(line)


@pytest.mark.closed
def test_an_error_that_nobody_foresaw_is_answered_without_a_trace(
    still_place: Place,
    new_client: Callable[..., TestClient],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lines: Callable[[], list[dict]],
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("an unspeakable query")

    client = new_client(still_place.settings(state=tmp_path))
    monkeypatch.setattr(questions, "json_answer", fail)
    answer = client.get("/api/v1/search?q=wall")
    assert (answer.status_code, answer.json()["kind"]) == (500, "unexpected")
    assert "Traceback" not in answer.text
    assert "ZeroDivisionError" not in answer.text
    failure = next(line for line in lines() if "error" in line)
    assert failure["error"] == "ZeroDivisionError"
    assert failure["request"] == answer.headers["x-request-id"]
    assert "unspeakable" not in str(lines())


@pytest.mark.closed
@pytest.mark.parametrize(
    ("language", "number"), [("en", "The number of the request:"), ("ru", "Номер запроса:")]
)
def test_a_page_of_an_error_that_nobody_foresaw_has_the_number_of_the_request(
    still_place: Place,
    new_client: Callable[..., TestClient],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    number: str,
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    client = new_client(still_place.settings(state=tmp_path))
    asked = {"accept": "text/html", "accept-language": language}
    assert number not in client.get("/nothing-here", headers=asked).text
    monkeypatch.setattr(questions, "find", fail)
    answer = client.get("/search?q=wall", headers=asked)
    assert answer.status_code == 500
    assert f"{number} <code>{answer.headers['x-request-id']}</code>" in answer.text


@pytest.mark.closed
def test_of_a_file_that_could_not_be_used_the_log_has_the_name_and_the_answer_has_not(
    still_place: Place,
    new_client: Callable[..., TestClient],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lines: Callable[[], list[dict]],
) -> None:
    client = new_client(still_place.settings(state=tmp_path), raise_server_exceptions=False)
    monkeypatch.setattr(questions, "json_answer", lambda *_: (tmp_path / "gone").read_bytes())
    answer = client.get("/api/v1/search?q=wall")
    assert (answer.status_code, answer.json()["kind"]) == (500, "unexpected")
    failure = next(line for line in lines() if "error" in line)
    assert (failure["file"], failure["why"]) == (str(tmp_path / "gone"), "No such file or directory")
    monkeypatch.setattr(questions, "json_answer", lambda *_: fail_for_want_of_rights(tmp_path / "another's"))
    answer = client.get("/api/v1/search?q=wall")
    assert (answer.status_code, answer.json()["kind"]) == (503, "no_rights")
    assert str(tmp_path) not in answer.text
    assert any(str(tmp_path / "another's") in line.get("error", "") for line in lines())


def fail_for_want_of_rights(file: Path) -> None:
    raise PermissionError(13, "Permission denied", str(file))


def test_a_quiet_log_has_what_goes_wrong_and_who_was_turned_away_and_no_other_requests(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("handlers", "propagate", "level"):
        monkeypatch.setattr(LOGGER, name, getattr(LOGGER, name))  # as they were before, in the end
    write_lines(quiet=True)
    client.get("/api/v1/search?q=wall")
    assert capsys.readouterr().err == ""
    client.get("/api/v1/search?q=wall", headers={"Host": "elsewhere.invalid"})
    line = json.loads(capsys.readouterr().err)
    assert (line["status"], line["level"]) == (421, "warning")
    LOGGER.error("", extra={"cells": {"error": "x"}})
    assert json.loads(capsys.readouterr().err)["error"] == "x"
    write_lines()
    client.get("/api/v1/search?q=wall")
    assert json.loads(capsys.readouterr().err)["route"] == "/api/v1/search"
