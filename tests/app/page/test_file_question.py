"""A photo that is sent is what is looked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from app_places import Place, ids_of
from small_index import draw_look
from starlette.testclient import TestClient
from uploads_of_tests import png_of

BB = {"cookie": "withsense_country=BB"}


def test_a_photo_of_the_index_finds_its_neighbours(client: TestClient, still_place: Place) -> None:
    file = next(still_place.photos.glob("look-0-*.png"))
    sent = {"photo": ("mine.png", file.read_bytes(), "image/png")}
    answer = client.post("/by-photo", files=sent, headers={"cookie": "withsense_country=BB"})
    assert answer.status_code == 200
    assert 'data-photo="' in answer.text


def test_a_photo_that_is_here_is_shown_first_and_it_is_said(client: TestClient, still_place: Place) -> None:
    file = next(still_place.photos.glob("look-0-*.png"))
    sent = {"photo": ("mine.png", file.read_bytes(), "image/png")}
    text = client.post("/by-photo", files=sent, headers=BB).text
    names = {name: id_ for id_, name in ids_of(client, "BB").items()}
    assert "is in the index: shown_0.png." in text
    assert re.findall(r'data-photo="([^"]+)"', text)[0] == names["shown_0.png"]
    other = {"photo": ("mine.png", png_of(77), "image/png")}
    text = client.post("/by-photo", files=other, data={"says": "A wall."}, headers=BB).text
    assert "is in the index" not in text


@pytest.mark.parametrize(
    ("look", "says", "note", "why"),
    [
        (77, "", "", "Nobody has said what your photo shows"),
        (77, "A toddler at a wall.", "", "<mark>toddler</mark>"),
        (77, "A plain wall.", "A little girl runs on a beach", "What the file of your photo says"),
        (6, "A plain wall.", "", "what it looks like"),
    ],
)
def test_why_an_own_photo_is_refused_is_said(
    client: TestClient, tmp_path: Path, look: int, says: str, note: str, why: str
) -> None:
    content = draw_look(tmp_path, 6, light=1).read_bytes() if look == 6 else png_of(look, note)
    sent = {"photo": ("mine.png", content, "image/png")}
    answer = client.post("/by-photo", files=sent, data={"says": says}, headers=BB)
    assert (answer.status_code, why in answer.text) == (451, True)
    assert '<h1 class="h2"' in answer.text


def test_words_beside_an_own_photo_say_nothing_of_what_it_shows(client: TestClient) -> None:
    sent = {"photo": ("mine.png", png_of(77), "image/png")}
    answer = client.post("/by-photo", files=sent, data={"q": "a plain wall"}, headers=BB)
    assert answer.status_code == 451
    assert "Nobody has said what your photo shows" in answer.text


def test_a_photo_that_nobody_has_described_cannot_be_asked_by_where_a_rule_holds(client: TestClient) -> None:
    sent = {"photo": ("mine.png", png_of(77), "image/png")}
    answer = client.post("/by-photo", files=sent, headers={"cookie": "withsense_country=BB"})
    assert answer.status_code == 451
    assert "Nobody has said what your photo shows" in answer.text


def test_who_says_what_an_own_photo_shows_is_answered(client: TestClient) -> None:
    sent = {"photo": ("mine.png", png_of(77), "image/png")}
    asked = client.post("/by-photo", files=sent, headers=BB)
    assert 'name="says"' in asked.text
    answer = client.post("/by-photo", files=sent, data={"says": "A wall of many colours."}, headers=BB)
    assert answer.status_code == 200
    assert 'data-photo="' in answer.text


def test_a_caption_in_the_file_says_what_a_photo_shows(client: TestClient) -> None:
    sent = {"photo": ("mine.png", png_of(77, "Two dogs run on a beach"), "image/png")}
    assert client.post("/by-photo", files=sent, headers=BB).status_code == 200


@pytest.mark.closed
@pytest.mark.parametrize(
    ("says", "note"),
    [
        ("A little girl at a wall.", ""),
        ("...", ""),
        ("", "OLYMPUS DIGITAL CAMERA"),
        ("", "A little girl runs on a beach"),
        ("Two dogs run on a beach.", "A little girl runs on a beach"),
        ("Two dogs and a toddler.", "Two dogs run on a beach"),
    ],
)
def test_a_photo_of_which_a_text_speaks_of_a_child_or_says_nothing_is_refused(
    client: TestClient, says: str, note: str
) -> None:
    sent = {"photo": ("mine.png", png_of(77, note), "image/png")}
    answer = client.post("/by-photo", files=sent, data={"says": says}, headers=BB)
    assert answer.status_code == 451
    assert 'data-photo="' not in answer.text


@pytest.mark.closed
def test_a_withheld_photo_and_what_looks_like_it_stay_so_whatever_is_said(
    client: TestClient, still_place: Place, tmp_path: Path
) -> None:
    withheld_files = [next(still_place.photos.glob(f"look-{look}-*.png")) for look in (6, 7)]
    for file in (*withheld_files, draw_look(tmp_path, 6, light=1)):
        sent = {"photo": ("mine.png", file.read_bytes(), "image/png")}
        answer = client.post("/by-photo", files=sent, data={"says": "A plain wall."}, headers=BB)
        assert answer.status_code == 451
