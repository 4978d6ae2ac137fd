"""What every page knows of its reader."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

import pytest
from app_places import Place, ids_of
from starlette.testclient import TestClient

from withsense_tf.app.api_keys import KeyRing
from withsense_tf.app.page.drawing_board import HTMX, asset_bytes, go_back, url
from withsense_tf.app.photo_service import PhotoService

# Of htmx.org 2.0.3 as its authors publish it: the package that brings it along changed nothing.
PUBLISHED = "491955cd1810747d7d7b9ccb936400afb760e06d25d53e4572b64b6563b2784e"


def test_htmx_is_the_file_that_its_authors_published() -> None:
    assert hashlib.sha256(asset_bytes(HTMX)).hexdigest() == PUBLISHED


@pytest.mark.parametrize(("wish", "language"), [("ru-RU", "ru"), ("en", "en"), ("fr", "en")])
def test_a_page_is_in_the_language_of_the_browser(client: TestClient, wish: str, language: str) -> None:
    answer = client.get("/", headers={"accept-language": wish})
    assert f'<html lang="{language}"' in answer.text


def test_a_choice_counts_more_than_the_browser(client: TestClient) -> None:
    answer = client.get(
        "/", headers={"accept-language": "en", "cookie": "withsense_language=ru; withsense_theme=dark"}
    )
    assert '<html lang="ru" data-theme="dark">' in answer.text


@pytest.mark.closed
def test_a_cookie_that_names_no_country_leaves_the_strictest_rule(client: TestClient) -> None:
    for country in ("", "A", "<b>", "AAA"):
        answer = client.get(
            "/search?q=a+plain+red+wall&minimum=0", headers={"cookie": f"withsense_country={country}"}
        )
        assert "unavailable in your country" in answer.text


def test_a_part_is_sent_without_the_page_around_it(client: TestClient) -> None:
    answer = client.get("/search?q=a+plain+red+wall&minimum=0", headers={"hx-request": "true"})
    assert "<html" not in answer.text
    assert "HX-Request" in answer.headers["vary"]


def test_an_address_leaves_out_what_has_no_value() -> None:
    assert url("/photo/a b", q="") == "/photo/a%20b"


def foot(client: TestClient, country: str) -> list[str]:
    text = client.get("/", headers={"cookie": f"withsense_country={country}"}).text
    return re.findall(r"(\d+) photos? (?:is|are) searched here", text)


@pytest.mark.closed
def test_the_foot_counts_what_may_be_shown_and_nothing_else(client: TestClient) -> None:
    assert [foot(client, country) for country in ("AQ", "BB", "ZW")] == [["8"], ["6"], ["6"]]


@pytest.mark.closed
def test_the_foot_counts_by_decisions_and_permissions_as_they_are_now(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(place.settings())
    (first, second) = sorted(ids_of(client, "AQ").keys() - ids_of(client, "BB").keys())
    signed = {"id": first, "decision": "allow", "by": "Ann", "reason": "It shows a doll."}
    assert client.post("/api/v1/review/decisions", json=signed).status_code == 201
    assert foot(client, "BB") == ["7"]
    consent = {"id": second, "given_by": "Her mother", "countries": ["BB"]}
    number = client.post("/api/v1/review/consents", json=consent).json()["id"]
    assert (foot(client, "BB"), foot(client, "CC")) == (["8"], ["7"])
    client.post(f"/api/v1/review/consents/{number}/revoke", json={"by": "Ann", "reason": "She asked."})
    assert foot(client, "BB") == ["7"]


@pytest.mark.closed
def test_who_has_no_key_is_not_told_how_many_there_are(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    ring = KeyRing(place.index.parent / "keys.json")
    ring.create("Ann", ["read"])
    text = new_client(place.settings(keys=ring.file)).get("/", headers={"accept": "text/html"}).text
    assert "asks for a key" in text
    assert "searched here" not in text


@pytest.mark.closed
@pytest.mark.parametrize(("scopes", "is_offered"), [(["read", "review"], False), (["read", "write"], True)])
def test_the_menu_offers_to_add_a_photo_to_who_may(
    place: Place, new_client: Callable[..., TestClient], scopes: list[str], is_offered: bool
) -> None:
    ring = KeyRing(place.index.parent / "keys.json")
    headers = {"accept": "text/html", "authorization": f"Bearer {ring.create('Ann', scopes)}"}
    text = new_client(place.settings(keys=ring.file)).get("/", headers=headers).text
    assert ('href="/add"' in text) == is_offered


# What no route answers, what came not as it should be, and what needs no key.
STRANGE = [
    ("GET", "/", {}),
    ("GET", "/nothing-here", {}),
    ("GET", "/assets/no.css", {}),
    ("POST", "/search", {}),
    ("POST", "/key", {}),
    ("POST", "/key", {"key": "ws_00000000_x"}),
    ("POST", "/choose", {"country": "1x"}),
    ("GET", "/add", {}),
    ("GET", "/review", {}),
]


@pytest.mark.closed
@pytest.mark.parametrize("scopes", [[], ["write"], ["review"], ["write", "review"], ["metrics"]])
def test_who_may_not_ask_is_told_nothing_of_what_is_here_and_opens_no_index(
    place: Place, new_client: Callable[..., TestClient], scopes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = KeyRing(place.index.parent / "keys.json")
    key = ring.create("Ann", scopes or ["read"])
    client = new_client(place.settings(keys=ring.file))
    headers = {"accept": "text/html"} | ({"authorization": f"Bearer {key}"} if scopes else {})
    # Opened for a page, and not at the server's start.
    opened: list[str | None] = []
    count = PhotoService.photo_count
    monkeypatch.setattr(
        PhotoService, "photo_count", lambda self, country: opened.append(country) or count(self, country)
    )
    answers = [client.request(*one[:2], data=one[2] or None, headers=headers) for one in STRANGE]
    assert [one.status_code for one in answers[:7]] == [403 if scopes else 401, 404, 404, 405, 422, 401, 400]
    assert all("<html" in one.text for one in answers)
    assert [one.url.path for one in answers if "searched here" in one.text] == []
    assert opened == []


@pytest.mark.closed
def test_who_may_ask_is_told_how_many_there_are(place: Place, new_client: Callable[..., TestClient]) -> None:
    ring = KeyRing(place.index.parent / "keys.json")
    client = new_client(place.settings(keys=ring.file, country="BB"))
    for scopes in (["read"], ["read", "write"]):
        bearer = {"authorization": f"Bearer {ring.create('Ann', scopes)}", "accept": "text/html"}
        assert "6 photos are searched here" in client.get("/", headers=bearer).text
    assert "6 photos are searched here" in client.get("/add", headers=bearer).text


def test_where_no_key_is_asked_for_every_page_tells_how_many_there_are(client: TestClient) -> None:
    headers = {"accept": "text/html", "cookie": "withsense_country=BB"}
    for path in ("/", "/nothing-here", "/law"):
        assert "6 photos are searched here, copies counted" in client.get(path, headers=headers).text


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\nb", ""])
def test_nobody_is_led_elsewhere(path: str) -> None:
    assert go_back(path).headers["location"] == "/"
