"""The API as a client meets it."""

from __future__ import annotations

from starlette.testclient import TestClient


def test_a_search_answers_with_photos_and_the_notice(client: TestClient) -> None:
    answer = client.get(
        "/api/v1/search", params={"q": "a plain red wall", "minimum": 0, "country": "BB", "k": 8}
    )
    assert answer.status_code == 200, answer.text
    kinds = [place["kind"] for place in answer.json()["places"]]
    assert set(kinds) == {"photo", "withheld"}
