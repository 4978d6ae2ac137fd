from __future__ import annotations

from starlette.testclient import TestClient


def test_the_page_has_a_path(client: TestClient) -> None:
    assert client.get("/", follow_redirects=False).status_code < 400
