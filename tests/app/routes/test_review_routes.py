"""Reviewers see why photos are withheld, decide, and take decisions back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from app_places import Place, ids_of
from starlette.testclient import TestClient

from withsense_tf.app.api_keys import KeyRing


@pytest.fixture
def reviewer(place: Place, new_client: Callable[..., TestClient]) -> TestClient:
    return new_client(place.settings(country="BB"))


def test_a_withheld_photo_stands_with_the_words_and_the_rule(reviewer: TestClient) -> None:
    photos = reviewer.get("/api/v1/review/withheld").json()
    assert [photo["name"] for photo in photos] == ["quixotic_7.png", "zebulon_toddler_6.png"]
    whys = {caption["text"]: caption["why"] for caption in photos[1]["captions"]}
    assert whys["A toddler plays a xylophone ."]["words"].casefold() == "toddler"
    assert whys["A plain red wall ."] is None
    later = reviewer.get("/api/v1/review/withheld", params={"after": photos[0]["name"]}).json()
    assert [photo["name"] for photo in later] == ["zebulon_toddler_6.png"]


def test_a_decision_holds_at_once_and_is_taken_back(reviewer: TestClient) -> None:
    shown_before = ids_of(reviewer, "BB")
    id_ = next(iter(shown_before))
    said = {"id": id_, "decision": "restrict", "by": "Ann", "reason": "It shows her son."}
    decision = reviewer.post("/api/v1/review/decisions", json=said)
    assert decision.status_code == 201, decision.text
    assert id_ not in ids_of(reviewer, "BB")
    number = decision.json()["id"]
    undone = reviewer.post(
        f"/api/v1/review/decisions/{number}/undo", json={"by": "Bob", "reason": "It was another photo."}
    )
    assert undone.status_code == 201, undone.text
    assert ids_of(reviewer, "BB") == shown_before
    trail = reviewer.get("/api/v1/review/decisions").json()
    assert [(one["by"], one["decision"], one["undoes"]) for one in trail] == [
        ("Ann", "restrict", None),
        ("Bob", None, number),
    ]


def test_what_a_person_allowed_is_shown(reviewer: TestClient) -> None:
    id_ = reviewer.get("/api/v1/review/withheld").json()[0]["id"]
    said = {"id": id_, "decision": "allow", "by": "Ann", "reason": "She is 30."}
    assert reviewer.post("/api/v1/review/decisions", json=said).status_code == 201
    assert reviewer.get(f"/api/v1/photos/{id_}").status_code == 200


def test_an_older_decision_is_not_undone_before_a_later_one(reviewer: TestClient) -> None:
    id_ = next(iter(ids_of(reviewer, "BB")))
    said = {"id": id_, "decision": "restrict", "by": "Ann", "reason": "x"}
    numbers = [
        reviewer.post("/api/v1/review/decisions", json=said | {"decision": what}).json()["id"]
        for what in ("restrict", "allow")
    ]
    answer = reviewer.post(f"/api/v1/review/decisions/{numbers[0]}/undo", json={"by": "A", "reason": "x"})
    assert (answer.status_code, answer.json()["kind"]) == (409, "not_the_last")
    assert (
        reviewer.post("/api/v1/review/decisions/0f/undo", json={"by": "A", "reason": "x"}).status_code == 404
    )


def test_a_permission_is_given_and_revoked(reviewer: TestClient) -> None:
    id_ = reviewer.get("/api/v1/review/withheld").json()[0]["id"]
    consent = reviewer.post("/api/v1/review/consents", json={"id": id_, "given_by": "her mother"})
    assert consent.status_code == 201, consent.text
    assert reviewer.get(f"/api/v1/photos/{id_}").status_code == 200
    number = consent.json()["id"]
    said = {"by": "her mother", "reason": "x"}
    assert reviewer.post(f"/api/v1/review/consents/{number}/revoke", json=said).status_code == 201
    assert reviewer.get(f"/api/v1/photos/{id_}").status_code == 451
    assert [one["id"] for one in reviewer.get("/api/v1/review/consents").json()] == [number]


def test_without_files_of_the_law_there_is_nothing_to_decide_on(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    from dataclasses import replace

    client = new_client(place.settings(law=replace(place.law, consents=None)))
    assert client.get("/api/v1/review/consents").json()["kind"] == "no_consents"


@pytest.mark.closed
def test_the_state_of_the_index_names_no_path(reviewer: TestClient, place: Place) -> None:
    status = reviewer.get("/api/v1/review/status")
    assert (status.json()["photos"], status.json()["waiting"]) == (8, 0)
    assert str(place.index) not in status.text


def test_there_is_no_model_to_go_back_to(reviewer: TestClient) -> None:
    assert reviewer.post("/api/v1/review/rollback").status_code == 400


@pytest.mark.closed
def test_each_scope_opens_its_own_part_alone(place: Place, new_client: Callable[..., TestClient]) -> None:
    ring = KeyRing(place.index.parent / "keys.json")
    keys = {scope: ring.create("Ann", [scope]) for scope in ("read", "write", "review")}
    client = new_client(place.settings(host="0.0.0.0", keys=ring.file))
    asked = {
        "read": lambda headers: client.get("/api/v1/law", headers=headers),
        "write": lambda headers: client.post("/api/v1/captions", json={}, headers=headers),
        "review": lambda headers: client.get("/api/v1/review/withheld", headers=headers),
    }
    for scope, ask in asked.items():
        assert ask({}).status_code == 401
        assert ask({"Authorization": "Bearer ws_0_x"}).status_code == 401
        for name, key in keys.items():
            status = ask({"Authorization": f"Bearer {key}"}).status_code
            assert (status == 403) == (name != scope), (scope, name, status)
    assert client.get("/api/v1/law", headers={"X-API-Key": keys["read"]}).status_code == 200
    assert client.get("/api/v1/health").status_code == 200
    key = ring.key_of(keys["read"])
    ring.revoke("" if key is None else key.id)
    assert client.get("/api/v1/law", headers={"X-API-Key": keys["read"]}).status_code == 401
