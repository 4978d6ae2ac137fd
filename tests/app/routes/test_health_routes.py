from __future__ import annotations

from starlette.testclient import TestClient


def test_the_server_lives_and_can_answer(client: TestClient) -> None:
    assert client.get("/api/v1/health").json() == {"status": "ok"}
    assert client.get("/api/v1/ready").json() == {"status": "ready"}
