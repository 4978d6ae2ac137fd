from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from app_places import Place
from starlette.testclient import TestClient

from withsense_tf.app.api_keys import KeyRing
from withsense_tf.app.guards.hosts import HostGuard, host_name
from withsense_tf.app.settings import AppSettings


async def nothing(*_: object) -> None:
    pass


@pytest.mark.closed
@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "[::2]"]
)
def test_a_name_that_a_page_pointed_to_this_machine_is_turned_away(client: TestClient, host: str) -> None:
    answer = client.get("/api/v1/health", headers={"Host": host})
    assert (answer.status_code, answer.json()["kind"]) == (421, "wrong_host")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST:1"])
def test_names_of_this_machine_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/api/v1/health", headers={"Host": host}).status_code == 200


@pytest.mark.closed
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_page_changes_nothing(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post("/api/v1/review/rollback", headers=headers)
    assert (answer.status_code, answer.json()["kind"]) == (403, "other_origin")


def test_a_page_of_this_server_may_change_things(client: TestClient) -> None:
    own = {"Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/api/v1/captions", json={}, headers=own).status_code == 422


def test_no_other_page_may_read_answers(client: TestClient) -> None:
    answer = client.get("/api/v1/health", headers={"Origin": "http://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]
    preflight = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    assert client.options("/api/v1/upload", headers=preflight).status_code == 405


def test_a_server_for_others_is_called_by_the_names_that_it_was_given() -> None:
    named = HostGuard(nothing, AppSettings(Path("i"), host="0.0.0.0", host_names=("photos.example",)))
    assert (named.any_name, "photos.example" in named.names) == (False, True)
    assert HostGuard(nothing, AppSettings(Path("i"), host="0.0.0.0")).any_name


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
def test_a_server_with_a_name_tells_its_own_machine_that_it_lives_and_no_more(
    still_place: Place, new_client: Callable[..., TestClient], tmp_path: Path, host: str
) -> None:
    keys = tmp_path / "keys.json"
    KeyRing(keys).create("Ann", ["read"])
    names = {"host": "0.0.0.0", "host_names": ("photos.example",), "keys": keys}
    client = new_client(still_place.settings(state=tmp_path, **names))
    for path in ("health", "ready"):
        assert client.get(f"/api/v1/{path}", headers={"Host": host}).status_code == 200
    for path in ("/api/v1/search?q=dog", "/", "/api/v1/health/", "/api/v1/metrics"):
        assert client.get(path, headers={"Host": host}).status_code == 421
    assert client.get("/api/v1/health", headers={"Host": "evil.example"}).status_code == 421


def test_a_host_is_told_from_its_port() -> None:
    assert host_name("photos.example:80") == "photos.example"


def test_a_server_with_a_name_is_called_by_it(
    still_place: Place, new_client: Callable[..., TestClient], tmp_path: Path
) -> None:
    client = new_client(still_place.settings(state=tmp_path, host_names=("photos.example",)))
    assert client.get("/api/v1/health", headers={"Host": "photos.example"}).status_code == 200
