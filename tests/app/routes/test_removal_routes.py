"""Who may decide takes photos out for good by way of the API: as `index remove` does."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from app_places import WITHHELD, Place, ids_of
from full_files import without_room
from run_command import run
from scenes import collage_of, scene
from starlette.testclient import TestClient
from uploads_of_tests import PNG

from withsense_tf.app.api_keys import KeyRing
from withsense_tf.app.uploads import index_writing
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.ingest import remove_for_good
from withsense_tf.index.upkeep.kept_out import readmit
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.policy.current_policy import Policy

pytestmark = pytest.mark.closed
WHY = {"by": "Ann", "reason": "He asked for it."}


@pytest.fixture
def reviewer(place: Place, new_client: Callable[..., TestClient]) -> TestClient:
    return new_client(place.settings(country="BB"))


def remove(client: TestClient, id_: str, **more: str) -> Any:
    return client.delete(f"/api/v1/photos/{id_}", params=WHY | more)


def cannot_be_undone(reviewer: TestClient, number: str, words: str) -> None:
    undo = reviewer.post(f"/api/v1/review/decisions/{number}/undo", json={"by": "A", "reason": "No."})
    assert (undo.status_code, undo.json()["kind"]) == (409, "let_in")
    page = reviewer.get("/review?tab=decisions").text
    assert words in page
    assert "/review/undo/" not in page


def upload(client: TestClient, content: bytes, caption: str = "A marmalade wall .") -> Any:
    sent = {"photo": ("a.png", content, "image/png")}
    return client.post("/api/v1/upload", files=sent, data={"caption": [caption]})


def id_of(client: TestClient, name: str) -> str:
    return next(id_ for id_, one in ids_of(client, "BB").items() if one == name)


def test_a_photo_that_is_removed_is_nowhere_any_more(reviewer: TestClient, place: Place) -> None:
    id_ = id_of(reviewer, "shown_0.png")
    image = f"/api/v1/photos/{id_}/image"
    tag = reviewer.get(image).headers["etag"]
    thumbnails = place.index / "app" / "thumbnails"
    assert len(list(thumbnails.rglob("*.jpg"))) == 1
    answer = remove(reviewer, id_)
    assert (answer.status_code, answer.json()) == (200, {"id": id_, "photos": 1, "showing": []})
    assert id_ not in ids_of(reviewer, "BB")
    for path in (f"/api/v1/photos/{id_}", image, f"/photo/{id_}", f"/api/v1/similar?id={id_}"):
        assert reviewer.get(path).status_code == 404, path
    # Neither what the server keeps nor what a browser kept.
    assert reviewer.get(image, headers={"If-None-Match": tag}).status_code == 404
    assert not list(thumbnails.rglob("*.jpg"))
    # The file is its owner's.
    assert (place.photos / "look-0-0.png").exists()
    assert upload(reviewer, (place.photos / "look-0-0.png").read_bytes()).json()["kind"] == "taken_out"
    assert verify_index(PhotoIndex(place.index)) == []


def test_copies_leave_too_and_of_an_upload_no_file_stays(
    place: Place, new_client: Callable[..., TestClient], tmp_path: Path
) -> None:
    state = tmp_path / "state"
    client = new_client(place.settings(country="BB", state=state))
    first, second = (upload(client, PNG, text).json() for text in ("A marmalade wall .", "A velvet wall ."))
    assert client.get(first["photo"]["image"]).status_code == 200
    assert remove(client, second["id"]).json()["photos"] == 2
    assert not [one for one in state.rglob("*") if one.suffix in (".png", ".jpg", ".webp")]
    assert client.get(first["photo"]["image"]).status_code == 404
    trail = client.get("/api/v1/review/decisions").json()
    assert {one["photo"] for one in trail} == {one["photo"]["name"] for one in (first, second)}


def test_an_upload_that_is_a_copy_leaves_alone_where_that_is_asked(
    reviewer: TestClient, place: Place
) -> None:
    before = ids_of(reviewer, "BB")
    copy = upload(reviewer, (place.photos / "look-0-0.png").read_bytes()).json()
    answer = remove(reviewer, copy["id"], alone="true")
    assert (answer.status_code, answer.json()["photos"]) == (200, 1)
    assert ids_of(reviewer, "BB") == before
    (entry,) = reviewer.get("/api/v1/review/decisions").json()
    assert (entry["photo"], entry["decision"], entry["by"], entry["reason"]) == (
        copy["photo"]["name"], "upload taken back", WHY["by"], WHY["reason"]
    )  # fmt: skip
    cannot_be_undone(reviewer, entry["id"], "taken out again")
    again = upload(reviewer, (place.photos / "look-0-0.png").read_bytes()).json()
    assert (again["state"], again["id"]) == ("searchable", copy["id"])
    refused = remove(reviewer, id_of(reviewer, "shown_1.png"), alone="true")
    assert (refused.status_code, refused.json()["kind"]) == (409, "no_upload")
    assert remove(reviewer, copy["id"]).json()["photos"] == 2


def test_a_removal_alone_that_was_stopped_is_done_by_who_asks_again_and_the_answer_is_the_same(
    reviewer: TestClient, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = upload(reviewer, PNG).json()["id"]

    def fail(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(index_writing, "erase_brought", fail)
        assert remove(reviewer, id_, alone="true").status_code == 500
    answers = [remove(reviewer, id_, alone="true") for _ in range(2)]
    assert [(one.status_code, one.json()["photos"]) for one in answers] == [(200, 1), (200, 0)]
    assert not list((place.index / "app" / "photos").iterdir())
    assert remove(reviewer, "x", alone="true").json()["kind"] == "no_such_photo"


def test_a_collage_that_shows_it_leaves_too_and_answer_and_trail_say_so(reviewer: TestClient) -> None:
    photos = {}
    for name, picture in (
        ("photo", scene(0)),
        ("collage", collage_of([scene(1), scene(0)])),
        ("other", scene(1)),
    ):
        picture.save(stream := io.BytesIO(), "PNG")
        photos[name] = upload(reviewer, stream.getvalue()).json()
    answer = remove(reviewer, photos["photo"]["id"]).json()
    collage = photos["collage"]["photo"]["name"]
    assert (answer["photos"], answer["showing"]) == (2, [collage])
    assert reviewer.get(f"/api/v1/photos/{photos['other']['id']}").status_code == 200
    shows = {one["photo"]: one["shows"] for one in reviewer.get("/api/v1/review/decisions").json()}
    name = photos["photo"]["photo"]["name"]
    assert shows == {name: None, collage: name}
    again = remove(reviewer, photos["collage"]["id"])
    assert (again.status_code, again.json()["photos"], again.json()["showing"]) == (200, 0, [])
    assert f"it shows {name}" in reviewer.get("/review?tab=decisions").text


def test_who_asks_again_gets_the_same_and_an_unknown_id_is_404(reviewer: TestClient, place: Place) -> None:
    id_ = id_of(reviewer, "shown_0.png")
    counts = [remove(reviewer, id_).json()["photos"] for _ in range(3)]
    assert counts == [1, 0, 0]
    assert len(reviewer.get("/api/v1/review/decisions").json()) == 1
    assert remove(reviewer, "x").json()["kind"] == "no_such_photo"
    # One that `index remove` took out is noted, too, and once.
    other = id_of(reviewer, "shown_1.png")
    index = PhotoIndex(place.index)
    remove_for_good(index, ["shown_1.png"], Policy.of_files(place.law))
    assert [remove(reviewer, other).json()["photos"] for _ in range(2)] == [0, 0]
    assert [one["photo"] for one in reviewer.get("/api/v1/review/decisions").json()] == [
        "shown_0.png", "shown_1.png"
    ]  # fmt: skip
    # Let in again and not there yet, it is a photo that nobody knows.
    assert readmit(index, ["shown_1.png"]) == 1
    assert remove(reviewer, other).status_code == 404


def test_the_trail_and_the_audit_log_say_who_removed_it_and_why(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    log, ring = place.log, place.ring
    headers = {"Authorization": f"Bearer {ring.create('Rita', ['read', 'review'])}"}
    law = replace(place.law, audit=log, overrides=None)
    client = new_client(place.settings(country="BB", law=place.law, keys=ring.file), headers=headers)
    id_ = id_of(client, "shown_0.png")
    assert remove(client, id_, by="Bob").json()["kind"] == "other_name"
    assert client.delete(f"/api/v1/photos/{id_}").status_code == 422
    client = new_client(
        place.settings(country="BB", law=replace(law, overrides=place.law.overrides), keys=ring.file),
        headers=headers,
    )
    assert client.delete(f"/api/v1/photos/{id_}", params={"reason": "He asked."}).status_code == 200
    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    (entry,) = [one for one in entries if one["place"] == "review"]
    number = ring.all_keys()[0].id
    assert (entry["photo"], entry["decision"], entry["by"], entry["key"], entry["reason"]) == (
        "shown_0.png", "remove", "Rita", number, "He asked."
    )  # fmt: skip
    # No decision of the table brings it back.
    undo = client.post(f"/api/v1/review/decisions/{entry['id']}/undo", json={"reason": "No."})
    assert (undo.status_code, undo.json()["kind"]) == (409, "taken_out")
    page = client.get("/review?tab=decisions").text
    assert "taken out for good" in page
    assert "/review/undo/" not in page


def test_at_the_command_line_a_removal_leaves_the_same_line(reviewer: TestClient, place: Place) -> None:
    log = place.log
    files = {
        "countries": place.law.countries,
        "overrides": place.law.overrides,
        "consents": place.law.consents,
    }
    law = [part for name, file in files.items() for part in (f"--{name}", str(file))]
    who = ["--by", WHY["by"], "--reason", WHY["reason"], "--audit", str(log)]
    run("index", "remove", "shown_1.png", "--index", str(place.index), *who, *law)
    remove(reviewer, id_of(reviewer, "shown_0.png"))
    at_command_line, by_server = reviewer.get("/api/v1/review/decisions").json()
    own = {"id", "time", "photo", "digest"}
    assert {key: value for key, value in at_command_line.items() if key not in own} == {
        key: value for key, value in by_server.items() if key not in own
    }
    assert at_command_line["photo"] == "shown_1.png"
    entry = json.loads(log.read_text(encoding="utf-8").splitlines()[-1])
    assert (entry["id"], entry["decision"]) == (at_command_line["id"], "remove")
    assert "taken out for good" in reviewer.get("/review?tab=decisions").text
    # Who says nothing is named as the machine knows him.
    run("index", "remove", "shown_2.png", "--index", str(place.index), *law)
    assert reviewer.get("/api/v1/review/decisions").json()[-1]["by"]


def test_at_the_command_line_who_lets_a_photo_in_again_is_written_down(
    reviewer: TestClient, place: Place
) -> None:
    remove(reviewer, id_of(reviewer, "shown_0.png"))
    said = ("--by", "Bob", "--reason", "A slip.")
    output = run("index", "readmit", "shown_0.png", "--index", str(place.index), *said)
    assert "1 photos may come in again, with the next update or by upload" in output
    last = reviewer.get("/api/v1/review/decisions").json()[-1]
    assert (last["photo"], last["decision"], last["by"], last["reason"]) == (
        "shown_0.png", "readmit", "Bob", "A slip."
    )  # fmt: skip
    cannot_be_undone(reviewer, last["id"], "may come in again")


def test_who_may_not_decide_learns_nothing_of_any_photo(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    ring = KeyRing(place.index.parent / "keys.json")
    keys = {scope: ring.create("Ann", [scope]) for scope in ("read", "write", "review")}
    client = new_client(place.settings(country="BB", keys=ring.file))
    headers = {"Authorization": f"Bearer {keys['review']}"}
    photos = client.get("/api/v1/review/withheld", headers=headers).json()
    withheld = next(one["id"] for one in photos if one["name"] == WITHHELD[0])
    for scope in ("read", "write"):
        told = set()
        for id_ in (withheld, "x"):
            answer = client.delete(
                f"/api/v1/photos/{id_}", params=WHY, headers={"Authorization": f"Bearer {keys[scope]}"}
            )
            told.add((answer.status_code, answer.json()["detail"]))
        assert len(told) == 1
        assert answer.status_code == 403
    assert client.delete(f"/api/v1/photos/{withheld}", params=WHY).status_code == 401
    assert len(client.get("/api/v1/review/withheld", headers=headers).json()) == 2
    gone = client.delete(f"/api/v1/photos/{withheld}", params=WHY, headers=headers)
    assert (gone.status_code, gone.json()["photos"]) == (200, 1)


def test_another_page_removes_nothing(reviewer: TestClient) -> None:
    id_ = id_of(reviewer, "shown_0.png")
    headers = {"origin": "http://evil.example", "sec-fetch-site": "cross-site"}
    assert reviewer.delete(f"/api/v1/photos/{id_}", params=WHY, headers=headers).status_code == 403
    assert id_ in ids_of(reviewer, "BB")


def test_nothing_is_removed_while_the_index_is_judged_by_another_law(
    reviewer: TestClient, place: Place
) -> None:
    id_ = id_of(reviewer, "shown_0.png")
    table = Path(str(place.law.overrides))
    table.write_text(table.read_text() + "shown_1.png,,restrict,Ann,x\n", encoding="utf-8")
    assert remove(reviewer, id_).json()["kind"] == "other_law"


def test_a_photo_stays_that_the_audit_log_cannot_have(
    place: Place, new_client: Callable[..., TestClient]
) -> None:
    log = place.log
    client = new_client(place.settings(country="BB", law=replace(place.law, audit=log)))
    id_ = id_of(client, "shown_0.png")
    with without_room(log):
        answer = remove(client, id_)
    assert (answer.status_code, answer.json()["kind"]) == (503, "disk_full")
    assert client.get(f"/api/v1/photos/{id_}").status_code == 200
    assert remove(client, id_).json()["photos"] == 1
    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [one["photo"] for one in entries if one["place"] == "review"] == ["shown_0.png"]
