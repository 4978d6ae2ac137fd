"""Reviewers see why photos are withheld, decide, and take decisions back."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from app_places import WITHHELD, Place, ids_of
from full_files import files_of_at_most, without_rights, without_room
from small_index import item_of
from starlette.testclient import TestClient

from withsense_tf.app import review
from withsense_tf.app.api_keys import KeyRing
from withsense_tf.common.atomic_files import alone_with
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.trail.decision_trail import DecisionTrail, Signer
from withsense_tf.index.trail.table_decision import decide_in_table
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.judge_anew import judge_anew
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.overrides import load_overrides


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


@pytest.mark.closed
def test_the_audit_log_has_each_decision_with_who_and_why(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    log = place.log
    client = new_client(place.settings(country="BB", law=replace(place.law, audit=log)))
    id_, name = next(iter(ids_of(client, "BB").items()))
    said = {"id": id_, "decision": "restrict", "by": "Ann", "reason": "It shows her son."}
    number = client.post("/api/v1/review/decisions", json=said).json()["id"]
    page = {"id": id_, "decision": "allow", "by": "Bob", "reason": "It is a doll."}
    assert client.post("/review/decide", data=page, follow_redirects=False).status_code == 303
    last = client.get("/api/v1/review/decisions").json()[-1]["id"]
    client.post(f"/api/v1/review/decisions/{last}/undo", json={"by": "Eve", "reason": "No."})
    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    reviews = [one for one in entries if one["place"] == "review"]
    assert [(one["photo"], one["decision"], one["by"], one["reason"], one["undoes"]) for one in reviews] == [
        (name, "restrict", "Ann", "It shows her son.", None),
        (name, "allow", "Bob", "It is a doll.", None),
        (name, "restrict", "Eve", "No.", last),
    ]
    assert reviews[0]["id"] == number
    assert len({one["policy"] for one in reviews}) == 2  # taken back, the law is the one before


@pytest.mark.closed
def test_a_decision_before_which_the_machine_stopped_is_said_to_be_without_effect(
    reviewer: TestClient, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = next(iter(ids_of(reviewer, "BB")))
    said = {"id": id_, "decision": "restrict", "by": "Ann", "reason": "x"}
    number = reviewer.post("/api/v1/review/decisions", json=said).json()["id"]
    undone = reviewer.post(f"/api/v1/review/decisions/{number}/undo", json={"by": "Ann", "reason": "x"})
    assert undone.status_code == 201
    assert not any(one["without_effect"] for one in reviewer.get("/api/v1/review/decisions").json())

    def stop(*_: object, **__: object) -> None:
        # As where the process is killed: nothing is taken back.
        monkeypatch.setattr(DecisionTrail, "_take_back", lambda *_: None)
        raise OSError(5, "stopped")

    monkeypatch.setattr(review, "judge_anew", stop)
    assert reviewer.post("/api/v1/review/decisions", json=said).status_code == 500
    trail = reviewer.get("/api/v1/review/decisions").json()
    assert [one["without_effect"] for one in trail] == [False, False, True]
    assert "It does not hold" in reviewer.get("/review?tab=decisions").text
    monkeypatch.undo()
    assert reviewer.post("/api/v1/review/decisions", json=said).status_code == 201
    assert not any(one["without_effect"] for one in reviewer.get("/api/v1/review/decisions").json())


@pytest.mark.parametrize("text", ["  ", "a\0b", "a\x1b[2J", "a\x85b"])
def test_words_that_cannot_be_shown_are_refused_and_lines_are_not(reviewer: TestClient, text: str) -> None:
    id_ = next(iter(ids_of(reviewer, "BB")))
    said = {"id": id_, "decision": "restrict", "by": "Ann", "reason": "A son."}
    for field in ("by", "reason"):
        answer = reviewer.post("/api/v1/review/decisions", json=said | {field: text})
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, field)
    assert reviewer.post("/api/v1/review/consents", json={"id": id_, "given_by": text}).status_code == 422
    lines = reviewer.post(
        "/api/v1/review/decisions", json=said | {"reason": "It shows her son.\r\n\tShe asked."}
    )
    assert lines.json()["reason"] == "It shows her son.\r\n\tShe asked."
    assert id_ not in ids_of(reviewer, "BB")


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


@pytest.mark.closed
@pytest.mark.parametrize("decision", ["allow", "restrict"])
@pytest.mark.parametrize("row", ["other", "same_decision", "none"])
def test_a_later_decision_of_the_terminal_is_not_taken_back_with_the_one_before(
    reviewer: TestClient, place: Place, decision: str, row: str
) -> None:
    table, policy = place.index.parent / "overrides.csv", Policy.of_files(place.law)
    photo = reviewer.get("/api/v1/review/withheld").json()[0]
    said = {"id": photo["id"], "by": "Sam", "reason": "x"}
    other = "restrict" if decision == "allow" else "allow"
    numbers = [
        reviewer.post("/api/v1/review/decisions", json=said | {"decision": what}).json()["id"]
        for what in (other, decision)
    ]
    if row == "other":
        decide_in_table(
            table, {photo["name"]: photo["digest"]}, policy, photo["name"], other, Signer("Tom"), "y"
        )
    else:
        text = f"{photo['name']},{photo['digest']},{decision},Tom,y\n" if row == "same_decision" else ""
        table.write_text(f"photo,digest,decision,by,reason\n{text}", encoding="utf-8")
    judge_anew(PhotoIndex(place.index), Policy.of_files(place.law), lift=True)
    before, pictures = table.read_bytes(), reviewer.get(f"/api/v1/photos/{photo['id']}").status_code
    assert not reviewer.get("/review?tab=decisions").text.count("/review/undo/")
    answer = reviewer.post(f"/api/v1/review/decisions/{numbers[1]}/undo", json={"by": "Sam", "reason": "x"})
    assert (answer.status_code, answer.json()["kind"]) == (409, "not_the_last"), answer.text
    assert ("Tom decided" if row != "none" else "no decision on this photo") in answer.json()["detail"]
    assert table.read_bytes() == before
    assert reviewer.get(f"/api/v1/photos/{photo['id']}").status_code == pictures
    page = reviewer.post(
        f"/review/undo/{numbers[1]}", data={"by": "S", "reason": "x"}, headers={"accept-language": "ru"}
    )
    assert page.status_code == 409
    assert "сейчас" in page.text.casefold()


@pytest.mark.closed
def test_what_held_before_by_two_rows_holds_again_as_it_did(reviewer: TestClient, place: Place) -> None:
    table = place.index.parent / "overrides.csv"
    photo = reviewer.get("/api/v1/review/withheld").json()[0]
    rows = f"{photo['name']},,restrict,Eve,hers\n{photo['name']},{photo['digest']},allow,Ann,dolls\n"
    table.write_text(f"photo,digest,decision,by,reason\n{rows}", encoding="utf-8")
    judge_anew(PhotoIndex(place.index), Policy.of_files(place.law), lift=True)
    said = {"id": photo["id"], "decision": "allow", "by": "Sam", "reason": 'a\r\nb, "c"'}
    first = reviewer.post("/api/v1/review/decisions", json=said).json()
    assert first["before"]["by"] == "Eve"
    undo = {"by": "Sam", "reason": "x"}
    second = reviewer.post(f"/api/v1/review/decisions/{first['id']}/undo", json=undo)
    assert second.status_code == 201
    assert sorted(one.by for one in load_overrides(table).values()) == ["Ann", "Eve"]
    # What was taken back is brought back in the same way.
    third = reviewer.post(f"/api/v1/review/decisions/{second.json()['id']}/undo", json=undo)
    assert (third.status_code, [one.by for one in load_overrides(table).values()]) == (201, ["Sam"])
    assert reviewer.get(f"/api/v1/photos/{photo['id']}").status_code == 200


@pytest.mark.closed
def test_decisions_are_taken_back_one_by_one_down_to_the_first(reviewer: TestClient, place: Place) -> None:
    photo = reviewer.get("/api/v1/review/withheld").json()[0]
    said, undo = {"id": photo["id"], "by": "Sam", "reason": "x"}, {"by": "Sam", "reason": "y"}
    numbers = [
        reviewer.post("/api/v1/review/decisions", json=said | {"decision": what}).json()["id"]
        for what in ("restrict", "allow", "restrict")
    ]
    for number in reversed(numbers):
        offered = re.findall(r"/review/undo/([0-9a-f]+)", reviewer.get("/review?tab=decisions").text)
        assert offered == [number]
        answer = reviewer.post(f"/api/v1/review/decisions/{number}/undo", json=undo)
        assert answer.status_code == 201, answer.text
        again = reviewer.post(f"/api/v1/review/decisions/{number}/undo", json=undo)
        assert (again.status_code, again.json()["kind"]) == (409, "not_the_last")
        assert "taken back already" in again.json()["detail"]
    assert load_overrides(place.index.parent / "overrides.csv") == {}


def test_a_decision_on_a_state_that_is_no_more_is_refused(reviewer: TestClient) -> None:
    (photo, *_) = reviewer.get("/api/v1/review/withheld").json()
    said = {"id": photo["id"], "decision": "allow", "by": "Ann", "reason": "Dolls.", "state": photo["state"]}
    assert reviewer.post("/api/v1/review/decisions", json=said | {"decision": "restrict"}).status_code == 201
    late = reviewer.post("/api/v1/review/decisions", json=said | {"by": "Bob"})
    assert (late.status_code, late.json()["kind"]) == (409, "not_the_last")
    page = reviewer.post("/review/decide", data=said | {"by": "Bob"})
    assert (page.status_code, "decided on again since" in page.text) == (409, True)
    (photo, *_) = reviewer.get("/api/v1/review/withheld").json()
    assert f'name="state" value="{photo["state"]}"' in reviewer.get("/review").text
    assert reviewer.post("/api/v1/review/decisions", json=said | {"state": photo["state"]}).status_code == 201


@pytest.mark.closed
def test_a_decision_of_the_terminal_in_the_same_instant_stays(
    reviewer: TestClient, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = place.index.parent / "overrides.csv"
    other = ("look-0-0.png", "restrict", Signer("Eve"), "x")

    @contextmanager
    def late(file: Path) -> Iterator[None]:
        # The terminal has the table first, whenever the page asks for it.
        monkeypatch.undo()
        decide_in_table(table, {"look-0-0.png": "e" * 64}, Policy.of_files(place.law), *other)
        with alone_with(file):
            yield

    (photo, *_) = reviewer.get("/api/v1/review/withheld").json()
    monkeypatch.setattr(review, "alone_with", late)
    said = {"id": photo["id"], "decision": "allow", "by": "Ann", "reason": "Dolls.", "state": photo["state"]}
    assert reviewer.post("/api/v1/review/decisions", json=said).status_code == 201
    assert [one.by for one in load_overrides(table).values()] == ["Eve", "Ann"]


@pytest.mark.closed
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_decision_against_which_another_holds_is_refused_with_whose_it_is(
    reviewer: TestClient, place: Place, language: str
) -> None:
    table = place.index.parent / "overrides.csv"
    (photo, *_) = reviewer.get("/api/v1/review/withheld").json()
    said = {"id": photo["id"], "decision": "allow", "by": "Ann", "reason": "Dolls."}
    for row, words in (
        (
            f"{photo['name']},{'e' * 64},restrict,Eve,hers",
            f"another picture of the name {photo['name']} (hers)",
        ),
        (f"copy.png,{photo['digest']},restrict,Eve,hers", "the same picture under the name copy.png (hers)"),
    ):
        table.write_text(f"photo,digest,decision,by,reason\n{row}\n", encoding="utf-8")
        judge_anew(PhotoIndex(place.index), Policy.of_files(place.law), lift=True)
        before = table.read_bytes()
        answer = reviewer.post("/api/v1/review/decisions", json=said)
        assert (answer.status_code, answer.json()["kind"]) == (409, "other_decision"), answer.text
        assert f"Eve decided to restrict {words}" in answer.json()["detail"]
        page = reviewer.post("/review/decide", data=said, headers={"accept-language": language})
        assert page.status_code == 409
        assert {"en": "Take that decision back", "ru": "тмените то решение"}[language] in page.text
        assert table.read_bytes() == before
        assert reviewer.get("/api/v1/review/decisions").json() == []


@pytest.mark.closed
@pytest.mark.parametrize("decision", ["allow", "restrict"])
def test_a_decision_on_a_photo_that_was_changed_since_it_was_looked_at_is_refused(
    reviewer: TestClient, place: Place, decision: str
) -> None:
    (photo, *_) = reviewer.get("/api/v1/review/withheld").json()
    said = {"id": photo["id"], "decision": decision, "by": "Ann", "reason": "Dolls.", "state": photo["state"]}
    changed_photo = item_of(place.index.parent / "more", photo["name"], 70, texts=["A little girl ."])
    ingest(PhotoIndex(place.index), [changed_photo], Policy.of_files(place.law))
    answer = reviewer.post("/api/v1/review/decisions", json=said)
    assert (answer.status_code, answer.json()["kind"]) == (409, "photo_changed")
    assert "Look at it again." in reviewer.post("/review/decide", data=said).text
    russian = reviewer.post("/review/decide", data=said, headers={"accept-language": "ru"})
    assert "с тех пор изменилось" in russian.text
    assert reviewer.get("/api/v1/review/decisions").json() == []


@pytest.mark.closed
def test_who_allows_has_seen_all_that_is_said_of_the_content_and_the_file_that_is_there(
    reviewer: TestClient, place: Place
) -> None:
    path = Path(shutil.copytree(place.photos, place.index.parent / "more")) / "look-7-0.png"
    copy = item_of(path.parent, "copy.png", 7, texts=["A toddler on a bench ."])
    index, policy = PhotoIndex(place.index), Policy.of_files(place.law)
    (before, *_) = reviewer.get("/api/v1/review/withheld", params={"name": WITHHELD[1]}).json()
    assert before["copies"] == []
    ingest(index, [copy], policy)
    said = {"id": before["id"], "by": "Ann", "reason": "Dolls.", "state": before["state"]}
    answer = reviewer.post("/api/v1/review/decisions", json=said | {"decision": "allow"})
    assert (answer.status_code, answer.json()["kind"]) == (409, "photo_changed")
    # What is said otherwise is no ground to go on showing a photo.
    assert reviewer.post("/api/v1/review/decisions", json=said | {"decision": "restrict"}).status_code == 201
    (now, *_) = reviewer.get("/api/v1/review/withheld", params={"name": WITHHELD[1]}).json()
    ((text,),) = [[one["text"] for one in other["captions"]] for other in now["copies"]]
    assert (text, now["copies"][0]["name"]) == ("A toddler on a bench .", "copy.png")
    page = reviewer.get("/review", params={"name": WITHHELD[1]}).text
    assert "A decision holds for 1 exact copy, too." in page
    assert "<mark>toddler</mark> on a bench" in page
    said |= {"id": now["copies"][0]["id"], "decision": "allow", "state": None}
    path.write_bytes(b"another picture")
    answer = reviewer.post("/api/v1/review/decisions", json=said)
    assert (answer.status_code, answer.json()["kind"]) == (409, "photo_changed")
    assert "to update it" in answer.json()["advice"]


def test_a_permission_is_given_and_revoked(reviewer: TestClient) -> None:
    id_ = reviewer.get("/api/v1/review/withheld").json()[0]["id"]
    consent = reviewer.post("/api/v1/review/consents", json={"id": id_, "given_by": "her mother"})
    assert consent.status_code == 201, consent.text
    assert reviewer.get(f"/api/v1/photos/{id_}").status_code == 200
    number = consent.json()["id"]
    said = {"by": "her mother", "reason": "x"}
    assert reviewer.post(f"/api/v1/review/consents/{number}/revoke", json=said).status_code == 201
    assert reviewer.get(f"/api/v1/photos/{id_}").status_code == 451
    again = reviewer.post(f"/api/v1/review/consents/{number}/revoke", json=said | {"by": "Bob"})
    assert (again.status_code, again.json()["kind"]) == (409, "revoked_before")
    assert "by her mother: “x”" in again.json()["detail"]
    (one,) = reviewer.get("/api/v1/review/consents").json()
    assert (one["id"], one["revoked_by"], one["revoked_for"]) == (number, "her mother", "x")
    assert "her mother: “x”" in reviewer.get("/review?tab=permissions").text


@pytest.mark.closed
def test_a_permission_that_is_sent_twice_is_one_and_is_gone_with_its_end(reviewer: TestClient) -> None:
    id_ = reviewer.get("/api/v1/review/withheld").json()[0]["id"]
    given = {"id": id_, "given_by": "her mother"}
    numbers = [reviewer.post("/api/v1/review/consents", json=given).json()["id"] for _ in range(2)]
    assert numbers[0] == numbers[1]
    ending = f"/api/v1/review/consents/{numbers[0]}/revoke"
    assert reviewer.post(ending, json={"by": "Ann", "reason": "x"}).status_code == 201
    assert reviewer.get(f"/api/v1/photos/{id_}").status_code == 451
    # After its end it is given anew.
    assert reviewer.post("/api/v1/review/consents", json=given).json()["id"] != numbers[0]


@pytest.mark.closed
def test_a_permission_is_for_the_picture_that_was_looked_at(reviewer: TestClient, place: Place) -> None:
    (photo, *_) = reviewer.get("/api/v1/review/withheld").json()
    said = {"id": photo["id"], "given_by": "her mother", "state": photo["state"]}
    changed_photo = item_of(place.index.parent / "more", photo["name"], 70, texts=["A little girl ."])
    ingest(PhotoIndex(place.index), [changed_photo], Policy.of_files(place.law))
    for path, how in (("/api/v1/review/consents", "json"), ("/review/grant", "data")):
        answer = reviewer.post(path, **{how: said})
        assert (answer.status_code, "has changed since" in answer.text) == (409, True)
    changed_photo.path.unlink()
    (photo, *_) = reviewer.get("/api/v1/review/withheld").json()
    unseen = reviewer.post("/api/v1/review/consents", json=said | {"state": photo["state"]})
    assert (unseen.status_code, unseen.json()["kind"]) == (409, "photo_changed")
    assert reviewer.get("/api/v1/review/consents").json() == []


def test_a_permission_is_for_countries_that_there_are_and_says_where_it_holds(reviewer: TestClient) -> None:
    id_ = reviewer.get("/api/v1/review/withheld").json()[0]["id"]
    said = {"id": id_, "given_by": "her mother"}
    for code, advice in (("UK", "did you mean GB?"), ("XX", "XX is no country's code")):
        answer = reviewer.post("/api/v1/review/consents", json=said | {"countries": [code]})
        assert answer.status_code == 422
        assert advice in answer.json()["detail"]
        page = reviewer.post("/review/grant", data=said | {"countries": code})
        assert page.status_code == 400
        assert advice.replace("'", "&#39;") in page.text
    assert reviewer.get("/api/v1/review/consents").json() == []
    today = datetime.now(UTC).date()
    for more, holds in (
        ({}, f"in all countries, from {today}, without an end"),
        ({"countries": ["gb"], "until": "2999-01-01"}, f"in GB, from {today}, until 2999-01-01"),
    ):
        assert reviewer.post("/api/v1/review/consents", json=said | more).json()["holds"] == holds


def test_without_files_of_the_law_there_is_nothing_to_decide_on(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(place.settings(law=replace(place.law, consents=None)))
    assert client.get("/api/v1/review/consents").json()["kind"] == "no_consents"


@pytest.mark.closed
def test_without_its_table_of_decisions_a_server_says_that_it_cannot_answer_now(
    reviewer: TestClient, place: Place
) -> None:
    said = {"by": "Ann", "reason": "It shows her son."}
    photo = {"id": next(iter(ids_of(reviewer, "BB"))), "decision": "restrict"}
    number = reviewer.post("/api/v1/review/decisions", json=said | photo).json()["id"]
    assert place.law.overrides is not None
    place.law.overrides.unlink()
    answers = [
        reviewer.get("/api/v1/review/decisions"),
        reviewer.get("/review", params={"tab": "decisions"}, headers={"accept": "text/html"}),
        reviewer.post(f"/api/v1/review/decisions/{number}/undo", json=said),
        reviewer.post("/api/v1/review/decisions", json=said | photo),
    ]
    assert [one.status_code for one in answers] == [503] * 4


@pytest.mark.closed
def test_a_server_without_what_the_index_was_judged_with_lets_nobody_decide(
    reviewer: TestClient, place: Place, new_client: Callable[..., TestClient]
) -> None:
    id_ = next(iter(ids_of(reviewer, "BB")))
    said = {"id": id_, "decision": "restrict", "by": "Ann", "reason": "It shows her son."}
    bare = new_client(place.settings(country="BB", law=replace(place.law, countries=None)))
    answer = bare.post("/api/v1/review/decisions", json=said)
    assert (answer.status_code, answer.json()["kind"]) == (503, "other_law")
    assert "--countries FILE" in answer.json()["advice"]
    assert id_ in ids_of(reviewer, "BB")
    assert reviewer.get("/api/v1/review/decisions").json() == []


def test_a_decision_is_signed_by_the_key_and_the_trail_has_its_number(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    ring = KeyRing(place.index.parent / "keys.json")
    key = ring.create("Rita", ["read", "review"])
    number = ring.all_keys()[0].id
    client = new_client(
        place.settings(keys=ring.file, country="BB"), headers={"Authorization": f"Bearer {key}"}
    )
    id_ = client.get("/api/v1/review/withheld").json()[0]["id"]
    said = {"id": id_, "decision": "allow", "reason": "Dolls."}
    other = client.post("/api/v1/review/decisions", json=said | {"by": "Ann"})
    assert (other.status_code, other.json()["kind"]) == (400, "other_name")
    made = client.post("/api/v1/review/decisions", json=said).json()
    undone = client.post(f"/api/v1/review/decisions/{made['id']}/undo", json={"by": "rita", "reason": "No."})
    assert undone.status_code == 201, undone.text
    trail = client.get("/api/v1/review/decisions").json()
    assert [(one["by"], one["key"]) for one in trail] == [("Rita", number)] * 2
    consent = client.post("/api/v1/review/consents", json={"id": id_, "given_by": "her mother"}).json()
    assert consent["given_by"] == f"her mother (written down by Rita, key {number})"
    revoked = client.post(f"/api/v1/review/consents/{consent['id']}/revoke", json={"reason": "She asked."})
    assert revoked.status_code == 201, revoked.text
    assert f'"by": "Rita, key {number}"' in place.law.consents.read_text(encoding="utf-8")


def test_without_keys_who_decides_says_a_name(reviewer: TestClient) -> None:
    id_ = reviewer.get("/api/v1/review/withheld").json()[0]["id"]
    answer = reviewer.post(
        "/api/v1/review/decisions", json={"id": id_, "decision": "allow", "reason": "Dolls."}
    )
    assert (answer.status_code, answer.json()["kind"]) == (400, "no_name")


def test_an_older_trail_without_keys_is_read(reviewer: TestClient, place: Place) -> None:
    id_ = reviewer.get("/api/v1/review/withheld").json()[0]["id"]
    said = {"id": id_, "decision": "allow", "by": "Ann", "reason": "Dolls."}
    assert reviewer.post("/api/v1/review/decisions", json=said).status_code == 201
    (file,) = place.index.parent.rglob("decisions.jsonl")
    file.write_text(file.read_text(encoding="utf-8").replace(', "key": null', ""), encoding="utf-8")
    assert [one["key"] for one in reviewer.get("/api/v1/review/decisions").json()] == [None]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"name": "zebulon"}, ["zebulon_toddler_6.png"]),
        ({"rule": "child"}, ["zebulon_toddler_6.png"]),
        ({"word": "velocipede"}, ["quixotic_7.png"]),
        ({"word": "velocipede", "after": "quixotic_7.png"}, []),
    ],
)
def test_withheld_photos_are_found_by_name_rule_and_word(
    reviewer: TestClient, asked: dict[str, str], names: list[str]
) -> None:
    photos = reviewer.get("/api/v1/review/withheld", params=asked).json()
    assert [photo["name"] for photo in photos] == names


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
    keys = {scope: ring.create("Ann", [scope]) for scope in ("read", "write", "review", "metrics")}
    client = new_client(place.settings(host="0.0.0.0", keys=ring.file))
    asked = {
        "read": lambda headers: client.get("/api/v1/law", headers=headers),
        "write": lambda headers: client.post("/api/v1/captions", json={}, headers=headers),
        "review": lambda headers: client.get("/api/v1/review/withheld", headers=headers),
        "metrics": lambda headers: client.get("/api/v1/metrics", headers=headers),
    }
    for scope, ask in asked.items():
        assert ask({}).status_code == 401
        unknown = ask({"Authorization": "Bearer ws_0_x"})
        assert (unknown.status_code, unknown.json()["detail"]) == (401, "This key is not known.")
        for name, key in keys.items():
            status = ask({"Authorization": f"Bearer {key}"}).status_code
            # Who may review may read the counts, as before these had a scope of their own.
            may = name == scope or (scope, name) == ("metrics", "review")
            assert (status == 403) == (not may), (scope, name, status)
    assert client.get("/api/v1/law", headers={"X-API-Key": keys["read"]}).status_code == 200
    assert client.get("/api/v1/health").status_code == 200
    key = ring.key_of(keys["read"])
    ring.revoke("" if key is None else key.id)
    assert client.get("/api/v1/law", headers={"X-API-Key": keys["read"]}).status_code == 401


@pytest.mark.closed
def test_what_the_audit_log_cannot_have_is_not_decided(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    log = place.log
    client = new_client(place.settings(country="BB", law=replace(place.law, audit=log)))
    shown = next(iter(ids_of(client, "BB")))
    said = {"id": shown, "decision": "restrict", "by": "Ann", "reason": "x"}
    number = client.post("/api/v1/review/decisions", json=said).json()["id"]
    child = client.get("/api/v1/review/withheld").json()[0]["id"]
    files = [place.index.parent / "overrides.csv", place.index / "app" / "decisions.jsonl"]
    before = [file.read_bytes() for file in files]
    requests = [
        ("/api/v1/review/decisions", said | {"id": child, "decision": "allow"}),
        (f"/api/v1/review/decisions/{number}/undo", {"by": "Ann", "reason": "x"}),
    ]
    for path, body in requests:
        with without_room(log):
            answer = client.post(path, json=body)
            assert (answer.status_code, answer.json()["kind"]) == (503, "disk_full"), path
        assert [file.read_bytes() for file in files] == before, path
        assert client.get(f"/api/v1/photos/{child}").status_code == 451
        assert client.get(f"/api/v1/photos/{shown}").status_code == 451
    # With room, each is one decision in the log.
    assert [client.post(path, json=body).status_code for path, body in requests] == [201, 201]
    reviews = [line for line in log.read_text(encoding="utf-8").splitlines() if '"review"' in line]
    assert len(reviews) == 3


@pytest.mark.closed
def test_a_decision_that_the_table_may_not_have_changes_nothing(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    log, table = place.log, place.index.parent / "overrides.csv"
    client = new_client(place.settings(country="BB", law=replace(place.law, audit=log)))
    child = client.get("/api/v1/review/withheld").json()[0]["id"]
    said = {"id": child, "decision": "allow", "by": "Ann", "reason": "x"}
    table.chmod(0o640)
    Path(f"{table}.lock").touch()
    with without_rights(place.index.parent, "overrides.csv.lock"):
        answer = client.post("/api/v1/review/decisions", json=said)
        assert (answer.status_code, answer.json()["kind"]) == (503, "no_rights")
        assert "overrides" not in answer.text
    assert client.get(f"/api/v1/photos/{child}").status_code == 451
    assert client.get("/api/v1/review/decisions").json() == []
    assert client.post("/api/v1/review/decisions", json=said).status_code == 201
    assert table.stat().st_mode & 0o777 == 0o640


@pytest.mark.closed
def test_the_audit_log_has_each_permission_and_its_end_with_who_by_which_key(
    place: Place, signed_client: Callable[..., TestClient]
) -> None:
    log, client = place.log, signed_client("Rita", "read", "review")
    (photo, *_) = client.get("/api/v1/review/withheld").json()
    said = {"id": photo["id"], "given_by": "Her mother", "countries": ["BB"], "until": "2999-01-01"}
    number = client.post("/api/v1/review/consents", json=said).json()["id"]
    ending = f"/api/v1/review/consents/{number}/revoke"
    # What ends a permission needs no log: the photo is withheld, whatever else fails.
    with without_room(log):
        refused = client.post("/api/v1/review/consents", json=said | {"given_by": "His father"})
        assert (refused.status_code, refused.json()["kind"]) == (503, "disk_full")
        assert client.post(ending, json={"reason": "She asked."}).status_code == 503
    (consent,) = client.get("/api/v1/review/consents").json()
    assert consent["revoked_for"] == "She asked."
    again = client.post("/review/grant", data={"id": photo["id"], "given_by": "Her mother"})
    assert again.status_code == 200
    number = client.get("/api/v1/review/consents").json()[-1]["id"]
    assert client.post(f"/review/revoke/{number}", data={"reason": "No."}).status_code == 200
    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    reviews = [one for one in entries if one["place"] == "review"]
    signed = {(one["photo"], one["digest"], one["by"], one["key"]) for one in reviews}
    assert signed == {(photo["name"], photo["digest"], "Rita", place.ring.all_keys()[0].id)}
    assert [one["decision"] for one in reviews] == ["grant", "grant", "revoke"]
    assert ", key " in reviews[0]["reason"]
    assert "): show, search, in BB, from" in reviews[0]["reason"]
    assert (reviews[-1]["reason"], reviews[-1]["undoes"]) == ("No.", number)


@pytest.mark.closed
def test_a_permission_without_room_is_not_given_and_leaves_the_others_readable(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    client = new_client(place.settings(country="BB"))
    id_ = client.get("/api/v1/review/withheld").json()[0]["id"]
    said, register = {"id": id_, "given_by": "her mother"}, place.index.parent / "consents.jsonl"
    assert client.post("/api/v1/review/consents", json=said).status_code == 201
    with files_of_at_most(register.stat().st_size + 10):
        answer = client.post("/api/v1/review/consents", json=said | {"given_by": "his father"})
    assert (answer.status_code, answer.json()["kind"]) == (503, "disk_full")
    assert len(client.get("/api/v1/review/consents").json()) == 1
