from __future__ import annotations

import pytest
from app_places import ids_of
from starlette.testclient import TestClient


@pytest.mark.closed
@pytest.mark.parametrize("path", ["/api/v1/health", "/api/v1/nothing", "/api/v1/search", "/"])
def test_every_answer_tells_the_browser_what_to_keep_to(client: TestClient, path: str) -> None:
    headers = client.get(path, follow_redirects=False).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers


@pytest.mark.closed
def test_a_picture_is_asked_for_again_each_time(client: TestClient) -> None:
    picture = client.get(f"/api/v1/photos/{next(iter(ids_of(client, 'AQ')))}/image", params={"country": "AQ"})
    assert picture.headers["cache-control"] == "private, no-cache"
    assert picture.headers["vary"] == "Accept"
