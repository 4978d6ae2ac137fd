from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from app_places import Place
from starlette.testclient import TestClient

from withsense_tf.app.api_keys import KeyRing


def test_the_server_lives_and_can_answer(client: TestClient) -> None:
    assert client.get("/api/v1/health").json() == {"status": "ok"}
    assert client.get("/api/v1/ready").json() == {"status": "ready"}


def test_a_server_whose_vectors_are_cut_off_is_not_ready(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    file = next((place.index / "generations").glob("*/vectors/*/rows.vectors"))
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    client = new_client(place.settings())
    assert client.get("/api/v1/search", params={"q": "a wall"}).status_code == 503
    assert client.get("/api/v1/ready").status_code == 503


@pytest.mark.parametrize("damage", ["open to others", "moved away", "no keys"])
def test_a_server_whose_keys_cannot_be_used_is_not_ready_and_says_that_it_is_a_file(
    place: Place, new_client: Callable[..., TestClient], damage: str, tmp_path: Path
) -> None:
    file = tmp_path / "keys.json"
    key = KeyRing(file).create("Ann", ["read", "metrics"])
    client = new_client(place.settings(keys=file))
    assert client.get("/api/v1/ready").status_code == 200
    if damage == "open to others":
        file.chmod(0o644)
    elif damage == "moved away":
        file.rename(tmp_path / "elsewhere.json")
    else:
        file.write_text("{}", encoding="utf-8")
    for path in ("/api/v1/ready", "/api/v1/search?q=a wall", "/api/v1/metrics"):
        answer = client.get(path, headers={"X-API-Key": key})
        assert (answer.status_code, answer.json()["kind"]) == (503, "no_rights"), path
