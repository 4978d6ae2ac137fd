"""A photo that is sent is what is looked for."""

from __future__ import annotations

from app_places import Place
from starlette.testclient import TestClient
from uploads_of_tests import png_of


def test_a_photo_of_the_index_finds_its_neighbours(client: TestClient, still_place: Place) -> None:
    file = next(still_place.photos.glob("look-0-*.png"))
    sent = {"photo": ("mine.png", file.read_bytes(), "image/png")}
    answer = client.post("/by-photo", files=sent, headers={"cookie": "withsense_country=BB"})
    assert answer.status_code == 200
    assert 'data-photo="' in answer.text


def test_a_photo_that_nobody_has_described_cannot_be_asked_by_where_a_rule_holds(client: TestClient) -> None:
    sent = {"photo": ("mine.png", png_of(77), "image/png")}
    answer = client.post("/by-photo", files=sent, headers={"cookie": "withsense_country=BB"})
    assert answer.status_code == 451
    assert "Nobody has said what your photo shows" in answer.text
