"""The API as a client meets it."""

from __future__ import annotations

import io
import json
import re
import shutil
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest
from app_places import SECRETS, SHOWN, Place, ids_of, search
from starlette.testclient import TestClient
from uploads_of_tests import png_of

from withsense_tf.app import server
from withsense_tf.app.api_keys import KeyRing
from withsense_tf.app.page.example_searches import _best_photos
from withsense_tf.app.page.wording import LANGUAGES
from withsense_tf.app.photo_service import PhotoService
from withsense_tf.app.routes.write_routes import quarantine_of
from withsense_tf.app.server import REFUSAL_SECONDS, create_app, warm_page
from withsense_tf.app.uploads.index_writing import PHOTOS
from withsense_tf.app.uploads.quarantine import Description
from withsense_tf.index.integrity.table_errors import ReadOnlyIndexError
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.judge_anew import judge_anew
from withsense_tf.policy.consent_register import ConsentRegister
from withsense_tf.policy.countries import NOTICE
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.service import LawFiles


def test_a_search_answers_with_photos_and_the_notice(client: TestClient) -> None:
    places = search(client, country="BB")["places"]
    assert {place["kind"] for place in places} == {"photo", "withheld"}
    assert sum(place["count"] for place in places if place["kind"] == "withheld") == 2
    assert {place["name"] for place in places if place["kind"] == "photo"} == set(SHOWN)


def test_what_the_first_page_offers_is_there_before_the_first_request(
    still_place: Place, tmp_path: Path
) -> None:
    before = _best_photos.cache_info()
    with TestClient(
        create_app(still_place.settings(state=tmp_path), warm_page), base_url="http://localhost:8000"
    ) as one:
        loaded = _best_photos.cache_info()
        assert loaded.misses == before.misses + len(LANGUAGES)
        assert one.get("/", headers={"accept": "text/html"}).status_code == 200
        assert _best_photos.cache_info().misses == loaded.misses


def test_what_the_server_asks_by_itself_is_no_entry_of_the_audit_log(place: Place) -> None:
    settings = place.settings(state=place.index.parent / "state", law=replace(place.law, audit=place.log))
    with TestClient(create_app(settings, warm_page), base_url="http://localhost:8000") as one:
        page = one.get("/", headers={"accept": "text/html"})
        assert 'class="query"' in page.text
        assert not place.log.exists()
        search(one, country="BB")
        lines = [json.loads(line)["place"] for line in place.log.read_text().splitlines()]
        assert lines == ["query", "result", "result"]


@pytest.mark.parametrize("waits", [False, True])
def test_an_index_that_may_only_be_read_is_an_error_of_uploads_only_where_one_waits(
    place: Place, waits: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    service = PhotoService(place.settings(state=place.index.parent / "state"))
    (service.settings.state_folder / PHOTOS).mkdir()
    if waits:
        quarantine_of(service).take(io.BytesIO(png_of(1)), Description((), None, "a.png"), 10**7, 10**7)
    monkeypatch.setattr(server, "note_brought", Mock(side_effect=ReadOnlyIndexError(place.index)))
    server.judge_leftovers(service)
    assert ["uploads wait" in str(vars(one)) for one in caplog.records] == [True] * waits


@pytest.mark.parametrize(
    "error", [OSError("the disk broke"), sqlite3.OperationalError("locked"), KeyError("a")]
)
def test_what_fails_while_the_first_page_is_drawn_keeps_no_server_from_starting(
    error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries = []

    def fail(service: object, country: None, language: str) -> None:
        tries.append(language)
        raise error

    monkeypatch.setattr(server, "example_searches", fail)
    with caplog.at_level("ERROR", "withsense_tf.app"):
        warm_page(Mock())
    assert tries == list(LANGUAGES)
    assert all(type(error).__name__ in vars(record)["cells"]["error"] for record in caplog.records)
    assert len(caplog.records) == len(LANGUAGES)


def test_where_no_rule_holds_all_is_shown(client: TestClient) -> None:
    assert len(search(client, country="AQ")["places"]) == 8


@pytest.mark.closed
def test_without_a_country_the_strictest_rule_holds(client: TestClient) -> None:
    assert {place["kind"] for place in search(client)["places"]} == {"photo", "withheld"}


@pytest.mark.closed
def test_a_query_that_the_law_forbids_is_answered_by_the_notice(client: TestClient) -> None:
    answer = client.get("/api/v1/search", params={"q": "a small child on a swing", "country": "BB"})
    assert (answer.status_code, answer.json()["detail"]) == (451, NOTICE)
    assert answer.headers["link"] == '</api/v1/law?country=BB>; rel="blocked-by"'
    assert client.get("/api/v1/law?country=BB").json()["age_limit"] == 16


@pytest.mark.closed
def test_a_withheld_photo_has_neither_texts_nor_picture(client: TestClient) -> None:
    for id_ in ids_of(client, "AQ").keys() - ids_of(client, "BB").keys():
        for path in (f"/api/v1/photos/{id_}", f"/api/v1/photos/{id_}/image"):
            answer = client.get(path, params={"country": "BB"})
            assert answer.status_code == 451
            assert not any(word in answer.text for word in SECRETS)


def test_a_photo_that_may_be_shown_has_texts_and_a_picture(client: TestClient) -> None:
    id_, name = next(iter(ids_of(client, "BB").items()))
    about = client.get(f"/api/v1/photos/{id_}", params={"country": "BB"}).json()
    assert (about["name"], len(about["captions"]), about["facts"]["iso"] > 0) == (name, 2, True)
    picture = client.get(about["image"], params={"width": 16})
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")


@pytest.mark.closed
def test_a_withheld_photo_and_one_that_is_not_there_take_the_same_time(client: TestClient) -> None:
    withheld = next(iter(ids_of(client, "AQ").keys() - ids_of(client, "BB").keys()))
    took: dict[str, list[float]] = {withheld: [], "A" * len(withheld): []}
    for _ in range(4):
        for id_, times in took.items():
            begin = time.perf_counter()
            client.get(f"/api/v1/photos/{id_}", params={"country": "BB"})
            times.append(time.perf_counter() - begin)
    assert all(min(times) >= REFUSAL_SECONDS for times in took.values())


@pytest.mark.closed
def test_an_id_that_nobody_gave_is_not_found(client: TestClient) -> None:
    for id_ in ("x", "shown_0.png", "..%2f..%2fetc%2fpasswd", "A" * 86):
        assert client.get(f"/api/v1/photos/{id_}").status_code == 404


@pytest.mark.closed
def test_a_permission_shows_a_photo_at_the_next_request_and_its_end_withholds_it(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(place.settings())
    id_ = next(iter(ids_of(client, "AQ").keys() - ids_of(client, "BB").keys()))
    path, here = f"/api/v1/photos/{id_}/image", {"country": "BB"}
    digest = client.get("/api/v1/review/withheld", params=here).json()[0]["digest"]
    name = client.get("/api/v1/review/withheld", params=here).json()[0]["name"]
    first = client.get("/api/v1/review/withheld", params=here).json()[0]["id"]
    path = f"/api/v1/photos/{first}/image"
    register = ConsentRegister(place.law.consents or "")
    consent = register.grant(name, "her mother", ["show", "search"], digest=digest)
    picture = client.get(path, params=here)
    assert picture.status_code == 200
    tag = {"If-None-Match": picture.headers["etag"]}
    assert client.get(path, params=here, headers=tag).status_code == 304
    assert len(ids_of(client, "BB")) == 7
    register.revoke(consent.id, "her mother", "changed her mind")
    assert client.get(path, params=here, headers=tag).status_code == 451
    assert len(ids_of(client, "BB")) == 6


@pytest.mark.closed
def test_what_a_permission_shows_has_no_caption_that_speaks_of_a_child(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(place.settings())
    one = client.get("/api/v1/review/withheld", params={"country": "BB"}).json()[0]
    ConsentRegister(place.law.consents or "").grant(one["name"], "her mother", ["show"], digest=one["digest"])
    about = client.get(f"/api/v1/photos/{one['id']}", params={"country": "BB"}).json()
    assert [caption["text"] for caption in about["captions"]] == ["A striped wall ."] or len(
        about["captions"]
    ) == 1


@pytest.mark.closed
def test_a_law_that_changed_is_answered_by_nothing_until_the_index_is_judged_anew(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(place.settings())
    assert client.get("/api/v1/ready").status_code == 200
    assert place.law.countries is not None
    text = place.law.countries.read_text().replace("16", "18")
    place.law.countries.write_text(text)
    for path in ("/api/v1/ready", "/api/v1/search?q=wall", "/api/v1/columns"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert str(place.index) not in answer.text
    assert client.get("/api/v1/health").status_code == 200
    problem = client.get("/api/v1/search?q=wall").json()
    assert problem["kind"] == "other_law"
    assert "judged by other rules or decisions" in problem["detail"]
    assert "index judge --index INDEX --countries FILE --overrides FILE" in problem["advice"]
    russian = client.get("/search?q=wall", headers={"accept-language": "ru", "accept": "text/html"})
    assert russian.status_code == 503
    assert "Индекс проверен не по тем правилам или решениям" in russian.text
    assert "Проверьте снимки заново по файлам этого сервера: withsense index judge" in russian.text


@pytest.mark.closed
@pytest.mark.parametrize("path", ["/models", "/search?q=wall"])
def test_who_sits_before_this_machine_is_told_the_files_that_the_index_was_judged_by(
    place: Place, new_client: Callable[..., TestClient], tmp_path: Path, path: str
) -> None:
    index = PhotoIndex(place.index)
    judge_anew(index, Policy.of_files(place.law), anyway=True)  # by the files beside this copy
    index.close()
    key = (keys := KeyRing(tmp_path / "keys.json")).create("ann", ["read"])
    here, named, keyed = (
        new_client(place.settings(law=LawFiles(audit=tmp_path / "audit.jsonl"), port=8123, **more))
        for more in ({}, {"host_names": ("photos.example",)}, {"keys": keys.file})
    )
    answer = here.get(path)
    assert answer.status_code == 503
    law = place.law
    files = f"--countries {law.countries} --overrides {law.overrides} --audit {tmp_path / 'audit.jsonl'}"
    command = f"withsense serve --port 8123 --index {place.index} {files}"
    assert f'<code class="command">{command}</code>' in answer.text
    assert "на месте и не изменились" in here.get(path, headers={"accept-language": "ru"}).text
    # Whoever else may ask is told of no place.
    strangers = (
        (here, {"x-forwarded-for": "192.0.2.1"}),
        (named, {}),
        (keyed, {"authorization": f"Bearer {key}"}),
    )
    for client, headers in strangers:
        assert client.get(path, headers=headers).status_code == 503
        assert str(tmp_path) not in client.get(path, headers=headers).text
    assert str(tmp_path) not in here.get("/api/v1/search?q=wall").text
    assert law.countries is not None
    law.countries.write_text(law.countries.read_text().replace("16", "18"))
    text = here.get(path).text
    judging = f"withsense index judge --index {place.index} {files.partition(' --audit')[0]}"
    assert re.findall('<code class="command">(.*?)</code>', text) == [judging, command]
    law.countries.unlink()
    assert str(tmp_path) not in here.get(path).text


def test_another_index_in_the_same_place_is_seen_at_the_next_request(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(place.settings(state=place.index.parent / "state"))
    assert len(ids_of(client, "AQ")) == 8
    shutil.copytree(place.index, place.index.parent / "other")
    place.index.rename(place.index.parent / "old")
    assert client.get("/api/v1/search?q=wall").status_code == 503
    (place.index.parent / "other").rename(place.index)
    assert len(ids_of(client, "AQ")) == 8


def test_pages_go_on_where_the_one_before_ended(client: TestClient) -> None:
    first = search(client, country="AQ", k=5)
    second = search(client, country="AQ", k=5, after=first["after"])
    names = [place["name"] for answer in (first, second) for place in answer["places"]]
    assert (len(names), len(set(names)), second["after"]) == (8, 8, None)


def test_photos_like_a_photo_are_found_and_it_is_not_among_them(client: TestClient) -> None:
    id_ = next(iter(ids_of(client, "BB")))
    answer = client.get("/api/v1/similar", params={"id": id_, "country": "BB", "k": 8}).json()
    assert answer["like"] == id_
    assert id_ not in [place.get("id") for place in answer["places"]]


@pytest.mark.closed
def test_a_withheld_photo_is_no_query(client: TestClient) -> None:
    id_ = next(iter(ids_of(client, "AQ").keys() - ids_of(client, "BB").keys()))
    for path in (f"similar?id={id_}", f"score?id={id_}&q=wall", f"search?q=wall&like={id_}"):
        assert client.get(f"/api/v1/{path}&country=BB").status_code == 451


def test_the_score_of_a_photo_is_that_of_its_place(client: TestClient) -> None:
    for place in search(client, country="AQ")["places"]:
        answer = client.get(
            "/api/v1/score", params={"id": place["id"], "q": "a plain red wall", "country": "AQ"}
        ).json()
        assert answer["score"] == pytest.approx(place["score"], abs=2e-4)


def test_columns_and_examples_are_those_of_photos_that_may_be_shown(client: TestClient) -> None:
    texts = (
        client.get("/api/v1/columns?country=BB").text + client.get("/api/v1/examples?k=20&country=BB").text
    )
    assert "Nikon D90" in texts
    assert not any(word in texts for word in SECRETS)
    assert "quixotic" in client.get("/api/v1/columns?country=AQ").text


def test_a_fixed_country_is_not_changed_by_a_request(
    still_place: Place, new_client: Callable[..., TestClient], tmp_path
) -> None:
    client = new_client(still_place.settings(state=tmp_path, country="BB", fixed_country=True))
    assert client.get("/api/v1/search?q=wall&country=AQ").status_code == 403
    assert client.get("/api/v1/search?q=wall&country=bb").status_code == 200


@pytest.mark.closed
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/search", 422),
        ("/api/v1/search?q=wall&k=0", 422),
        ("/api/v1/search?q=wall&country=DEU", 422),
        ("/api/v1/search?q=wall&after=x", 400),
        ("/api/v1/search?q=wall&where=x", 400),
        ("/api/v1/search?q=wall&where=no_column=1", 400),
        ("/api/v1/search?q=%00", 400),
        ("/api/v1/nothing", 404),
        ("/../../etc/passwd", 404),
        ("/static/..%2f..%2f..%2fetc/passwd", 404),
    ],
)
def test_what_cannot_be_answered_is_a_problem_that_names_no_path(
    client: TestClient, still_place: Place, path: str, status: int
) -> None:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance"} <= answer.json().keys()
    assert "root:" not in answer.text
    assert str(still_place.index) not in answer.text
    assert str(Path.cwd()) not in answer.text


def test_a_picture_may_be_asked_for_by_its_head_under_the_same_law(client: TestClient) -> None:
    places = client.get("/api/v1/search", params={"q": "wall", "country": "BB", "minimum": 0}).json()[
        "places"
    ]
    address = next(f"/api/v1/photos/{one['id']}/image" for one in places if "id" in one)
    for country in ("BB", "AQ"):
        get, head = (ask(address, params={"country": country}) for ask in (client.get, client.head))
        assert (head.status_code, head.headers["content-type"]) == (
            get.status_code,
            get.headers["content-type"],
        )
    assert client.head("/api/v1/photos/nobody/image").status_code == 404


def test_other_methods_are_a_problem_too(client: TestClient) -> None:
    answer = client.delete("/api/v1/search")
    assert (answer.status_code, answer.json()["kind"]) == (405, "http_405")


def test_the_description_has_an_example_for_each_operation(client: TestClient) -> None:
    description = client.get("/api/v1/openapi.json").json()
    for path, operations in description["paths"].items():
        for operation in operations.values():
            assert operation["summary"], path
            assert "451" not in operation["responses"] or operation["responses"]["451"]["content"]
    text = str(description)
    assert "two dogs on a beach" in text
    assert "HTTPValidationError" not in text


def test_a_photo_of_the_index_is_known_by_its_content(client: TestClient, still_place: Place) -> None:
    content = (still_place.photos / "look-0-0.png").read_bytes()
    sent = {"photo": ("whatever.png", content, "image/png")}
    answer = client.post("/api/v1/similar", params={"country": "BB"}, files=sent, data={"k": 8})
    assert answer.status_code == 200, answer.text
    assert answer.json()["places"][0]["name"] == "shown_0.png"


@pytest.mark.closed
@pytest.mark.parametrize("look", [6, 99])
def test_a_photo_of_which_nobody_said_what_it_shows_and_a_withheld_one_are_no_query(
    client: TestClient, still_place: Place, look: int
) -> None:
    content = png_of(look) if look > 8 else (still_place.photos / f"look-{look}-0.png").read_bytes()
    sent = {"photo": ("whatever.png", content, "image/png")}
    answer = client.post("/api/v1/similar", params={"country": "BB"}, files=sent)
    assert (answer.status_code, answer.json()["detail"]) == (451, NOTICE)


def test_what_a_server_that_was_stopped_left_of_an_upload_is_erased_at_the_next_start(place: Place) -> None:
    rest = place.index / "app" / "quarantine" / "0a1b.past.draft"
    rest.mkdir(parents=True)
    (rest / "photo.png").write_bytes(b"a user's photo")
    with TestClient(create_app(place.settings()), base_url="http://localhost:8000"):
        pass
    assert not rest.exists()


def test_what_is_not_as_it_should_be_is_said_in_words(client: TestClient) -> None:
    """Neither a pattern nor a place in a text stands for what is expected."""
    country = client.get("/api/v1/law?country=Russia").json()
    assert country["detail"] == (
        "Not as it should be: country (expected are two letters such as DE, by ISO 3166-1)."
    )
    for code, advice in (("UK", ": did you mean GB?"), ("ZZ", ", as DE is.")):
        said = client.get(f"/api/v1/search?q=dog&country={code}").json()
        assert (said["status"], f"{code} is no country's code by ISO 3166-1{advice}" in said["detail"]) == (
            422,
            True,
        )
    where, headers = "/api/v1/review/decisions", {"content-type": "application/json"}
    broken = client.post(where, content=b'{"id": }', headers=headers).json()
    assert broken["errors"][0]["parameter"] == ""
    assert "the body (it is no JSON that can be read: Expecting value, after 7 signs)" in broken["detail"]
    form = client.post(where, data={"id": "x", "reason": "x"}).json()
    assert "the body (expected is a JSON object, sent as Content-Type: application/json)" in form["detail"]
    number = client.post("/api/v1/review/decisions/XY/undo", json={"by": "A", "reason": "x"}).json()
    assert "number (expected is a number as an answer gave it)" in number["detail"]
    consent = {"id": "x", "given_by": "A", "countries": ["UK", "Russia"]}
    countries = client.post("/api/v1/review/consents", json=consent).json()["errors"]
    assert [(one["parameter"], one["reason"]) for one in countries] == [
        ("countries.0", "UK is no country's code by ISO 3166-1: did you mean GB?"),
        ("countries.1", "expected are two letters such as DE, by ISO 3166-1, or * for all"),
    ]
