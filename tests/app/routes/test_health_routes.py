from __future__ import annotations

from collections.abc import Callable

from app_places import Place
from starlette.testclient import TestClient


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
