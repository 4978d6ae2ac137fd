"""What the page keeps of its reader, and what it sends."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from app_places import SECRETS, Place, ids_of
from starlette.testclient import TestClient

from withsense_tf.app.api_keys import KeyRing
from withsense_tf.app.page.page_routes import ASSETS


def test_a_choice_is_kept_and_leads_back(client: TestClient) -> None:
    answer = client.post("/choose", data={"country": "bb", "next": "/search?q=a"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=a")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("withsense_country=BB;")
    assert "HttpOnly" in cookie
    client.cookies.clear()


@pytest.mark.closed
@pytest.mark.parametrize(("country", "advice"), [("UK", "did you mean GB?"), ("ZZ", "no country's code")])
def test_no_country_is_chosen_that_does_not_exist(client: TestClient, country: str, advice: str) -> None:
    answer = client.post("/choose", data={"country": country}, headers={"accept": "text/html"})
    assert answer.status_code == 400
    assert advice in unescape(answer.text)
    assert "withsense_country" not in client.cookies
    # One that was kept before, or that somebody made up, is no choice.
    cookie = {"cookie": f"withsense_country={country}"}
    assert client.get("/law", headers=cookie).text == client.get("/law").text


def test_a_choice_can_be_taken_back(client: TestClient) -> None:
    for name in ("country", "theme"):
        client.post("/choose", data={name: "BB" if name == "country" else "dark"}, follow_redirects=False)
        assert f"withsense_{name}" in client.cookies
        client.post("/choose", data={name: ""}, follow_redirects=False)
        assert f"withsense_{name}" not in client.cookies
    client.cookies.clear()


def test_what_is_chosen_at_one_port_holds_at_no_other(
    place: Place, new_client: Callable[..., TestClient], tmp_path: Path
) -> None:
    client = new_client(place.settings(port=8001, state=tmp_path))
    answer = client.post("/choose", data={"country": "AQ"}, follow_redirects=False)
    assert answer.headers["set-cookie"].startswith("withsense_country_8001=AQ;")
    assert "This country has no rule" in client.get("/").text
    client.cookies.clear()
    assert "This country has no rule" not in client.get("/", headers={"cookie": "withsense_country=AQ"}).text


def test_other_pages_cannot_choose(client: TestClient) -> None:
    answer = client.post("/choose", data={"language": "ru"}, headers={"origin": "http://evil.example"})
    assert answer.status_code == 403


def test_files_of_the_page_are_kept_and_no_others_are_sent(client: TestClient) -> None:
    for name in ASSETS:
        answer = client.get(f"/assets/{name}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    for name in ("wording.toml", "../wording.toml", "%2e%2e%2fpage_routes.py", "page_routes.py"):
        assert client.get(f"/assets/{name}").status_code == 404


def test_a_path_that_leads_nowhere_is_a_page(client: TestClient) -> None:
    answer = client.get("/nowhere", headers={"accept-language": "ru", "accept": "text/html"})
    assert answer.status_code == 404
    assert "Здесь ничего нет" in answer.text
    assert '<a class="button" href="/">Искать другое</a>' in answer.text
    for path in ("/nowhere", "/photo/x"):
        answer = client.get(path, headers={"accept": "application/json"})
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_who_has_no_key_is_asked_for_one(
    place: Place, new_client: Callable[..., TestClient], tmp_path: Path
) -> None:
    ring = KeyRing(tmp_path / "keys.json")
    reader, reviewer = ring.create("Ann", ["read"]), ring.create("Bob", ["read", "review"])
    client = new_client(place.settings(keys=tmp_path / "keys.json"))
    asked = client.get("/")
    assert asked.status_code == 401
    assert 'name="key"' in asked.text
    assert "was revoked" in client.post("/key", data={"key": "ws_00000000_x"}).text
    kept = client.post("/key", data={"key": reader}, follow_redirects=False)
    assert "HttpOnly" in kept.headers["set-cookie"]
    assert "SameSite=strict" in kept.headers["set-cookie"]
    assert client.get("/").status_code == 200
    assert client.get("/review").status_code == 403
    client.post("/key", data={"key": reviewer})
    assert client.get("/review").status_code == 200
    client.post("/key/forget")
    assert client.get("/").status_code == 401


@pytest.mark.parametrize("words", ["a plain wall & more", "стена " * 160])
def test_who_gives_a_key_comes_back_to_what_was_asked(
    place: Place, new_client: Callable[..., TestClient], tmp_path: Path, words: str
) -> None:
    ring = KeyRing(tmp_path / "keys.json")
    key = ring.create("Ann", ["read"])
    client = new_client(place.settings(keys=ring.file))
    asked = client.get("/search", params={"q": words, "where": ["iso>=200", "iso<=300"]})
    (back,) = re.findall(
        r'<form method="post" action="/key".*?name="next" value="([^"]*)"', asked.text, re.DOTALL
    )
    answer = client.post("/key", data={"key": key, "next": unescape(back)}, follow_redirects=False)
    assert answer.headers["location"] == str(asked.url).removeprefix("http://localhost:8000")
    # A form that was sent is not sent again.
    sent = client.post("/table/export", data={"kind": "csv"}, headers={"cookie": "withsense_key=x"})
    assert 'name="next" value="/"' in sent.text


@pytest.mark.closed
def test_no_page_but_the_reviewers_tells_anything_of_a_withheld_photo(client: TestClient) -> None:
    country = {"cookie": "withsense_country=BB"}
    shown = next(iter(ids_of(client, "BB")))
    for hidden in ids_of(client, "AQ").keys() - ids_of(client, "BB").keys():
        asked = [
            client.get(path, headers=country | part)
            for path in (
                "/", "/search?q=a+plain+red+wall&minimum=0&order=newest", f"/search?like={hidden}", f"/photo/{hidden}",
                f"/search?q=a+wall&like={hidden}&minimum=0", f"/pair?a={shown}&b={hidden}",
                "/models?q=a+plain+red+wall",
                f"/photo/{hidden}?q=a+wall", "/search?q=a+wall&f.camera=quixotic+camera&minimum=0", "/how-good", "/law",
            )
            for part in ({}, {"hx-request": "true"})
        ]  # fmt: skip
        asked += [
            client.post("/table/photos", data={"ids": hidden}, headers=country),
            client.post("/table/export", data={"ids": f"{hidden} {shown}", "kind": "json"}, headers=country),
            client.post(f"/photo/{hidden}/captions", data={"text": "A wall."}, headers=country),
        ]
        for answer in asked:
            # The filter is shown again to who typed it.
            told = answer.text.replace("quixotic camera", "").replace("quixotic+camera", "")
            assert not any(word in told for word in SECRETS), answer.url
            if hidden not in str(answer.url):
                assert hidden not in answer.text, answer.url


BROWSER = {"accept": "text/html,*/*;q=0.8", "cookie": "withsense_language=ru"}


@pytest.mark.parametrize(
    ("method", "path", "more", "status"),
    [
        ("GET", "/search?q=-wall", {}, 400),
        ("GET", "/photo/none", {}, 404),
        ("DELETE", "/add", {}, 405),
        ("POST", "/add", {"content": b"a" * 2_000_000}, 413),
        ("POST", "/choose", {"content": b"a" * 70_000}, 413),
        ("POST", "/by-photo", {"files": {"photo": ("a.png", b"no photo")}}, 415),
        ("GET", "/search?order=x", {}, 422),
    ],
)
def test_what_goes_wrong_is_a_page_for_a_browser(
    place: Place, new_client: Callable[..., TestClient], method: str, path: str, more: Any, status: int
) -> None:
    client = new_client(place.settings(upload_bytes=1_000_000))
    answer = client.request(method, path, headers=BROWSER, **more)
    assert answer.status_code == status
    assert '<html lang="ru"' in answer.text
    part = client.request(method, path, headers={**BROWSER, "accept": "*/*", "hx-request": "true"}, **more)
    assert part.headers["content-type"].startswith("text/html")


def test_who_asks_too_often_gets_a_page_and_a_program_gets_json(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(place.settings(rate=0.001, burst=1))
    client.get("/law", headers=BROWSER)
    answer = client.get("/law", headers=BROWSER)
    assert (answer.status_code, "Подождите" in answer.text) == (429, True)
    assert int(answer.headers["retry-after"]) > 0
    assert client.get("/api/v1/search", headers=BROWSER).json()["kind"] == "too_often"


@pytest.mark.closed
def test_who_asks_by_a_wrong_name_gets_no_page(client: TestClient) -> None:
    assert client.get("/law", headers={**BROWSER, "host": "evil.example"}).json()["kind"] == "wrong_host"


def test_of_each_field_it_is_said_what_is_wrong_and_what_is_taken(client: TestClient) -> None:
    long = client.get("/search", params={"q": "a" * 1_200}, headers=BROWSER).text
    assert "«Что должно быть на снимке?»: слишком длинно: знаков 1200, а можно не больше 1000." in long
    name = {"text": "A wall.", "by": "Аня, Москва"}
    for path in ("/add", f"/photo/{next(iter(ids_of(client, 'BB')))}/captions"):
        headers = {**BROWSER, "cookie": "withsense_language=ru; withsense_country=BB"}
        sent = {"photo": ("a.png", b"")} if path == "/add" else None
        text = client.post(path, data=name, files=sent, headers=headers).text
        assert "«Ваше имя (не обязательно)»: в имени — буквы, цифры, пробелы" in text
        assert 'value="Аня, Москва"' in text
        text = client.post(path, data={"text": "!!"}, files=sent, headers=headers).text
        assert "«Что на нём?»: скажите словами" in text
